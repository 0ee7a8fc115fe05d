"""A gestionnaire acts for an établissement: with a reason, for a while, under both names; the établissement is told."""

import asyncio
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from acces.acteur import Acteur, Role
from convocation.entrees.commands import Entrees
from convocation.interventions import sql
from convocation.interventions.commands import close_overdue
from testkit.eventually import eventually

SESSION, LYON, AUTRE_LYON, LILLE = "2020-E3C1", "0699001J", "0699002K", "0599001F"
MOTIF = "Le chef d’établissement est absent jusqu’au 12."
EN_BREF = "Vous agissez pour cet établissement."


class Slow(Entrees):
    """Sessions of a process that is held up before the first session is given its function."""

    __slots__ = ("go_on", "reached")

    def __init__(self, sessions):
        super().__init__(**{one.name: getattr(sessions, one.name) for one in fields(sessions)})
        for name in self.__slots__:
            object.__setattr__(self, name, asyncio.Event())

    async def act_as(self, *asked):
        if not self.reached.is_set():
            self.reached.set()
            await self.go_on.wait()
        return await super().act_as(*asked)


class Agir:
    """The gestionnaire's browser; `now` is the service's clock."""

    def __init__(self, world):
        self.world, self.browser = world, world.browser("gestionnaire")
        self.now = datetime.now(UTC)

    def later(self, **delta):
        self.now += timedelta(**delta)
        state = self.world.app.state.application
        sessions = replace(state.sessions, clock=lambda: self.now)
        self.world.app.state.application = replace(state, clock=lambda: self.now, sessions=sessions)

    async def begin(self, uai=LYON, motif=MOTIF, browser=None):
        return await (browser or self.browser).post(f"/interventions/{uai}", {"motif": motif, "session": SESSION})

    async def begun(self):
        answer = await self.begin()
        assert (answer.status_code, answer.headers["location"]) == (303, f"/preparation/{LYON}?session={SESSION}")

    async def convoque(self, *numeros, browser=None):
        headers = await (browser or self.browser).headers()
        body = {"intervenants": numeros, "dates": ["2030-03-05"]}
        path = f"/api/missions/{self.world.hg}/convocations"
        headers |= {"Accept": "application/json", "Idempotency-Key": f"agir-{numeros}-{self.now}"}
        return await self.world.client.post(path, json=body, headers=headers)

    async def page(self, path="/", browser=None):
        answer = await (browser or self.browser).get(path)
        return answer.status_code, " ".join(unescape(re.sub("<[^>]+>", " ", answer.text)).split())

    async def end(self):
        answer = await self.browser.post("/interventions/fin")
        assert answer.status_code == 303, answer.text
        async with self.world.pool.acquire() as connection:
            await close_overdue(connection, self.now)

    async def interventions(self):
        return await self.world.pool.fetch("SELECT * FROM intervention ORDER BY debut")

    async def letter(self):
        """The points that the établissement's next mail tells of it."""
        await self.world.pool.execute("UPDATE avis SET le = le - interval '1 day'")
        headers = self.world.notifier._headers
        answer = await self.world.client.post("/api/avis", json={"finies": []}, headers=headers)
        assert answer.status_code == 200, answer.text
        points = [point for one in answer.json()["lettres"] for point in one["points"]]
        return [one["phrase"].replace("\xa0", " ") for one in points if one["titre"] == "Le rectorat a agi pour vous"]


@pytest.fixture
async def agir(open_world):
    await open_world.pool.execute("DELETE FROM avis")
    await open_world.pool.execute(
        "INSERT INTO coordonnees_etablissement (uai, courriel, version, par, le)"
        " VALUES ($1, 'lycee@ac-exemple.invalid', 1, 'x', now())",
        LYON,
    )
    return Agir(open_world)


async def test_without_a_reason_nobody_acts(agir):
    assert (await agir.begin(motif="  ")).status_code == 422
    assert (await agir.begin(motif="x" * 501)).status_code == 422
    assert await agir.interventions() == []
    assert EN_BREF not in (await agir.page("/missions"))[1]


async def test_one_convokes_as_the_lycee_does_and_each_act_bears_both_names(agir):
    await agir.begun()
    status, text = await agir.page(f"/preparation/{LYON}?session={SESSION}")
    assert status == 200
    assert EN_BREF in text
    assert (await agir.convoque("100", "101")).status_code == 201
    rows = await agir.world.pool.fetch("SELECT par, par_nom FROM convocation_version")
    assert {tuple(row) for row in rows} == {("gest", "gest pour LYCEE 0699001J, VILLE")}
    await agir.end()
    [one] = await agir.interventions()
    assert (one["motif"], one["par"], one["fin"] is not None) == (MOTIF, "gest", True)
    actes = await agir.world.pool.fetch("SELECT action, nom, motif, uai FROM audit WHERE action LIKE 'intervention.%'")
    assert [tuple(row) for row in actes] == [
        ("intervention.ouvrir", "gest", MOTIF, LYON),
        ("intervention.finir", "gest pour LYCEE 0699001J, VILLE", "", LYON),
    ]


async def test_the_lycee_is_told_what_was_done_and_why(agir):
    await agir.begun()
    await agir.convoque("100", "101")
    await agir.end()
    assert await agir.letter() == ["Le rectorat a agi pour votre établissement : 2 actes."]
    for who in ("chef", "delegue", "delegue_consultation", "gestionnaire", "administrateur"):
        _, text = await agir.page("/interventions", agir.world.browser(who))
        assert MOTIF in text, who
        assert "2 personnes convoquées" in text
    _, text = await agir.page("/interventions", agir.world.browser("autre_chef"))
    assert "Le rectorat n’a agi pour aucun établissement." in text
    _, text = await agir.page("/journal", agir.world.browser("gestionnaire"))
    assert "gest pour LYCEE 0699001J, VILLE" in text


async def test_who_has_done_nothing_tells_nothing(agir):
    await agir.begun()
    await agir.end()
    assert await agir.letter() == []
    assert "Aucun acte" in (await agir.page("/interventions"))[1]
    assert "a agi pour votre établissement" not in await agir.world.browser("chef").text(f"/avis/{LYON}")


async def test_what_a_bulk_act_goes_on_with_after_the_end_is_told_too_and_once(agir):
    """It is a transaction a mission; its request was let in before « Terminer »."""
    await agir.begun()
    api = type(agir.world.chef)
    name = "gest pour LYCEE 0699001J, VILLE"
    under_way = api(agir.world.client, Acteur("gest", Role.POUR_ETABLISSEMENT, name, frozenset({LYON})))
    await agir.end()
    assert (await under_way.convoque(agir.world.hg, "100")).status_code == 201
    assert await agir.letter() == ["Le rectorat a agi pour votre établissement : 1 acte."]
    await agir.begun()
    await agir.end()
    _, text = await agir.page("/interventions", agir.world.browser("chef"))
    assert (text.count("1 personne convoquée"), text.count("Aucun acte")) == (1, 1)


async def test_an_archive_is_not_proposed_and_one_that_is_asked_for_is_not_taken(agir):
    await agir.world.tell_of_session("2021-E3C1")
    await agir.world.pool.execute(
        "UPDATE session_declaree SET archivee_le = now(), archivee_par = 'x' WHERE session = $1", SESSION
    )
    assert SESSION not in (await agir.page(f"/interventions/{LYON}"))[1]
    assert (await agir.begin()).headers["location"] == f"/preparation/{LYON}?session=2021-E3C1"


async def test_another_academies_lycee_does_not_exist_and_nobody_else_acts(agir):
    assert (await agir.begin(LILLE)).status_code == 404
    for who in ("chef", "administrateur", "intervenant"):
        assert (await agir.begin(browser=agir.world.browser(who))).status_code == 403, who
    assert await agir.interventions() == []


async def test_one_neither_signs_nor_settles_nor_delegates_for_it(agir):
    await agir.begun()
    for path in (f"/signature/{LYON}", f"/coordonnees/{LYON}", f"/avis/{LYON}", f"/delegations/{LYON}", "/comptes"):
        assert (await agir.page(path))[0] in {403, 404}, path
    status, _ = await agir.page(f"/preparation/{LILLE}")
    assert status == 404


async def test_one_acts_for_one_at_a_time_and_ended_one_is_the_gestionnaire_again_in_every_browser(agir):
    other = agir.world.browser("gestionnaire")
    await agir.begin(AUTRE_LYON, browser=other)
    await agir.begun()
    assert [one["fin"] is None for one in await agir.interventions()] == [False, True]
    assert EN_BREF not in (await agir.page("/missions", other))[1]
    await agir.end()
    for browser in (agir.browser, other):
        _, text = await agir.page("/missions", browser)
        assert EN_BREF not in text
        assert "Exigences" in text or "Profils et besoins" in text
        assert (await agir.convoque("100", browser=browser)).status_code == 403


async def test_until_when_one_acts_is_told_on_every_page_by_the_academies_clocks(agir):
    agir.now = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
    agir.later()
    await agir.begun()
    assert "Cela finit au plus tard à 12 h 30." in (await agir.page("/missions"))[1].replace("\xa0", " ")


async def test_who_has_begun_for_another_one_meanwhile_does_not_act_where_it_is_over(agir):
    """Its acts would be in no intervention: neither counted nor told."""
    state, other = agir.world.app.state.application, agir.world.browser("gestionnaire")
    slow = Slow(state.sessions)
    agir.world.app.state.application = replace(state, sessions=slow)
    late = asyncio.create_task(agir.begin())
    await slow.reached.wait()
    assert (await agir.begin(AUTRE_LYON, browser=other)).status_code == 303
    slow.go_on.set()
    assert (await late).status_code == 409
    assert EN_BREF not in (await agir.page("/missions"))[1]
    assert EN_BREF in (await agir.page("/missions", other))[1]
    assert [(one["uai"], one["fin"] is None) for one in await agir.interventions()] == [
        (LYON, False),
        (AUTRE_LYON, True),
    ]


async def test_two_that_begin_at_once_wait_for_each_other(agir):
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with agir.world.pool.acquire() as first:
        transaction = first.transaction()
        await transaction.start()
        await sql.alone(first, "gest")
        second = asyncio.create_task(agir.begin())
        await eventually(lambda: agir.world.pool.fetchval(waiting), because="the second one waits")
        await transaction.commit()
    assert (await second).status_code == 303


async def test_after_two_hours_it_has_ended_by_itself_and_the_lycee_is_told(agir):
    await agir.begun()
    await agir.convoque("100")
    agir.later(minutes=25)
    await agir.page()  # somebody who works
    for _ in range(5):
        agir.later(minutes=20)
        await agir.page()
    assert (await agir.convoque("101")).status_code == 403
    async with agir.world.pool.acquire() as connection:
        await close_overdue(connection, agir.now)
        await close_overdue(connection, agir.now)
    [one] = await agir.interventions()
    assert one["fin"] - one["debut"] == timedelta(hours=2)
    assert await agir.letter() == ["Le rectorat a agi pour votre établissement : 1 acte."]


async def test_of_several_functions_the_one_before_acts_again(agir):
    functions = [
        Acteur("gest", Role.INTERVENANT, "Dominique"),
        Acteur("gest", Role.GESTIONNAIRE, "Dominique", academies=frozenset({"10"})),
    ]
    cookie = await agir.world.signed_in(*functions)
    agir.browser._headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    assert (await agir.browser.post("/fonctions", {"choisie": "2"})).status_code == 303
    await agir.begun()
    await agir.end()
    assert (await agir.page("/exigences"))[0] == 200


async def test_the_same_ended_twice_says_so(agir):
    answer = await agir.world.pour_etablissement.post("/interventions/fin", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "intervention-finie")


async def test_the_button_of_a_page_that_is_older_than_the_end_is_no_error(agir):
    await agir.begun()
    await agir.end()
    answer = await agir.browser.post("/interventions/fin")
    assert answer.headers["location"] == "/interventions?fait=intervention-finie"


async def test_a_second_click_begins_nothing_more_and_later_one_begins_anew(agir):
    agir.later()
    await agir.begun()
    second = await agir.browser.post("/fonctions", {"choisie": "1"})
    assert second.status_code == 303
    await agir.begun()
    assert [one["fin"] for one in await agir.interventions()] == [None]
    assert len(await agir.world.pool.fetch("SELECT FROM audit WHERE action = 'intervention.ouvrir'")) == 1
    agir.later(minutes=2)
    await agir.browser.post("/fonctions", {"choisie": "1"})
    await agir.begun()
    assert [one["fin"] is None for one in await agir.interventions()] == [False, True]


async def test_what_others_do_meanwhile_is_not_counted(agir):
    await agir.begun()
    await agir.world.chef.convoque(agir.world.hlp, "103")
    await agir.end()
    assert await agir.letter() == []


async def test_the_page_finds_for_whom_to_act_in_ones_own_academie_alone(world):
    browser = world.browser("gestionnaire")
    assert "Chercher" in await browser.text("/interventions")
    page = await browser.text(f"/interventions?q={LYON.lower()}")
    assert f'href="/interventions/{LYON}"' in page
    for nothing in (LILLE, "%25", "zzz"):
        assert 'href="/interventions/0' not in await browser.text(f"/interventions?q={nothing}")
    for other in ("chef", "administrateur"):
        assert f'href="/interventions/{LYON}"' not in await world.browser(other).text(f"/interventions?q={LYON}")


@pytest.mark.parametrize("who", ["chef", "delegue", "gestionnaire", "administrateur"])
async def test_the_menu_leads_who_may_read_to_what_the_rectorat_did(world, who):
    menu = (await world.browser(who).text("/missions")).partition("<main")[0]
    assert 'href="/interventions"' in menu
    assert ('href="/rappels"' in menu) is (who in {"gestionnaire", "administrateur"})
