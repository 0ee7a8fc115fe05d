"""Replay and reconciliation, convocation's side: what was told is told again as it was; the truth is told by pages."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from convocation.convocations import sql as replay
from convocation.convocations.commands import replay_convocations
from convocation.convocations.sql import Choix


async def tell_again(world, **choice):
    async with world.pool.acquire() as connection:
        chosen = await replay.page(connection, Choix(**choice), None, 100)
        return await replay_convocations(connection, [row["convocation_id"] for row in chosen])


async def sent(world):
    """The outbox, which the relay has emptied afterwards."""
    query = "SELECT topic, type, key, aggregate_id, version, payload FROM outbox ORDER BY key, seq"
    rows = [tuple(row) for row in await world.pool.fetch(query)]
    await world.pool.execute("DELETE FROM outbox")
    return rows


async def test_an_event_told_again_has_the_same_bytes_although_the_directory_has_changed(open_world):
    world = open_world
    await world.chef.convoque(world.hg, "100", "101")
    first = await sent(world)
    person = {"numero": "100", "civilite": "Mme", "nom": "AUTREMENT", "prenom": "Élodie", "disciplines": ["1000"]}
    person |= {"courriel": "100@ac-exemple.invalid", "uai": "0699001J", "uais_secondaires": []}
    assert (await world.gestionnaire.put("/api/academies/10/intervenants", {"intervenants": [person]})).is_success
    assert await tell_again(world) == 2
    assert await sent(world) == first


async def test_the_present_version_alone_is_told_again_a_cancellation_as_one(open_world):
    world = open_world
    await world.chef.convoque(world.hg, "100")
    convocation_id = await world.pool.fetchval("SELECT convocation_id FROM convocation")
    path = f"/api/convocations/{convocation_id}/annulation"
    answer = await world.chef.post(path, {"motif": "empêchement"}, **{"If-Match": '"1"'})
    assert answer.is_success, answer.text
    told = await sent(world)
    await tell_again(world)
    assert await sent(world) == [told[-1]]
    assert told[-1][1] == "fr.imagin.convocation-cancelled.v1"


@pytest.mark.parametrize(
    ("choice", "numeros"),
    [
        ({}, {"100", "101", "104"}),
        ({"mission": "hg"}, {"100", "101"}),
        ({"uai": "0699001J"}, {"100", "101"}),
        ({"uai": "0699002K"}, {"104"}),
        ({"academie": "10"}, {"100", "101", "104"}),
        ({"academie": "09"}, set()),
        ({"depuis": timedelta(minutes=-5)}, {"100", "101", "104"}),
        ({"depuis": timedelta(minutes=5)}, set()),
        ({"academie": "10", "uai": "0699002K"}, {"104"}),
    ],
)
async def test_a_mission_an_etablissement_an_academie_or_everything_since_a_time_is_chosen(open_world, choice, numeros):
    world = open_world
    await world.chef.convoque(world.hg, "100", "101")
    await world.autre_chef.convoque(uuid5(UUID(int=0), "0699002K|HG"), "104")
    await sent(world)
    if "mission" in choice:
        choice = {"mission": world.hg}
    if "depuis" in choice:
        choice = {"depuis": datetime.now(UTC) + choice["depuis"]}
    await tell_again(world, **choice)
    told = await sent(world)
    known = {str(row["convocation_id"]): row["numero"] for row in await world.pool.fetch("SELECT * FROM convocation")}
    assert {known[key] for _, _, key, *_ in told} == numeros


async def test_what_is_true_is_told_page_by_page_to_a_service_alone(open_world):
    world = open_world
    await world.chef.convoque(world.hg, "100", "101", "102")
    pages, after = [], UUID(int=0)
    while after:
        answer = (await world.pont.get("/api/etats", apres=str(after), limite=2)).json()
        pages.append([(one["version"], one["active"]) for one in answer["etats"]])
        after = answer["suite"]
    assert pages == [[(1, True), (1, True)], [(1, True)]]
    for acteur in (world.chef, world.gestionnaire, world.administrateur, world.intervenant):
        assert (await acteur.get("/api/etats")).status_code == 403
