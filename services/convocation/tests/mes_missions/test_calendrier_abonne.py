"""A person's calendar by a private address: the events of the mails, until she revokes it (R57)."""

from uuid import uuid5

import pytest
import pytest_asyncio
import vobject

from acces.acteur import Role
from acces.cles import Cles
from convocation.commun.jetons import Lien, empreinte, make_calendrier, make_lien, make_verification
from convocation.mes_missions.abonnement import abonnement_url
from testkit.actes import actes

AUTRES = Cles(["another-key-of-tests-" * 2])


async def act(world, action, acteur=None):
    headers = (acteur or world.intervenant)._headers
    return await world.client.post("/mes-missions/calendrier", data={"action": action}, headers=headers)


async def address(world, numero="100"):
    """The path the page shows, or None."""

    class Request:
        app = world.app

    async with world.pool.acquire() as connection:
        url = await abonnement_url(Request, connection, numero)
    return url and url.removeprefix(world.settings.public_url)


@pytest_asyncio.fixture(loop_scope="session")
async def abonne(open_world):
    """Person 100 is convoked on two missions, one of them cancelled, and has subscribed; 101 is convoked too."""
    assert (await open_world.chef.convoque(open_world.hg, "100", "101", dates=["2099-03-05"])).status_code == 201
    made = await open_world.chef.convoque(open_world.numerisation, "100", dates=["2099-03-06"])
    id_ = made.json()["convocations"][0]["convocation_id"]
    headers = {"If-Match": '"1"'}
    assert (await open_world.chef.post(f"/api/convocations/{id_}/annulation", {"motif": "Santé"}, **headers)).is_success
    assert await address(open_world) is None
    answer = await act(open_world, "creer")
    assert (answer.status_code, answer.headers["location"]) == (303, "/mes-missions?fait=calendrier-ouvert")
    return open_world


async def test_r57_the_feed_has_all_convocations_of_its_person_under_the_uids_of_the_mails(abonne):
    answer = await abonne.client.get(await address(abonne))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    calendar = vobject.readOne(answer.text)
    assert calendar.method.value == "PUBLISH"
    events = {one.uid.value: (one.status.value, one.summary.value, one.sequence.value) for one in calendar.vevent_list}
    rows = await abonne.pool.fetch("SELECT convocation_id, version FROM convocation WHERE numero = '100'")
    wanted = [{"convocation_id": str(row["convocation_id"]), "version": row["version"]} for row in rows]
    told = (await abonne.notifier.post("/api/envois", {"demandes": wanted})).json()["envois"]
    mailed = [next(iter(vobject.readOne(one["calendrier"]["texte"]).vevent_list)) for one in told]
    assert events == {one.uid.value: (one.status.value, one.summary.value, one.sequence.value) for one in mailed}
    assert sorted(status for status, _, _ in events.values()) == ["CANCELLED", "CONFIRMED"]
    for hidden in ("101@ac-exemple", "DE LA TOUR", "Santé", "/lien/", "ATTENDEE", "100@ac-exemple"):
        assert hidden not in answer.text


async def test_the_feed_is_the_same_until_something_changes(abonne):
    path = await address(abonne)
    first = await abonne.client.get(path)
    etag = first.headers["etag"]
    for held in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = await abonne.client.get(path, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert (await abonne.client.get(path, headers={"If-None-Match": '"x"'})).content == first.content
    head = await abonne.client.head(path)
    assert (head.status_code, dict(head.headers)) == (200, dict(first.headers))
    id_ = await abonne.pool.fetchval(
        "SELECT convocation_id FROM convocation WHERE numero = '100' AND status = 'ACTIVE'"
    )
    changed = await abonne.chef.put(f"/api/convocations/{id_}", {"dates": ["2099-03-07"]}, **{"If-Match": '"1"'})
    assert changed.status_code == 200
    later = await abonne.client.get(path, headers={"If-None-Match": etag})
    assert later.status_code == 200
    assert "DTSTART;VALUE=DATE:20990307" in later.text


async def test_an_address_holds_until_it_is_revoked_and_the_next_one_is_another(abonne):
    first = await address(abonne)
    await act(abonne, "creer")
    assert await address(abonne) == first
    answer = await act(abonne, "revoquer")
    assert (answer.status_code, answer.headers["location"]) == (303, "/mes-missions?fait=calendrier-revoque")
    assert (await abonne.client.get(first)).status_code == 404
    assert await address(abonne) is None
    await act(abonne, "creer")
    second = await address(abonne)
    assert second != first
    assert [(await abonne.client.get(one)).status_code for one in (first, second)] == [404, 200]
    acts = await actes(abonne.pool, "abonnement.ecrire")
    assert [row.apres for row in acts] == [{"abonnement": one} for one in (True, False, True)]
    assert {row.objet for row in acts} == {"intervenant|100"}


@pytest.mark.parametrize("name", ["chef", "delegue", "gestionnaire", "administrateur", "notifier", "santorin"])
async def test_nobody_but_an_intervenant_opens_or_revokes_and_only_his_own(abonne, name):
    path = await address(abonne)
    for action in ("creer", "revoquer"):
        assert (await act(abonne, action, getattr(abonne, name))).status_code == 403
    await act(abonne, "revoquer", abonne.acteur("101", Role.INTERVENANT))
    assert (await abonne.client.get(path)).status_code == 200
    assert (await act(abonne, "autre")).status_code == 422
    assert await abonne.pool.fetchval("SELECT count(*) FROM abonnement") == 1


FAUX = {
    "another subscription's": lambda id_, cles: make_calendrier(uuid5(id_, "x"), cles),
    "another secret's": lambda id_, cles: make_calendrier(id_, AUTRES),
    "a QR code's": lambda id_, cles: make_verification(id_, 1, cles),
    "padded": lambda id_, cles: make_calendrier(id_, cles) + "=",
    "cut": lambda id_, cles: make_calendrier(id_, cles)[:-1],
    "the id alone": lambda id_, cles: str(id_),
    "with the ending twice": lambda id_, cles: make_calendrier(id_, cles) + ".ics",
}


@pytest.mark.parametrize("forge", FAUX.values(), ids=FAUX)
async def test_a_forged_address_is_one_that_does_not_exist(abonne, forge):
    id_ = await abonne.pool.fetchval("SELECT abonnement_id FROM abonnement")
    answer = await abonne.client.get(f"/calendrier/{forge(id_, abonne.sceaux.calendriers)}.ics")
    assert answer.status_code == 404
    assert answer.json() == (await abonne.client.get("/nulle-part")).json()


async def test_the_keys_of_the_three_purposes_open_nothing_of_each_other(abonne):
    sceaux = abonne.sceaux
    subscription = await abonne.pool.fetchval("SELECT abonnement_id FROM abonnement")
    row = await abonne.pool.fetchrow("SELECT id, courriel FROM intervenant WHERE numero = '100'")
    une = await abonne.pool.fetchval("SELECT convocation_id FROM convocation WHERE numero = '100' LIMIT 1")
    fin = abonne.app.state.application.clock().replace(year=2100)
    opened = {}
    for purpose in ("liens", "calendriers", "verifications"):
        cles = getattr(sceaux, purpose)
        lien = make_lien(Lien(row["id"], 0, empreinte(row["courriel"], cles)), fin, cles)
        opened[purpose] = [
            (await abonne.client.get(path)).status_code == 200
            for path in (
                f"/lien/{lien}",
                f"/calendrier/{make_calendrier(subscription, cles)}.ics",
                f"/verifier/{make_verification(une, 1, cles)}",
            )
        ]
    assert opened == {
        "liens": [True, False, False],
        "calendriers": [False, True, False],
        "verifications": [False, False, True],
    }


async def test_the_address_of_a_merged_entry_leads_to_nothing(abonne):
    path = await address(abonne)
    await abonne.pool.execute("UPDATE intervenant SET actif = false WHERE numero = '100'")
    assert (await abonne.client.get(path)).status_code == 200
    await abonne.pool.execute("UPDATE intervenant SET fusionne_dans = '104' WHERE numero = '100'")
    assert (await abonne.client.get(path)).status_code == 404


async def test_the_part_of_the_page_shows_the_address_or_offers_one(abonne):
    template = abonne.app.state.application.pages.environment.get_template("mes_missions/abonnement.html")
    url = f"https://imagin.exemple.invalid{await address(abonne)}"
    shown, empty = template.render(abonnement=url), template.render(abonnement=None)
    assert url in shown
    assert f'href="webcal{url.removeprefix("https")}"' in shown
    assert 'value="revoquer"' in shown
    assert 'value="creer"' in empty
    assert "webcal" not in empty
