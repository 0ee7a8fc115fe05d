"""Closing the nation's service: a reason, what is under way before it is confirmed, and again where that has risen."""

import json
import re

import pytest

from convocation.ouvertures.domain import EnCours, a_relire

LYON, AUTRE_LYON, SESSION = "0699001J", "0699002K", "2020-E3C1"
FORM = {"session": SESSION, "decision": "fermer", "pour": "*", "motif": "Fin de la campagne"}


async def closed(world):
    return await world.pool.fetchval("SELECT NOT ouverte FROM ouverture WHERE portee = 'NATIONALE' AND par <> ''")


def shown(answer):
    """What the page posts back."""
    return re.search(r'name="vus" value="([^"]*)"', answer.text)[1]


async def brouillon(world):
    query = "INSERT INTO brouillon (mission_id, saisie, par_nom, le) VALUES ($1, '{}', 'X', now())"
    await world.pool.execute(query, world.hlp)


async def test_without_a_reason_nothing_is_shown_or_closed(open_world):
    answer = await open_world.browser("administrateur").post("/ouvertures", FORM | {"motif": ""})
    assert answer.status_code == 422
    assert "Donnez le motif" in answer.text
    body = {"session": SESSION, "portee": "NATIONALE", "code": "*", "ouverte": False}
    refused = await open_world.administrateur.put("/api/ouvertures", body)
    assert (refused.status_code, refused.json()["champ"]) == (422, "motif")
    assert not await closed(open_world)


async def test_what_is_under_way_is_told_in_numbers_before_it_is_confirmed_and_then_it_closes(open_world):
    world, admin = open_world, open_world.browser("administrateur")
    assert (await world.chef.convoque(str(world.hg), "100", "101")).status_code == 201
    await brouillon(world)
    answer = await admin.post("/ouvertures", FORM)
    assert answer.status_code == 200
    for phrase in (
        "3 lycées sont ouverts à présent.",
        "2 lycées n’ont convoqué personne.",
        "4 missions n’ont personne.",
        "1 mission est préparée en brouillon.",
        "2 convocations ne sont pas lues.",
        "2 mails ne sont pas partis.",
    ):
        assert phrase in answer.text
    assert "empêchement" not in answer.text.split("<main")[1].split("</main>")[0]
    assert not await closed(world)
    told = (await world.administrateur.get("/api/ouvertures/en-cours", session=SESSION)).json()
    assert (told["sans_convocation"], told["brouillons"], told["mails_a_partir"]) == (2, 1, 2)
    assert (await admin.post("/ouvertures", FORM | {"vus": shown(answer)})).status_code == 303
    assert await closed(world)
    act = await world.pool.fetchrow("SELECT motif, apres FROM audit ORDER BY id DESC LIMIT 1")
    assert (act["motif"], json.loads(act["apres"])["ouverte"]) == ("Fin de la campagne", False)


async def test_where_more_is_under_way_than_was_read_it_is_read_again(open_world):
    admin = open_world.browser("administrateur")
    answer = await admin.post("/ouvertures", FORM)
    await brouillon(open_world)
    again = await admin.post("/ouvertures", FORM | {"vus": shown(answer)})
    assert again.status_code == 409
    assert "a changé depuis que vous l’avez lu" in again.text
    assert "1 mission est préparée en brouillon." in again.text
    assert not await closed(open_world)
    assert (await admin.post("/ouvertures", FORM | {"vus": shown(again)})).status_code == 303
    assert await closed(open_world)


@pytest.mark.parametrize("posted", ["", "1 2", "a b c d e f g h", "1 1 1 1 1 1 1 99999999"])
async def test_what_the_page_has_not_posted_confirms_nothing(open_world, posted):
    answer = await open_world.browser("administrateur").post("/ouvertures", FORM | {"vus": posted})
    assert answer.status_code == 200
    assert not await closed(open_world)


@pytest.mark.parametrize("aussi", ["", "oui"])
async def test_who_has_a_decision_of_their_own_stays_open_unless_it_is_withdrawn_too(open_world, aussi):
    world, admin = open_world, open_world.browser("administrateur")
    await world.open("ETABLISSEMENT", LYON)
    answer = await admin.post("/ouvertures", FORM)
    assert "Fermer aussi pour 1 lycée qui reste ouvert par sa propre décision" in answer.text
    assert (await admin.post("/ouvertures", FORM | {"vus": shown(answer), "aussi": aussi})).status_code == 303
    assert ((await world.chef.get("/api/missions")).json()["total"] == 0) is bool(aussi)
    acts = await world.pool.fetchval("SELECT count(*) FROM audit WHERE motif = 'Fin de la campagne'")
    assert acts == (2 if aussi else 1)


def test_a_tenth_more_is_what_people_do_meanwhile_and_the_first_of_its_kind_is_news():
    seen = EnCours(100, 0, 20, 9, 0, 500, 30, 1)
    assert not a_relire(seen, seen._replace(non_lues=550, lycees_ouverts=110))
    assert not a_relire(seen, EnCours())
    for more in ({"non_lues": 551}, {"missions_sans_personne": 10}, {"brouillons": 1}, {"restent": 1}):
        assert a_relire(seen, seen._replace(**more))


async def test_only_the_administrateur_sees_the_page(open_world):
    assert (await open_world.browser("gestionnaire").post("/ouvertures", FORM)).status_code == 403
    assert (await open_world.gestionnaire.get("/api/ouvertures/en-cours", session=SESSION)).status_code == 403


async def test_after_a_closing_a_lycee_reads_that_it_is_closed_and_is_not_told_to_wait(open_world):
    chef, admin = open_world.browser("chef"), open_world.browser("administrateur")
    form = FORM | {"pour": "10", "decision": "fermer"}
    assert (await admin.post("/ouvertures", form)).status_code == 303
    for path in ("/missions", "/", f"/missions/{open_world.hg}"):
        page = await chef.text(path)
        assert "Le service de convocation est fermé : l’administrateur IMAGIN l’a décidé" in page, path
        assert "apparaîtront ici dès l’ouverture" not in page
    assert "Service fermé" in await open_world.browser("gestionnaire").text("/")
    assert "pour tous les lycées." in await open_world.browser("gestionnaire").text("/")


async def test_past_its_end_the_list_says_since_when_and_before_any_decision_one_waits(open_world):
    query = "UPDATE ouverture SET fin = '2026-01-20T17:00Z' WHERE portee = 'NATIONALE'"
    await open_world.pool.execute(query)
    page = await open_world.browser("chef").text("/missions")
    assert "Le service de convocation est fermé depuis le mardi 20 janvier 2026 à 18 h 00 (session 2020-E3C1)." in page
    await open_world.pool.execute("DELETE FROM ouverture")
    assert "apparaîtront ici dès l’ouverture" in await open_world.browser("chef").text("/missions")
