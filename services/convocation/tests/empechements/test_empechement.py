"""« Signaler un empêchement »: the person's side, and who reads why."""

import pytest

from acces.acteur import Role
from testkit.actes import actes

MOTIF = "Hospitalisée le même jour"


@pytest.fixture
async def line(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100", dates=["2030-03-05"])).json()["convocations"][0]
    return created["convocation_id"]


def page(line, rest=""):
    return f"/convocations/{line}/empechement{rest}"


async def etats(world):
    return [row["etat"] for row in await world.pool.fetch("SELECT etat FROM empechement ORDER BY le")]


async def test_a_person_reports_follows_and_withdraws_even_when_the_service_is_closed(open_world, line):
    await open_world.open(ouverte=False)
    person = open_world.browser("intervenant")
    assert page(line) in await person.text("/mes-missions")
    text = await person.text(page(line))
    assert "ce n’est pas un refus" in text
    assert "obligation de service" in text
    done = await person.post(page(line), {"version": "1", "motif": MOTIF})
    assert (done.status_code, done.headers["location"]) == (303, page(line, "?fait=empechement"))
    text = await person.text(page(line))
    assert "n’a pas encore répondu" in text
    assert MOTIF in text
    assert "Empêchement signalé" in await person.text("/mes-missions")
    assert (await open_world.intervenant.get(f"/api/convocations/{line}")).json()["status"] == "ACTIVE"
    assert (await person.post(page(line, "/retrait"))).status_code == 303
    assert await etats(open_world) == ["RETIRE"]
    assert (await person.post(page(line, "/retrait"))).status_code == 409
    assert (await person.post(page(line), {"version": "1", "motif": "autre"})).status_code == 303
    assert await etats(open_world) == ["RETIRE", "OUVERT"]


@pytest.mark.parametrize(("motif", "phrase"), [(" \r\n ", "ce qui vous empêche"), ("x" * 1001, "1 000 caractères")])
async def test_without_a_reason_or_with_a_novel_nothing_is_reported_and_nothing_typed_is_lost(
    open_world, line, motif, phrase
):
    refused = await open_world.browser("intervenant").post(page(line), {"version": "1", "motif": motif})
    assert (refused.status_code, phrase in refused.text) == (422, True)
    assert motif.strip() in refused.text
    assert await etats(open_world) == []


async def test_one_report_is_open_at_a_time_and_the_same_one_twice_is_one(open_world, line):
    person = open_world.browser("intervenant")
    for _ in range(2):
        assert (await person.post(page(line), {"version": "1", "motif": MOTIF})).status_code == 303
    other = await person.post(page(line), {"version": "1", "motif": "autre chose"})
    assert (other.status_code, "déjà signalé" in other.text) == (409, True)
    assert await etats(open_world) == ["OUVERT"]
    assert await open_world.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'empechement.signaler'") == 1


async def test_reported_on_a_version_that_was_changed_meanwhile_the_person_reads_it_first(open_world, line):
    await open_world.chef.put(f"/api/convocations/{line}", {"dates": ["2030-03-09"]}, **{"If-Match": '"1"'})
    stale = await open_world.browser("intervenant").post(page(line), {"version": "1", "motif": MOTIF})
    assert stale.status_code == 412
    assert "samedi 9 mars 2030" in stale.text
    assert MOTIF in stale.text
    assert await etats(open_world) == []


async def test_whoever_reports_has_read_that_version_and_is_not_among_those_to_remind(open_world, line):
    unread = "SELECT non_lues FROM retard_etablissement WHERE convoques > 0"
    assert await open_world.pool.fetchval(unread) == 1
    for _ in range(2):
        await open_world.browser("intervenant").post(page(line), {"version": "1", "motif": MOTIF})
    assert await open_world.pool.fetchval(unread) == 0
    await open_world.browser("intervenant").post(page(line, "/retrait"))
    assert await open_world.pool.fetchval(unread) == 0


async def test_of_a_cancelled_convocation_nothing_is_reported(open_world, line):
    await open_world.chef.post(f"/api/convocations/{line}/annulation", {"motif": "x"}, **{"If-Match": '"1"'})
    person = open_world.browser("intervenant")
    refused = await person.post(page(line), {"version": "2", "motif": MOTIF})
    assert (refused.status_code, "plus rien à faire" in refused.text) == (409, True)
    assert "Signaler l’empêchement" not in await person.text(page(line))


async def test_a_convocation_cancelled_otherwise_closes_its_report(open_world, line):
    person = open_world.browser("intervenant")
    await person.post(page(line), {"version": "1", "motif": MOTIF})
    await open_world.chef.put(f"/api/convocations/{line}", {"dates": ["2030-03-09"]}, **{"If-Match": '"1"'})
    assert await etats(open_world) == ["OUVERT"], "a change is no answer"
    await open_world.chef.post(f"/api/convocations/{line}/annulation", {"motif": "x"}, **{"If-Match": '"2"'})
    assert await etats(open_world) == ["CLOS"]
    assert "La convocation a été annulée" in await person.text(page(line))
    assert "1 empêchement à traiter" not in await open_world.browser("chef").text("/missions")


async def test_why_is_read_by_the_person_and_her_etablissement_and_by_nobody_else_anywhere(open_world, line, capfd):
    await open_world.browser("intervenant").post(page(line), {"version": "1", "motif": MOTIF})
    for name in ("chef", "delegue"):
        assert MOTIF in await open_world.browser(name).text(page(line, "/traiter"))
    reach = {"gestionnaire": 403, "administrateur": 403, "autre_chef": 404, "gestionnaire_de_lille": 404}
    for name, status in reach.items():
        for path in (page(line), page(line, "/traiter")):
            assert (await open_world.browser(name).get(path)).status_code == status, (name, path)
    places = ["/missions", f"/missions/{open_world.hg}", f"/convocations/{line}", "/couverture", "/couverture.csv"]
    for name in ("gestionnaire", "administrateur"):
        for path in places:
            assert MOTIF not in await open_world.browser(name).text(path), path
    answers = [f"/api/convocations/{line}", f"/api/convocations/{line}/historique", f"/api/missions/{open_world.hg}"]
    for path in answers:
        assert MOTIF not in (await open_world.chef.get(path)).text, path
    for table in ("audit", "outbox", "convocation_version", "passage_outre"):
        rows = await open_world.pool.fetch(f"SELECT t::text AS row FROM {table} AS t")
        assert [row for row in rows if MOTIF in row["row"]] == [], table
    payloads = await open_world.pool.fetch("SELECT * FROM outbox")
    assert [
        row for row in payloads if MOTIF.encode() in b"".join(v for v in row.values() if isinstance(v, bytes))
    ] == []
    out, err = capfd.readouterr()
    assert MOTIF not in out + err
    [act] = await actes(open_world.pool, "empechement.signaler")
    assert (act.apres, act.motif) == ({"etat": "OUVERT"}, "")
    assert "Empêchement d’une personne convoquée" in await open_world.browser("administrateur").text("/journal")


async def test_another_person_neither_reads_nor_reports_nor_withdraws(open_world, line):
    stranger = open_world.browser(open_world.acteur("101", Role.INTERVENANT))
    await open_world.browser("intervenant").post(page(line), {"version": "1", "motif": MOTIF})
    assert (await stranger.get(page(line))).status_code == 404
    assert (await stranger.post(page(line), {"version": "1", "motif": "x"})).status_code == 404
    assert (await stranger.post(page(line, "/retrait"))).status_code == 404
    assert (await open_world.browser("chef").post(page(line, "/retrait"))).status_code == 403
    assert await etats(open_world) == ["OUVERT"]
