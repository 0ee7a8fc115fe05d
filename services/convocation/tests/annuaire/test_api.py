"""The directory person by person through the API: rights, versions, what is refused, the audit (R35, R36, R54)."""

from uuid import UUID, uuid5

import pytest

from testkit.actes import actes

URL = "/api/academies/{}/intervenants"
LYON, AUTRE_LYON = "0699001J", "0699002K"
EVE = {"civilite": "Mme", "nom": "NOUVELLE", "prenom": "Ève", "courriel": "eve@ac-exemple.invalid", "uai": LYON}
NOBODY = uuid5(UUID(int=0), "nobody")
READERS = {"gestionnaire", "administrateur"}
ACTEURS = (
    *("chef", "delegue", "autre_chef", "gestionnaire", "gestionnaire_de_lille"),
    *("administrateur", "intervenant", "notifier", "santorin"),
)


async def id_of(world, numero="102"):
    return await world.pool.fetchval("SELECT id FROM intervenant WHERE numero = $1", numero)


async def acts(world, objet):
    return [row.entier for row in await actes(world.pool, objet=objet)]


async def put(acteur, path, body, version=1):
    return await acteur.put(path, body, **{"If-Match": f'"{version}"'})


@pytest.mark.parametrize("name", ACTEURS)
async def test_r54_the_rectorat_reads_its_academie_and_only_its_gestionnaire_writes(world, name):
    acteur, one = getattr(world, name), f"{URL.format('10')}/{await id_of(world)}"
    before = await world.pool.fetchval("SELECT count(*) FROM audit")
    may_read, may_write = name in READERS, name == "gestionnaire"
    search = await acteur.post(f"{URL.format('10')}/recherche", {"nom": "lefevre"})
    absent = 404 if name == "gestionnaire_de_lille" else 403
    assert (search.status_code, (await acteur.get(one)).status_code) == ((200, 200) if may_read else (absent, absent))
    for answer, status, refused in (
        (await acteur.post(URL.format("10"), EVE | {"numero": "500"}), 201, absent),
        (await put(acteur, one, EVE | {"prenom": "Eva"}), 200, absent),
        (await put(acteur, f"{one}/activite", {"actif": False, "motif": "départ"}, 2), 200, absent),
    ):
        assert answer.status_code == (status if may_write else refused)
        assert may_write or "LEFÈVRE" not in answer.text
    assert await world.pool.fetchval("SELECT count(*) FROM audit") == before + 3 * may_write


async def test_a_person_of_another_academie_does_not_exist_within_ones_own(world):
    one = f"{URL.format('09')}/{await id_of(world)}"
    lille = world.gestionnaire_de_lille
    assert (await lille.get(one)).status_code == 404
    assert (await put(lille, one, EVE)).status_code == 404
    assert (await put(lille, f"{one}/activite", {"actif": False, "motif": "x"})).status_code == 404
    found = (await lille.post(f"{URL.format('09')}/recherche", {})).json()
    assert found == {"total": 0, "rapproche": False, "intervenants": []}


async def test_somebody_is_created_read_changed_and_deactivated_and_each_is_an_act(world):
    gestionnaire = world.gestionnaire
    period = {"debut": "2030-03-05", "fin": "2030-03-06"}
    full = EVE | {"numero": "500", "uais_secondaires": [AUTRE_LYON], "disciplines": ["0100"], "profils": ["p"]}
    made = await gestionnaire.post(URL.format("10"), full | {"stagiaire": True, "indisponibilites": [period]})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    address = made.headers["location"]
    assert "500" not in address.rpartition("/")[0]
    read = await gestionnaire.get(address)
    assert read.json() == made.json()
    assert {name: read.json()[name] for name in full} == full
    assert (read.json()["stagiaire"], read.json()["actif"], read.json()["indisponibilites"]) == (True, True, [period])
    changed = await put(gestionnaire, address, EVE | {"prenom": "Eva"})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["indisponibilites"] == []
    off = await put(gestionnaire, f"{address}/activite", {"actif": False, "motif": "départ"}, 2)
    assert off.json()["actif"] is False
    created, modified, deactivated = await acts(world, "intervenant|500")
    assert (created["avant"], created["apres"]["indisponibilites"]) == (None, [period])
    assert (modified["avant"]["prenom"], modified["apres"]["prenom"]) == ("Ève", "Eva")
    assert (deactivated["avant"], deactivated["apres"]) == ({"actif": True}, {"actif": False})
    assert [one["motif"] for one in (created, modified, deactivated)] == ["", "", "départ"]
    assert {one["par"] for one in (created, modified, deactivated)} == {"gest"}


async def test_stale_unknown_and_wrong_entries_are_refused_and_leave_no_act(world):
    gestionnaire, one = world.gestionnaire, f"{URL.format('10')}/{await id_of(world)}"
    assert (await put(gestionnaire, one, EVE)).status_code == 200
    before = await world.pool.fetchval("SELECT count(*) FROM audit")
    for path, body in ((one, EVE), (f"{one}/activite", {"actif": False, "motif": "x"})):
        assert (await put(gestionnaire, path, body, 1)).status_code == 412
        assert (await gestionnaire.put(path, body)).status_code == 428
    assert (await put(gestionnaire, f"{one}/activite", {"actif": False}, 2)).json()["code"] == "raison-absente"
    assert (await put(gestionnaire, f"{URL.format('10')}/{NOBODY}", EVE)).status_code == 404
    assert (await gestionnaire.post(URL.format("10"), EVE | {"numero": "102"})).json()["code"] == "numero-pris"
    for wrong in (
        {"uai": "0699001K"},
        {"disciplines": ["9999"]},
        {"courriel": "x"},
        {"civilite": "Dr"},
        {"actif": True},
    ):
        assert (await put(gestionnaire, one, EVE | wrong, 2)).status_code == 422, wrong
    assert await world.pool.fetchval("SELECT count(*) FROM audit") == before


async def test_r36_creating_somebody_for_a_demande_answers_it_in_the_same_transaction(world):
    form = {"uai": LYON, "cle": "k", "nom": "NOUVELLE", "prenom": "Ève", "precisions": ""}
    headers = world.chef._headers | {"Sec-Fetch-Site": "same-origin"}
    await world.client.post("/demandes", data=form, headers=headers)
    asked = str(await world.pool.fetchval("SELECT demande_id FROM demande"))
    made = await world.gestionnaire.post(URL.format("10"), EVE | {"numero": "500", "demande_id": asked})
    assert made.status_code == 201
    assert await world.pool.fetchval("SELECT etat FROM demande") == "TRAITEE"
    assert [one["action"] for one in await acts(world, f"demande|{asked}")] == ["demande.ecrire", "demande.traiter"]
    again = await world.gestionnaire.post(URL.format("10"), EVE | {"numero": "501", "demande_id": asked})
    assert (again.status_code, again.json()["code"]) == (409, "demande-deja-traitee")
    assert await id_of(world, "501") is None
