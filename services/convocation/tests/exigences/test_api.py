"""R47 through the API: who writes what an épreuve asks for, what it does to missions, and the same need everywhere."""

import asyncio
import re
from math import ceil

import pytest

URL = "/api/academies/{}/exigences/{}"
HLP = {
    "profils": [
        {"profil": "professeur de lettres", "disciplines": ["0200", "0201", "0202"]},
        {"profil": "professeur de philosophie", "disciplines": ["0100"]},
    ]
}


def body(**changes):
    return {"motif": "Essai", **changes}


async def put(acteur, academie, code, version, *, essai=False, **changes):
    query = "?essai=true" if essai else ""
    return await acteur.put(URL.format(academie, code) + query, body(**changes), **{"If-Match": f'"{version}"'})


async def back(world, version, motif):
    headers = world.gestionnaire._headers | {"If-Match": f'"{version}"'}
    return await world.client.request("DELETE", URL.format("10", "HLP"), json={"motif": motif}, headers=headers)


async def test_hlp_comes_with_its_two_profiles_and_counts_its_open_missions(world):
    lines = (await world.administrateur.get("/api/exigences")).json()["exigences"]
    [hlp] = [one for one in lines if one["code"] == "HLP"]
    assert (hlp["academie"], hlp["origine"], hlp["version"], hlp["missions_ouvertes"]) == ("*", "*", 1, 1)
    assert hlp["profils"] == HLP["profils"]
    assert {one["code"]: one["missions_ouvertes"] for one in lines}["HG"] == 3


@pytest.mark.parametrize(
    ("name", "academie", "status"),
    [
        ("gestionnaire", "10", 200),
        ("gestionnaire", "09", 404),
        ("gestionnaire", "nationale", 404),
        ("gestionnaire_de_lille", "09", 200),
        ("gestionnaire_de_lille", "10", 404),
        ("administrateur", "nationale", 200),
        ("administrateur", "10", 200),
        ("chef", "10", 403),
        ("delegue", "10", 403),
        ("intervenant", "10", 403),
        ("notifier", "10", 403),
        ("santorin", "10", 403),
    ],
)
async def test_each_acteur_writes_for_his_own_reach_and_only_the_administrateur_for_the_nation(
    world, name, academie, status
):
    acteur = getattr(world, name)
    assert (await put(acteur, academie, "HG", 0, essai=True)).status_code == status
    assert (await put(acteur, academie, "HG", 0, lot_copies=20)).status_code == status
    assert (await acteur.get("/api/exigences", academie=academie)).status_code == status
    acts = await world.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'exigences.ecrire'")
    assert acts == (1 if status == 200 else 0)


async def test_the_effect_is_exact_and_writes_nothing(open_world):
    await open_world.chef.convoque(open_world.hg, "100", "101", "104")  # 100 copies in lots of 35: three are enough
    answer = (await put(open_world.gestionnaire, "10", "HG", 0, essai=True, lot_copies=25)).json()
    assert (answer["total"], answer["deficitaires"]) == (2, 1)
    assert [(one["uai"], one["avant"], one["apres"]) for one in answer["missions"]] == [
        ("0699001J", 3, 4),
        ("0699002K", 3, 4),
    ]
    profil = [{"profil": "historien", "disciplines": ["1000"]}]
    answer = (await put(open_world.gestionnaire, "10", "HG", 0, essai=True, profils=profil)).json()
    # convocations keep the profile they were told with
    assert answer["missions"][0]["manquants_apres"] == ["historien"]
    assert answer["deficitaires"] == 1
    assert await open_world.pool.fetchval("SELECT count(*) FROM exigence WHERE academie = '10'") == 0


async def test_the_nations_effect_leaves_out_the_academies_that_have_their_own(world):
    assert (await put(world.administrateur, "nationale", "HG", 0, essai=True)).json()["total"] == 3
    await put(world.gestionnaire, "10", "HG", 0, lot_copies=50)
    assert (await put(world.administrateur, "nationale", "HG", 0, essai=True)).json()["total"] == 1


async def test_stale_unknown_and_incomplete_entries_are_refused(world):
    first = (await put(world.gestionnaire, "10", "HG", 0, lot_copies=20)).headers["etag"].strip('"')
    for essai in (True, False):
        assert (await put(world.gestionnaire, "10", "HG", 0, essai=essai, lot_copies=21)).status_code == 412
    unknown = [{"profil": "x", "disciplines": ["9999"]}]
    for wrong in ({"profils": unknown}, {"motif": "", "lot_copies": 9}):
        answer = await put(world.gestionnaire, "10", "HG", first, **wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "exigence-refusee")
    for essai in (True, False):
        assert (await put(world.gestionnaire, "10", "INCONNUE", 0, essai=essai)).status_code == 404
    assert (await world.gestionnaire.put(URL.format("10", "HG"), body())).status_code == 428


async def test_back_to_the_nations_rule_and_every_act_is_audited(world):
    first = (await put(world.gestionnaire, "10", "HLP", 1, correcteurs=5)).json()["version"]
    second = (await put(world.gestionnaire, "10", "HLP", first, correcteurs=6)).json()["version"]
    same_again = (await put(world.gestionnaire, "10", "HLP", second, correcteurs=6)).json()["version"]
    assert first < second == same_again
    assert (await back(world, second, "")).json()["code"] == "exigence-refusee"
    assert (await back(world, first, "fin")).status_code == 412
    assert (await back(world, second, "fin")).status_code == 204
    lines = (await world.gestionnaire.get("/api/exigences")).json()["exigences"]
    assert [one["origine"] for one in lines if one["code"] == "HLP"] == ["*"]
    rows = await world.pool.fetch("SELECT * FROM audit WHERE action = 'exigences.ecrire' ORDER BY id")
    assert {row["objet"] for row in rows} == {"exigence|10|HLP"}
    assert [row["motif"] for row in rows] == ["Essai", "Essai", "fin"]
    assert (rows[1]["avant"], rows[1]["apres"]) == ('{"correcteurs": 5}', '{"correcteurs": 6}')
    assert (rows[0]["avant"], rows[2]["apres"]) == (None, None)


async def test_a_version_names_one_state_for_ever_even_after_the_rule_was_removed(world):
    first = (await put(world.gestionnaire, "10", "HLP", 1, correcteurs=5)).json()["version"]
    await back(world, first, "fin")
    again = (await put(world.gestionnaire, "10", "HLP", 1, correcteurs=7)).json()["version"]
    assert again > first
    assert (await put(world.gestionnaire, "10", "HLP", first, correcteurs=8)).status_code == 412


async def test_an_academies_first_rule_notices_that_the_nation_changed_its_own_meanwhile(world):
    changed = (await put(world.administrateur, "nationale", "HLP", 1, correcteurs=9)).json()["version"]
    for essai in (True, False):
        assert (await put(world.gestionnaire, "10", "HLP", 1, essai=essai, correcteurs=5)).status_code == 412
    assert (await put(world.gestionnaire, "10", "HLP", changed, correcteurs=5)).status_code == 200


async def test_of_many_first_rules_at_once_one_is_written(world):
    answers = await asyncio.gather(
        *(put(world.gestionnaire, "10", "HG", 0, lot_copies=number) for number in range(10, 18))
    )
    assert sorted(one.status_code for one in answers) == [200] + [412] * 7


CASES = [(profils, lot, fixed) for profils in (0, 1, 2, 3) for lot in (None, 1, 7, 100) for fixed in (None, 0, 4)]


async def test_the_list_the_page_the_effect_and_the_api_say_the_need_of_the_rule(world):
    version = 0
    for count, lot, fixed in CASES:
        lines = [{"profil": f"p{one}", "disciplines": ["1000"]} for one in range(count)]
        change = {"profils": lines, "lot_copies": lot, "correcteurs": fixed}
        told = (await put(world.gestionnaire, "10", "HG", version, essai=True, **change)).json()["missions"]
        version = (await put(world.gestionnaire, "10", "HG", version, **change)).json()["version"]
        for candidats in (1, 35, 36, 100):
            await world.pool.execute("UPDATE mission SET candidats = $1", candidats)
            expected = ceil(candidats / (lot or 35)) * max(1, count) if fixed is None else fixed
            listed = (await world.administrateur.get("/api/missions")).json()["missions"]
            needs = {one["mission_id"]: one["besoin"] for one in listed}
            assert needs[str(world.hg)] == expected
            assert needs[str(world.numerisation)] == 1  # R48: one person has the copies scanned, however many
            detail = (await world.administrateur.get(f"/api/missions/{world.hg}")).json()
            assert detail["besoin"] == expected, (count, lot, fixed, candidats)
        assert {one["apres"] for one in told} == {expected}
        page = await world.browser("administrateur").text(f"/missions/{world.hg}")
        shown = re.search(r"Besoin estimé</dt><dd>([0-9]+)", page)
        assert int(shown[1]) == expected


async def test_r48_a_numerisation_has_no_rule_that_could_be_written(world):
    path = "/api/academies/10/exigences/NUMERISATION"
    rule = {"lot_copies": None, "correcteurs": 3, "profils": [], "motif": "Essai"}
    assert (await world.gestionnaire.put(path, rule, **{"If-Match": '"0"'})).status_code == 404
    listed = (await world.gestionnaire.get("/api/exigences")).json()["exigences"]
    assert "NUMERISATION" not in [one["code"] for one in listed]
    assert (await world.browser("gestionnaire").get("/exigences/10/NUMERISATION")).status_code == 404
