"""Merging (R36): two entries become one, no convocation is lost, and nothing brings the other back."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from convocation.annuaire.imports import commands as import_annuaire
from testkit.actes import actes

LYON, AUTRE_LYON = "0699001J", "0699002K"


async def actives(world, *numeros):
    """(mission, entry) of the active convocations of these people, and whose each is."""
    rows = await world.pool.fetch(
        "SELECT * FROM convocation WHERE status = 'ACTIVE' AND numero = ANY($1) ORDER BY mission_id", list(numeros)
    )
    entry = ("mission_id", "qualite", "qualite_par_defaut", "profil", "dates", "observation")
    return {row["mission_id"]: tuple(str(row[name]) for name in entry) for row in rows}, [row["numero"] for row in rows]


async def test_no_convocation_is_lost_and_each_goes_on_with_the_same_entry(open_world, twins):
    world = open_world
    await world.register(twins)
    changed = {"qualite": "COORDINATEUR", "observation": "Salle 3", "dates": ["2030-03-05", "2030-03-06"]}
    await world.chef.convoque(world.hg, "200", **changed)
    await world.chef.convoque(world.hlp, "200")
    await world.chef.convoque(world.numerisation, "100", "200")
    [both, before] = [await actives(world, "100", "200"), await actives(world, "200")]
    count = await world.pool.fetchval("SELECT count(*) FROM convocation WHERE status = 'ACTIVE'")
    answer = await world.merge("100", "200")
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in ("reprises", "en_double")} == {"reprises": 2, "en_double": 1}
    after, whose = await actives(world, "100", "200")
    assert after == both[0]  # the same missions, each with its entry
    assert whose == ["100"] * 3
    assert set(before[0]) == set(after)
    assert await world.pool.fetchval("SELECT count(*) FROM convocation WHERE status = 'ACTIVE'") == count - 1
    reasons = await world.pool.fetch("SELECT mission_id, motif, nature FROM convocation WHERE numero = '200'")
    assert {row["nature"] for row in reasons} == {"ANNULATION"}
    assert all(row["motif"].startswith("Doublon dans l’annuaire") for row in reasons)
    assert {row["mission_id"] for row in reasons if "reste valable" in row["motif"]} == {world.numerisation}


async def test_each_change_is_told_the_grant_before_the_revocation(open_world, twins):
    world = open_world
    await world.register(twins)
    await world.chef.convoque(world.hg, "200")
    told = len(await world.told())
    await world.merge("100", "200")
    rows = await world.pool.fetch("SELECT payload FROM outbox ORDER BY seq OFFSET $1", told)
    states = [json.loads(row["payload"]) for row in rows]
    assert [(one["status"], one["intervenant"]["numero"], one["version"]) for one in states] == [
        ("ACTIVE", "100", 1),
        ("CANCELLED", "200", 2),
    ]
    assert states[0]["convocation_id"] != states[1]["convocation_id"]  # a right is one person's, for ever


async def test_a_convocation_the_kept_person_had_lost_goes_on_at_its_next_version(open_world, twins):
    world = open_world
    await world.register(twins)
    [lost] = (await world.chef.convoque(world.hg, "100")).json()["convocations"]
    path = f"/api/convocations/{lost['convocation_id']}/annulation"
    cancelled = await world.chef.post(path, {"motif": "Erreur"}, **{"If-Match": '"1"'})
    assert cancelled.status_code in {200, 201}, cancelled.text
    await world.chef.convoque(world.hg, "200")
    assert (await world.merge("100", "200")).json()["reprises"] == 1
    row = await world.pool.fetchrow("SELECT * FROM convocation WHERE numero = '100'")
    assert (str(row["convocation_id"]), row["version"], row["status"], row["motif"]) == (
        lost["convocation_id"],
        3,
        "ACTIVE",
        None,
    )


@pytest.mark.parametrize("already", [False, True])
async def test_what_the_merged_person_has_reported_still_waits_for_its_answer(open_world, twins, already):
    world = open_world
    await world.register(twins)
    people = ["100", "200"] if already else ["200"]
    made = (await world.chef.convoque(world.hg, *people)).json()["convocations"]
    insert = "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, $2, now())"
    await world.pool.execute(insert, made[-1]["convocation_id"], "Hospitalisée")
    assert (await world.merge("100", "200")).status_code == 200
    told = await world.pool.fetch(
        "SELECT c.numero, e.etat, e.motif FROM empechement e JOIN convocation c USING (convocation_id)"
    )
    assert [tuple(one) for one in told] == [("100", "OUVERT", "Hospitalisée")]


async def test_of_two_reports_the_kept_persons_own_waits(open_world, twins):
    world = open_world
    await world.register(twins)
    made = (await world.chef.convoque(world.hg, "100", "200")).json()["convocations"]
    insert = "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, 'x', now())"
    for one in made:
        await world.pool.execute(insert, one["convocation_id"])
    assert (await world.merge("100", "200")).status_code == 200
    told = await world.pool.fetch(
        "SELECT c.numero, e.etat FROM empechement e JOIN convocation c USING (convocation_id) ORDER BY c.numero"
    )
    assert [tuple(one) for one in told] == [("100", "OUVERT"), ("200", "CLOS")]


async def test_a_closed_service_and_a_withdrawn_mission_lose_nothing_either(open_world, twins):
    world = open_world
    await world.register(twins)
    await world.chef.convoque(world.hg, "200")
    await world.chef.convoque(world.hlp, "200")
    await world.withdraw(LYON, "HLP")
    await world.open(ouverte=False)
    assert (await world.merge("100", "200")).json()["reprises"] == 2
    assert (await actives(world, "100", "200"))[1] == ["100", "100"]


async def test_the_kept_entry_has_what_both_had_and_the_other_is_inactive_with_a_pointer(world, twins):
    await world.register(twins)
    await world.merge("100", "200")
    kept = await world.pool.fetchrow("SELECT * FROM intervenant WHERE numero = '100'")
    assert (kept["disciplines"], kept["uais_secondaires"], kept["profils"]) == (
        ["1000", "0100"],
        [AUTRE_LYON],
        ["professeur de philosophie"],
    )
    merged = await world.pool.fetchrow("SELECT actif, fusionne_dans FROM intervenant WHERE numero = '200'")
    assert tuple(merged) == (False, "100")
    rows = (await actes(world.pool, "intervenants."))[-3:]
    acts = {(row.action, row.objet): row.apres for row in rows}
    assert acts["intervenants.fusionner", "intervenant|200"]["fusionne_dans"] == "100"
    assert acts["intervenants.ecrire", "intervenant|200"] == {"actif": False}
    assert acts["intervenants.ecrire", "intervenant|100"]["disciplines"] == ["1000", "0100"]
    assert {row.par for row in rows} == {"gest"}


async def test_a_merged_entry_comes_back_neither_by_the_next_import_nor_by_hand(world, twins):
    await world.register(twins)
    await world.merge("100", "200")
    before = len(await actes(world.pool, objet="intervenant|200"))
    await world.register(twins)
    assert (
        len(await actes(world.pool, objet="intervenant|200")) == before
    )  # nothing changed, so nothing is said to have
    assert await world.pool.fetchval("SELECT actif FROM intervenant WHERE numero = '200'") is False
    await world.pool.execute("UPDATE intervenant SET actif = true WHERE numero = '200'")  # whatever writes her
    assert await world.pool.fetchval("SELECT actif FROM intervenant WHERE numero = '200'") is False
    assert ("100", "200") not in await world.doublons(world.gestionnaire)
    held = await world.lue("200")
    headers = {"If-Match": f'"{held["version"]}"'}
    path = f"/api/academies/10/intervenants/{held['id']}/activite"
    answer = await world.gestionnaire.put(path, {"actif": True, "motif": "Essai"}, **headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "deja-fusionnee")


async def test_nor_does_the_next_file_of_the_academie_bring_her_back(world, twins):
    await world.register(twins)
    await world.merge("100", "200")
    before = len(await actes(world.pool, objet="intervenant|200"))
    header = "numero,civilite,nom,prenom,courriel,uai,uais_secondaires,disciplines,actif"
    file = f"{header}\n200,Mme,BOEUF,Elodie,200@exemple.invalid,{AUTRE_LYON},,0100,oui\n"
    headers = world.gestionnaire._headers | {"Content-Type": "text/csv"}
    url = "/api/academies/10/annuaire?essai=false"
    assert (await world.client.post(url, content=file.encode(), headers=headers)).status_code == 202
    while await import_annuaire.work_at_import(world.pool, lambda: datetime.now(UTC)):
        pass
    assert await world.pool.fetchval("SELECT count(*) FROM import_annuaire WHERE etat = 'TERMINE'") == 1
    assert await world.pool.fetchval("SELECT actif FROM intervenant WHERE numero = '200'") is False
    assert len(await actes(world.pool, objet="intervenant|200")) == before


async def test_stale_repeated_and_senseless_merges_are_refused(world, twins):
    await world.register(twins)
    stale = {"gardee": (await world.lue("100")) | {"version": 9}}
    assert (await world.merge("100", "200", **stale)).status_code == 412
    stale = {"autre": (await world.lue("200")) | {"version": 9}}
    assert (await world.merge("100", "200", **stale)).status_code == 412
    assert (await world.merge("100", "100")).json()["code"] == "fusion-impossible"
    body = {"gardee": await world.lue("100"), "autre": await world.lue("200")}
    assert (await world.merge("100", "200", **body)).status_code == 200
    assert (await world.merge("100", "200", **body)).status_code == 412
    assert (await world.merge("100", "200")).json()["code"] == "fusion-impossible"
    assert (await world.merge("200", "100")).json()["code"] == "fusion-impossible"


async def test_a_convocation_made_during_the_merge_is_never_left_to_the_merged_person(open_world, twins):
    world = open_world
    await world.register(twins)
    for round_ in range(8):
        numero = f"60{round_}"
        await world.register([world.fiche(numero, "BŒUF", "Élodie", LYON)])
        await world.chef.convoque(world.hg, numero)
        merged, convoked, other = await asyncio.gather(
            world.merge("100", numero), world.chef.convoque(world.hlp, numero), world.chef.convoque(world.hlp, "100")
        )
        assert merged.status_code in {200, 412}, merged.text
        assert convoked.status_code in {201, 422}, convoked.text
        assert other.status_code in {201, 409}, other.text
        if merged.status_code == 412:  # somebody was convoked meanwhile: look again, and it goes
            assert convoked.status_code == 201
            assert (await world.merge("100", numero)).status_code == 200
        assert await actives(world, numero) == ({}, [])
        missions, whose = await actives(world, "100")
        assert {world.hg, world.hlp} == set(missions)
        assert len(whose) == 2


async def test_two_merges_at_once_make_no_ring(open_world, twins):
    world = open_world
    await world.register(twins)
    await world.chef.convoque(world.hg, "100", "200")
    # Both have looked before either merges: who looks after the other's merge is told 409 instead.
    cent, deux_cents = await world.lue("100"), await world.lue("200")
    answers = await asyncio.gather(
        world.merge("100", "200", gardee=cent, autre=deux_cents),
        world.merge("200", "100", gardee=deux_cents, autre=cent),
    )
    assert sorted(one.status_code for one in answers) == [200, 412]
    active = await world.pool.fetch("SELECT numero FROM intervenant WHERE actif AND numero IN ('100', '200')")
    assert len(active) == 1
    assert (await actives(world, "100", "200"))[1] == [active[0]["numero"]]
