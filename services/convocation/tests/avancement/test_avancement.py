"""Progress of a session by day: what is counted, when a day ends, whose it is, what it is compared to."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from convocation.avancement.commands import keep_progress
from convocation.listes.commands import keep_states

NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
SESSION, LYON, LILLE = "2020-E3C1", "0699001J", "0599001F"
FIRST = {"If-Match": '"1"'}


class Avancement:
    """The world whose days are counted by hand."""

    def __init__(self, world):
        self.world = world

    async def count(self, now=NOON):
        while await keep_states(self.world.pool, 35):
            pass
        assert await keep_progress(self.world.pool, now)

    async def convoque(self, *numeros, mission=None):
        answer = await self.world.chef.convoque(mission or self.world.hg, *numeros)
        assert answer.status_code == 201, answer.text
        return [one["convocation_id"] for one in answer.json()["convocations"]]

    async def read(self, convocation):
        """By the person of number 100, the first version."""
        answer = await self.world.intervenant.post(
            f"/api/convocations/{convocation}/prise-de-connaissance", {}, **FIRST
        )
        assert answer.is_success, answer.text

    async def page(self, **asked):
        """The gestionnaire's, its words alone."""
        answer = await self.world.browser("gestionnaire").get(f"/avancement?{urlencode(asked)}")
        assert answer.status_code == 200, answer.text
        return " ".join(unescape(re.sub("<[^>]+>", " ", answer.text.partition("<main")[2])).split())

    async def of(self, who="gestionnaire", **asked):
        answer = await getattr(self.world, who).get("/api/avancement", **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def days(self, who="gestionnaire", **asked):
        """(jour, convoqués, lus, acceptés) of each."""
        found = await self.of(who, **asked)
        return [(one["jour"], one["convoques"], one["lus"], one["acceptes"]) for one in found["jours"]]

    async def last_session(self, *counted, academie="10"):
        """2019-E3C1 as its days were counted: (day, convoked)."""
        for jour, convoques in counted:
            await self.world.pool.execute(
                "INSERT INTO avancement VALUES ('2019-E3C1', $1, '069', $2, 20, $3, 0, 0, now())",
                academie,
                jour,
                convoques,
            )


@pytest.fixture
async def avancement(open_world):
    return Avancement(open_world)


async def test_of_a_day_convocations_in_force_are_counted_and_of_them_who_has_read_and_is_accepted(avancement):
    world = avancement.world
    read, accepted, cancelled = await avancement.convoque("100", "101", "102")
    _withdrawn, *_ = await avancement.convoque("103", mission=world.hlp)
    await avancement.read(read)
    await world.answered(accepted)
    await world.answered(cancelled)
    assert (await world.chef.post(f"/api/convocations/{cancelled}/annulation", {"motif": "essai"}, **FIRST)).is_success
    await world.withdraw(LYON, "HLP")
    await avancement.count()
    assert await avancement.days() == [("2030-03-01", 2, 1, 1)]


async def test_what_was_read_or_accepted_of_an_older_version_no_longer_is(avancement):
    world = avancement.world
    [convocation] = await avancement.convoque("100")
    await avancement.read(convocation)
    await world.answered(convocation)
    await avancement.count()
    assert await avancement.days() == [("2030-03-01", 1, 1, 1)]
    changed = await world.chef.put(f"/api/convocations/{convocation}", {"dates": ["2030-03-06"]}, **FIRST)
    assert changed.is_success, changed.text
    await avancement.count()
    assert await avancement.days() == [("2030-03-01", 1, 0, 0)]


async def test_an_evening_stays_and_days_that_nobody_counted_have_no_point(avancement):
    await avancement.convoque("100")
    await avancement.count()
    await avancement.convoque("101")
    await avancement.count(NOON + timedelta(days=3))
    assert await avancement.days() == [("2030-03-01", 1, 0, 0), ("2030-03-04", 2, 0, 0)]


async def test_a_day_ends_at_midnight_of_the_academies_clocks(avancement):
    await avancement.convoque("100")
    await avancement.world.pool.execute("UPDATE mission SET academie = '28' WHERE uai = $1", LILLE)
    await avancement.count(datetime(2030, 3, 1, 21, tzinfo=UTC))  # the 2nd, one o'clock, at La Réunion
    found = await avancement.world.pool.fetch("SELECT academie, jour FROM avancement ORDER BY academie")
    assert [tuple(row) for row in found] == [("10", date(2030, 3, 1)), ("28", date(2030, 3, 2))]
    days = await avancement.days("administrateur")
    assert days[-1] == ("2030-03-02", 1, 0, 0), "an académie whose day goes on is in the sum as it stands"


async def test_a_lycee_that_moves_is_not_counted_twice(avancement):
    await avancement.convoque("100")
    await avancement.count()
    await avancement.world.pool.execute("UPDATE mission SET academie = '09'")
    await avancement.count()
    assert await avancement.days("administrateur") == [("2030-03-01", 1, 0, 0)]


async def test_a_gestionnaire_sees_the_own_academie_and_names_not_codes(avancement):
    await avancement.convoque("100")
    await avancement.count()
    assert (await avancement.days("gestionnaire_de_lille"))[0][1] == 0
    refused = await avancement.world.gestionnaire_de_lille.get("/api/avancement", academie="10")
    assert (refused.status_code, refused.json()["code"]) == (404, "academie-inconnue")
    assert (await avancement.world.chef.get("/api/avancement")).status_code == 403
    assert [one["nom"] for one in (await avancement.of("administrateur"))["groupes"]] == ["Lille", "Lyon"]
    assert [one["nom"] for one in (await avancement.of(par="departement"))["groupes"]] == ["Rhône (069)"]
    page = await avancement.page()
    assert "Rhône (069)" in page
    assert "Lille" not in page


async def test_the_session_before_is_laid_deadline_on_deadline(avancement):
    world = avancement.world
    await world.tell_of_session("2019-E3C1")
    await world.pool.execute(
        "INSERT INTO ouverture (session, portee, code, ouverte, fin, par, le) VALUES"
        " ('2019-E3C1', 'NATIONALE', '*', true, '2029-03-20 12:00Z', 'x', now())"
    )
    await world.pool.execute("UPDATE ouverture SET fin = '2030-03-10 12:00Z' WHERE session = $1", SESSION)
    await avancement.last_session((date(2029, 3, 9), 5), (date(2029, 3, 11), 7), (date(2029, 3, 12), 9))
    await avancement.convoque("100")
    await avancement.count()  # nine days before the deadline, as 2029-03-11 was
    page = await avancement.page(session=SESSION)
    assert "Session 2019-E3C1, à la même distance de l’échéance : 7." in page
    assert re.search("Échéance : le (\\w+ )?10 mars 2030", page)
    assert "à la même distance" not in await avancement.page(session=SESSION, avant="aucune")


async def test_without_deadlines_first_convocation_is_laid_on_first_convocation(avancement):
    world = avancement.world
    await world.tell_of_session("2019-E3C1")
    await avancement.last_session((date(2029, 1, 1), 0), (date(2029, 1, 5), 3), (date(2029, 1, 6), 8))
    await avancement.convoque("100")
    await avancement.count()
    await avancement.count(NOON + timedelta(days=1))
    page = await avancement.page(session=SESSION)
    assert "Session 2019-E3C1, autant de jours après la première convocation : 8." in page


async def test_the_files_have_every_day_of_every_group(avancement):
    await avancement.convoque("100")
    await avancement.count()
    await avancement.count(NOON + timedelta(days=1))
    browser = avancement.world.browser("administrateur")
    answer = await browser.get("/avancement.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Jour", "Code", "Nom", "Besoin estimé", "Convocations", "Lues", "Acceptées par SANTORIN"]
    assert [row[:3] for row in rows[1:]] == [
        ["2030-03-01", "09", "Lille"],
        ["2030-03-01", "10", "Lyon"],
        ["2030-03-02", "09", "Lille"],
        ["2030-03-02", "10", "Lyon"],
    ]
    assert (await browser.get("/avancement.xlsx")).content[:2] == b"PK"


async def test_a_filter_that_makes_no_sense_is_left_out(avancement):
    await avancement.count()
    assert "Rhône (069)" in await avancement.page(academie="99", session="2001-E3C1", departement="'", avant="x")
    assert "Rhône (069)" in await avancement.page(departement="069")


async def test_a_departement_without_a_name_is_shown_alone_as_its_line_says(avancement):
    await avancement.convoque("100")
    await avancement.world.pool.execute("UPDATE mission SET uai = '0990001A' WHERE uai = '0699002K'")
    await avancement.count()
    page = await avancement.page()
    assert "099" in page
    assert "Compté le " in page
    assert "Rhône (069)" not in await avancement.page(departement="099")


async def test_a_session_that_nothing_was_counted_of_says_so(avancement):
    assert "Rien n’a encore été compté" in await avancement.page()


async def test_an_archived_session_stays_as_it_was(avancement):
    await avancement.convoque("100")
    await avancement.count()
    await avancement.world.pool.execute("UPDATE session_declaree SET archivee_le = now(), archivee_par = 'x'")
    await avancement.count(NOON + timedelta(days=1))
    assert await avancement.days(session=SESSION) == [("2030-03-01", 1, 0, 0)]


async def test_one_process_counts_at_a_time(avancement):
    pool = avancement.world.pool
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(430)")
        assert not await keep_progress(pool, NOON)
