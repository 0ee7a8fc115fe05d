"""A merge can be undone for a day: all is as before, and what has happened since is respected."""

import json
from datetime import timedelta

import pytest

from testkit.actes import actes

LYON, AUTRE_LYON = "0699001J", "0699002K"


async def states(world, *numeros):
    """What each of these people is convoked to, cancelled ones too: (mission, number) → the entry."""
    rows = await world.pool.fetch("SELECT * FROM convocation WHERE numero = ANY($1)", list(numeros))
    entry = ("status", "qualite", "qualite_par_defaut", "profil", "dates", "observation")
    return {(row["mission_id"], row["numero"]): tuple(str(row[name]) for name in entry) for row in rows}


async def entries(world):
    rows = await world.pool.fetch("SELECT * FROM intervenant WHERE numero IN ('100', '200') ORDER BY numero")
    return [{k: v for k, v in row.items() if k not in {"version", "mots_version"}} for row in rows]


async def undo(world, merge, acteur=None):
    path = f"/api/intervenants/fusions/{merge.json()['fusion_id']}/annulation"
    return await (acteur or world.gestionnaire).post(path, {})


async def convocation_of(world, mission, numero):
    query = "SELECT * FROM convocation WHERE mission_id = $1 AND numero = $2"
    return await world.pool.fetchrow(query, mission, numero)


async def test_all_is_as_before_entries_convocations_and_rights(open_world, twins):
    world = open_world
    await world.register(twins)
    changed = {"qualite": "COORDINATEUR", "observation": "Salle 3", "dates": ["2030-03-05", "2030-03-06"]}
    await world.chef.convoque(world.hg, "200", **changed)
    await world.chef.convoque(world.hlp, "100")
    await world.chef.convoque(world.numerisation, "100", "200")
    before, people = await states(world, "100", "200"), await entries(world)
    merge = await world.merge("100", "200")
    told = len(await world.told())
    answer = await undo(world, merge)
    assert (answer.status_code, answer.json()) == (200, {"rendues": 2}), answer.text
    after = await states(world, "100", "200")
    assert {key: state for key, state in after.items() if key in before} == before
    [made] = after.keys() - before.keys()  # the kept person's, by which she had taken over
    assert (str(made[0]), made[1]) == (str(world.hg), "100")
    assert after[made][0] == "CANCELLED"
    assert await entries(world) == people
    events = [json.loads(row["payload"]) for row in await world.pool.fetch("SELECT payload FROM outbox ORDER BY seq")]
    assert [(one["status"], one["intervenant"]["numero"]) for one in events[told:]] == [
        ("ACTIVE", "200"),
        ("ACTIVE", "200"),
        ("CANCELLED", "100"),
    ]  # the grants before the revocation


async def test_undone_once_the_pair_is_listed_again_and_can_be_merged_again(open_world, twins):
    world = open_world
    await world.register(twins)
    await world.chef.convoque(world.hg, "200")
    merge = await world.merge("100", "200")
    assert ("100", "200") not in await world.doublons(world.gestionnaire)
    assert (await undo(world, merge)).status_code == 200
    assert (await undo(world, merge)).status_code == 404
    assert ("100", "200") in await world.doublons(world.gestionnaire)
    assert (await world.merge("200", "100")).status_code == 200
    acts = await actes(world.pool, "intervenants.fusionner")
    assert [row.motif for row in acts] == ["Fusion de doublons", "Fusion défaite", "Fusion de doublons"]
    assert len(acts[1].apres["convocations_rendues"]) == 1


async def test_what_the_etablissement_changed_since_goes_along_and_what_it_cancelled_stays_so(open_world, twins):
    world = open_world
    await world.register(twins)
    await world.chef.convoque(world.hg, "200")
    await world.chef.convoque(world.hlp, "200")
    merge = await world.merge("100", "200")
    moved = await convocation_of(world, world.hg, "100")
    body = {"dates": ["2030-03-09"], "observation": "Salle 9"}
    path = f"/api/convocations/{moved['convocation_id']}"
    assert (await world.chef.put(path, body, **{"If-Match": '"1"'})).status_code == 200
    ended = await convocation_of(world, world.hlp, "100")
    path = f"/api/convocations/{ended['convocation_id']}/annulation"
    assert (await world.chef.post(path, {"motif": "x"}, **{"If-Match": '"1"'})).status_code in {200, 201}
    assert (await undo(world, merge)).json() == {"rendues": 1}
    back = await convocation_of(world, world.hg, "200")
    assert (back["status"], back["observation"], str(back["dates"][0])) == ("ACTIVE", "Salle 9", "2030-03-09")
    assert {(await convocation_of(world, world.hlp, one))["status"] for one in ("100", "200")} == {"CANCELLED"}


async def test_who_was_convoked_anew_since_keeps_her_convocation(open_world, twins):
    world = open_world
    await world.register(twins)
    await world.chef.convoque(world.hg, "200")
    merge = await world.merge("100", "200")
    moved = await convocation_of(world, world.hg, "100")
    path = f"/api/convocations/{moved['convocation_id']}/annulation"
    assert (await world.chef.post(path, {"motif": "x"}, **{"If-Match": '"1"'})).status_code in {200, 201}
    assert (await world.chef.convoque(world.hg, "100")).status_code == 201
    assert (await undo(world, merge)).json() == {"rendues": 0}
    assert (await convocation_of(world, world.hg, "100"))["status"] == "ACTIVE"
    assert (await convocation_of(world, world.hg, "200"))["status"] == "CANCELLED"


async def test_a_field_that_was_changed_since_stays_and_the_others_go_back(world, twins):
    await world.register(twins)
    merge = await world.merge("100", "200")
    kept = await world.pool.fetchrow("SELECT * FROM intervenant WHERE numero = '100'")
    body = world.fiche("100", "BŒUF", "Élodie", LYON, ["1000", "0202"], uais_secondaires=kept["uais_secondaires"])
    await world.register([body | {"profils": kept["profils"]}])
    assert (await undo(world, merge)).status_code == 200
    back = await world.pool.fetchrow("SELECT * FROM intervenant WHERE numero = '100'")
    assert (back["disciplines"], back["uais_secondaires"], back["profils"]) == (["1000", "0202"], [], [])


@pytest.mark.parametrize("already", [False, True])
async def test_what_was_reported_waits_with_whom_it_is_about_again(open_world, twins, already):
    world = open_world
    await world.register(twins)
    people = ["100", "200"] if already else ["200"]
    made = (await world.chef.convoque(world.hg, *people)).json()["convocations"]
    insert = "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, 'Hospitalisée', now())"
    await world.pool.execute(insert, made[-1]["convocation_id"])
    merge = await world.merge("100", "200")
    assert (await undo(world, merge)).status_code == 200
    query = "SELECT c.numero, e.etat, e.version FROM empechement e JOIN convocation c USING (convocation_id)"
    assert [tuple(row) for row in await world.pool.fetch(query)] == [("200", "OUVERT", 3)]


async def test_a_later_merge_of_the_kept_entry_is_undone_first(open_world, twins):
    world = open_world
    await world.register([*twins, world.fiche("201", "BOEUF", "Elodie")])
    first = await world.merge("100", "200")
    second = await world.merge("100", "201")
    refused = await undo(world, first)
    assert (refused.status_code, refused.json()["code"]) == (409, "fusion-suivie")
    page = await world.browser("gestionnaire").get(f"/intervenants/doublons/fusions/{first.json()['fusion_id']}")
    assert "ne peut pas être défaite pour l’instant" in page.text
    assert (await undo(world, second)).status_code == 200
    assert (await undo(world, first)).status_code == 200


async def test_after_a_day_it_is_done_for_good(world, twins):
    await world.register(twins)
    merge = await world.merge("100", "200")
    just = timedelta(days=1) - timedelta(minutes=5)
    await world.pool.execute("UPDATE fusion SET le = le - $1::interval", just)
    assert len((await world.gestionnaire.get("/api/intervenants/fusions")).json()["fusions"]) == 1
    await world.pool.execute("UPDATE fusion SET le = le - interval '6 minutes'")
    assert (await world.gestionnaire.get("/api/intervenants/fusions")).json() == {"fusions": []}
    refused = await undo(world, merge)
    assert (refused.status_code, refused.json()["code"]) == (404, "fusion-inconnue")
    assert "plus d’un jour" in refused.text


async def test_another_academies_merge_does_not_exist(world, twins):
    await world.register(twins)
    merge = await world.merge("100", "200")
    assert (await undo(world, merge, world.gestionnaire_de_lille)).status_code == 404
    assert (await world.gestionnaire_de_lille.get("/api/intervenants/fusions")).json() == {"fusions": []}
    address = f"/intervenants/doublons/fusions/{merge.json()['fusion_id']}"
    assert (await world.browser("gestionnaire_de_lille").get(address)).status_code == 404
    assert (await world.browser("chef").get(address)).status_code == 403


async def test_on_the_page_the_effect_is_told_and_then_done(open_world, twins):
    world = open_world
    await world.register(twins)
    await world.chef.convoque(world.hg, "200")
    merge = await world.merge("100", "200")
    gestionnaire = world.browser("gestionnaire")
    address = f"/intervenants/doublons/fusions/{merge.json()['fusion_id']}"
    assert address in await gestionnaire.text("/intervenants/doublons")
    assert "1 convocation revient à la fiche 200" in (await gestionnaire.text(address)).replace("\u00a0", " ")
    done = await gestionnaire.post(address)
    assert (done.status_code, done.headers["location"]) == (303, "/intervenants/doublons?fait=defaite")
    assert (await gestionnaire.get(address)).status_code == 404
