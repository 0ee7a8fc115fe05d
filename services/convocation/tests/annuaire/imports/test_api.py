"""The directory by the API: what an import says and keeps, whom it warns about, and the audit."""

import pytest

from testkit.actes import actes

PATH = "/api/academies/10/intervenants"
ANNE = {"numero": "102", "civilite": "Mme", "nom": "LEFÈVRE", "prenom": "Anne", "uai": "0699001J"}
ANNE |= {"courriel": "102@ac-exemple.invalid", "disciplines": ["0202"]}
ABSENT = {"debut": "2030-03-05", "fin": "2030-03-06"}


async def acts(world):
    return await actes(world.pool, "intervenants.ecrire")


async def put(world, **changes):
    return await world.gestionnaire.put(PATH, {"intervenants": [ANNE | changes]})


async def test_an_import_is_one_act_a_person_that_changed_with_what_changed(world):
    assert (await put(world)).status_code == 200
    assert await acts(world) == []
    assert (await put(world, courriel="anne@ac-exemple.invalid")).status_code == 200
    [act] = await acts(world)
    assert (act.objet, act.par, act.academie) == ("intervenant|102", "gest", "10")
    assert act.avant == {"courriel": "102@ac-exemple.invalid"}
    assert act.apres == {"courriel": "anne@ac-exemple.invalid"}


async def test_an_import_that_says_nothing_of_what_the_gestionnaire_entered_keeps_it(world):
    assert (await put(world, stagiaire=True, profils=["p q"], indisponibilites=[ABSENT])).status_code == 200
    assert (await put(world, prenom="Anna")).status_code == 200
    row = await world.pool.fetchrow("SELECT * FROM intervenant WHERE numero = '102'")
    assert (row["prenom"], row["stagiaire"], row["profils"], row["version"]) == ("Anna", True, ["p q"], 3)
    assert await world.pool.fetchval("SELECT count(*) FROM indisponibilite") == 1
    assert (await put(world, indisponibilites=[])).status_code == 200
    assert await world.pool.fetchval("SELECT count(*) FROM indisponibilite") == 0


@pytest.mark.parametrize("wrong", [[ABSENT | {"fin": "2030-03-04"}], [ABSENT, ABSENT], [ABSENT | {"motif": "santé"}]])
async def test_a_period_that_ends_before_it_begins_two_from_one_day_and_a_reason_are_refused(world, wrong):
    assert (await put(world, indisponibilites=wrong)).status_code == 422


async def test_who_is_unavailable_or_stagiaire_is_a_warning_that_blocks_nothing(open_world):
    await put(open_world, stagiaire=True, indisponibilites=[ABSENT])
    answer = await open_world.chef.convoque(open_world.hg, "102", "100", dates=["2030-03-05"])
    assert answer.status_code == 201
    told = {one["type"]: one for one in answer.json()["avertissements"]}
    assert told["indisponible"]["details"] == ["LEFÈVRE Anne : 05/03/2030"]
    assert told["stagiaire"]["details"] == ["LEFÈVRE Anne"]


async def test_the_gestionnaire_of_another_academie_writes_nothing_here(world):
    before = len(await acts(world))
    assert (await world.gestionnaire_de_lille.put(PATH, {"intervenants": [ANNE]})).status_code == 404
    stolen = await world.gestionnaire_de_lille.put("/api/academies/09/intervenants", {"intervenants": [ANNE]})
    assert stolen.status_code == 403
    assert len(await acts(world)) == before
