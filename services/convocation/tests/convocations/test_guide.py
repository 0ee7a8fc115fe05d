"""The guide's story through the HTTP API, sentence by sentence (R12–R53), on real PostgreSQL.

Whom one finds to convoke (R28–R36): affectation/test_recherche.py.
"""

import pytest

INTERVENANT_CONVOQUE = "fr.imagin.intervenant-convoque.v1"
CHANGED = "fr.imagin.convocation-changed.v1"
CANCELLED = "fr.imagin.convocation-cancelled.v1"


async def one(world, **changes):
    answer = await world.chef.convoque(world.hg, "100", **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["convocations"][0]


async def test_r12_before_the_administrateur_opens_the_service_the_etablissement_convokes_nobody(world):
    answer = await world.chef.convoque(world.hg, "100")
    assert (answer.status_code, answer.json()["code"]) == (409, "service-ferme")
    await world.open()
    assert (await world.chef.convoque(world.hg, "100")).status_code == 201


async def test_r13_and_r19_the_etablissement_sees_only_missions_open_to_convocation_and_is_told_why(world):
    closed = (await world.chef.get("/api/missions")).json()
    assert closed["missions"] == []
    assert "n’est pas ouvert" in closed["message"]
    await world.open("ETABLISSEMENT", "0699001J")
    opened = (await world.chef.get("/api/missions")).json()
    assert {one["code"] for one in opened["missions"]} == {"HG", "HLP", "NUMERISATION"}
    assert (await world.autre_chef.get("/api/missions")).json()["missions"] == []


async def test_r23_the_list_shows_the_type_of_mission(open_world):
    missions = (await open_world.chef.get("/api/missions")).json()["missions"]
    assert {one["type_libelle"] for one in missions} == {
        "Epreuve commune de contrôle continu",
        "Numérisation de copies",
    }


async def test_r24_the_chef_d_etablissement_records_who_signs_and_only_he(open_world):
    path, body = "/api/etablissements/0699001J/signature", {"nom": "CHEF", "prenom": "Ana", "qualite": "Proviseure"}
    assert (await open_world.delegue.put(path, body)).status_code == 403
    assert (await open_world.chef.put(path, body)).status_code == 200
    assert (await open_world.chef.put(path, body)).status_code == 412
    assert (await open_world.chef.put(path, body | {"prenom": "Eva"}, **{"If-Match": '"1"'})).json()["version"] == 2


async def test_r26_the_detail_of_the_mission_shows_its_facts(open_world):
    detail = (await open_world.chef.get(f"/api/missions/{open_world.hlp}")).json()
    assert detail["profils_manquants"] == ["professeur de lettres", "professeur de philosophie"]
    assert detail["disciplines"] == ["0100", "0200", "0201", "0202"]
    assert "remontée des notes" in detail["conseil_date"]


@pytest.mark.parametrize(
    ("dates", "why"), [([], "date-non-choisie"), (["2030-03-05", "0027-03-06"], "date-invraisemblable")]
)
async def test_r37_a_convocation_without_a_chosen_date_is_refused_and_writes_nothing(open_world, dates, why):
    answer = await open_world.chef.convoque(open_world.hg, "100", dates=dates)
    assert (answer.status_code, answer.json()["code"]) == (422, why)
    assert await open_world.told() == []


async def test_r41_and_r42_the_convocation_made_is_visible_in_the_liste_des_intervenants(open_world):
    answer = await open_world.chef.convoque(open_world.hg, "100", "101", observation="Salle 3")
    assert answer.status_code == 201
    assert [one["qualite_libelle"] for one in answer.json()["convocations"]] == ["Correcteur Santorin"] * 2
    detail = (await open_world.chef.get(f"/api/missions/{open_world.hg}")).json()
    assert [line["intervenant"]["nom"] for line in detail["intervenants"]] == ["BŒUF", "DE LA TOUR"]
    assert detail["convoques"] == 2
    assert await open_world.told() == [INTERVENANT_CONVOQUE] * 2
    assert open_world.woken


async def test_r43_a_convocation_can_be_seen_with_its_version(open_world):
    created = await one(open_world, observation="Salle 3")
    answer = await open_world.chef.get(f"/api/convocations/{created['convocation_id']}")
    assert (answer.json()["observation"], answer.headers["etag"]) == ("Salle 3", '"1"')


async def test_r44_a_change_needs_the_version_one_has_read_and_is_told(open_world):
    path = f"/api/convocations/{(await one(open_world))['convocation_id']}"
    body = {"qualite": "COORDINATEUR", "dates": ["2030-03-06"], "observation": ""}
    assert (await open_world.chef.put(path, body)).status_code == 428
    assert (await open_world.chef.put(path, body, **{"If-Match": '"7"'})).status_code == 412
    changed = await open_world.chef.put(path, body, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    same = await open_world.chef.put(path, body, **{"If-Match": '"2"'})
    assert same.json()["version"] == 2
    assert await open_world.told() == [INTERVENANT_CONVOQUE, CHANGED]


async def test_r45_a_deleted_convocation_stays_in_the_list_cancelled_and_the_person_can_be_convoked_again(open_world):
    created = await one(open_world)
    path = f"/api/convocations/{created['convocation_id']}"
    cancelled = await open_world.chef.post(f"{path}/annulation", {"motif": "Malade"}, **{"If-Match": '"1"'})
    assert cancelled.json()["version"] == 2
    assert (await open_world.chef.get(path)).json()["status"] == "CANCELLED"
    again = await one(open_world)
    assert (again["convocation_id"], again["version"]) == (created["convocation_id"], 3)
    history = (await open_world.chef.get(f"{path}/historique")).json()["versions"]
    assert [line["nature"] for line in history] == ["CONVOCATION", "ANNULATION", "CONVOCATION"]
    assert await open_world.told() == [INTERVENANT_CONVOQUE, CANCELLED, INTERVENANT_CONVOQUE]


async def test_r47_the_missing_profile_of_hlp_warns_until_both_are_convoked(open_world):
    first = (await open_world.chef.convoque(open_world.hlp, "102")).json()
    missing = [one["details"] for one in first["avertissements"] if one["type"] == "profil-manquant"]
    assert missing == [["professeur de philosophie"]]
    second = (await open_world.chef.convoque(open_world.hlp, "103")).json()
    assert "profil-manquant" not in {one["type"] for one in second["avertissements"]}


async def test_r48_r49_and_r52_the_numerisation_is_delegated_to_somebody_without_qualite(open_world):
    refused = await open_world.chef.convoque(open_world.numerisation, "102", qualite="CORRECTEUR")
    assert (refused.status_code, refused.json()["code"]) == (422, "qualite-sans-objet")
    created = (await open_world.chef.convoque(open_world.numerisation, "102")).json()["convocations"][0]
    assert created["qualite"] is None


async def test_somebody_convoked_elsewhere_that_day_is_a_warning(open_world):
    await one(open_world)
    answer = (await open_world.chef.convoque(open_world.numerisation, "100")).json()
    assert "deja-convoque-ce-jour" in {one["type"] for one in answer["avertissements"]}


async def test_ka_on_a_withdrawn_mission_nobody_is_convoked_but_who_is_can_be_cancelled(open_world):
    created = await one(open_world)
    await open_world.withdraw("0699001J", "HG")
    refused = await open_world.chef.convoque(open_world.hg, "101")
    assert (refused.status_code, refused.json()["code"]) == (409, "mission-sans-candidat")
    path = f"/api/convocations/{created['convocation_id']}/annulation"
    assert (await open_world.chef.post(path, {"motif": "Sans candidat"}, **{"If-Match": '"1"'})).status_code == 200


async def test_r57_an_intervenant_sees_his_own_convocations_only(open_world):
    await one(open_world)
    await open_world.chef.convoque(open_world.hg, "101")
    own = (await open_world.intervenant.get("/api/mes-convocations")).json()["convocations"]
    assert [line["intervenant"]["numero"] for line in own] == ["100"]
