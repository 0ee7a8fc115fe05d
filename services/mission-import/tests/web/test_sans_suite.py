"""What was refused or cannot be applied is shown to its gestionnaire, why, and what to tell Cyclades (0059)."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from chassis.cloudevents import Cause, Event, decode
from chassis.envelopes import record_of
from event_schemas.catalogue import INSCRIPTIONS
from mission_import.use_cases.essais.try_record import MODELS

SESSION, LYON, LILLE = "2020-E3C1", "0699001J", "0599001N"
TYPE = b"fr.cyclades.inscriptions-closed.v1"


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


async def buries(world, key, body):
    record = record_of(INSCRIPTIONS, key.encode(), json.dumps(body).encode(), (("ce_type", TYPE),), datetime.now(UTC))
    async with world.pool.acquire() as connection, connection.transaction():
        await world.readers["mission-import.inscriptions"].bury(connection, [decode(record, MODELS)])


async def seen(world, who):
    return words(await world.page(who, "/imports/sans-suite"))


async def test_an_invalid_closing_is_shown_to_its_academie_alone_with_what_to_tell_cyclades(world):
    body = json.loads(world.closing(LYON, 1, HG=30).to_bytes())
    await buries(world, LYON, body | {"revision": "DUPONT"})
    told = await seen(world, "lyon")
    assert f"{LYON} Académie Lyon" in told
    what = f"Établissement {LYON}, session illisible, révision illisible (partition 0, offset 0)"
    why = "la clôture ne peut pas être appliquée. Raison : revision : un nombre entier est attendu."
    assert f"{what} : {why} Corrigez-la, puis envoyez une révision plus haute." in told
    assert "DUPONT" not in told
    assert LYON not in await seen(world, "lille")
    assert "Aucune clôture invalide." in await seen(world, "lille")
    assert LYON in await seen(world, "admin")


async def test_what_names_no_etablissement_is_the_administrateurs(world):
    await buries(world, "DUPONT", {})
    assert "Établissement illisible" in await seen(world, "admin")
    assert "Établissement illisible" not in await seen(world, "lyon")
    assert "DUPONT" not in await seen(world, "admin")


async def test_a_newer_closing_of_the_etablissement_takes_its_place(world):
    await world.receive(world.closing(LYON, 1, HG=29))
    await buries(world, LYON, {"session": SESSION})
    await world.receive(world.closing(LILLE, 1, HG=30))
    assert f"LYCEE {LYON} {LYON} – Académie Lyon" in await seen(world, "lyon")
    await world.receive(world.closing(LYON, 2, HG=30))
    assert LYON not in await seen(world, "lyon")


@pytest.mark.parametrize(("offset", "shown"), [(6, False), (4, True)])
async def test_in_one_batch_what_stands_later_on_the_topic_takes_its_place(world, offset, shown):
    """Both have the time of their transaction."""
    reader, state = world.readers["mission-import.inscriptions"], world.closing(LYON, 1, HG=30)
    bad = replace(record_of(INSCRIPTIONS, LYON.encode(), b"{}", (("ce_type", TYPE),), datetime.now(UTC)), offset=5)
    good = SimpleNamespace(value=state.to_bytes(), headers=(), partition=0, offset=offset)
    event = Event(state, "t", "ce-1", Cause("cause"), state.aggregate, state.version, state.hash, good)
    async with world.pool.acquire() as connection, connection.transaction():
        await reader.apply(connection, [event], frozenset())
        await reader.bury(connection, [decode(bad, MODELS)])
    assert (LYON in await seen(world, "lyon")) is shown


async def test_a_refused_closing_is_shown_with_its_reason_until_a_newer_one_comes(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.validation()
    await world.receive(world.closing(LYON, 2, HG=1))
    await world.decide(2, "REFUSER", "Nombre invraisemblable.")
    told = await seen(world, "lyon")
    assert (
        f"LYCEE {LYON} ({LYON}), session {SESSION}, révision 2 : le rectorat a refusé la clôture. Motif : Nombre"
        " invraisemblable. Corrigez-la, puis envoyez une révision plus haute."
    ) in told
    assert LYON not in await seen(world, "lille")
    await world.receive(world.closing(LYON, 3, HG=29))
    assert LYON not in await seen(world, "lyon")
