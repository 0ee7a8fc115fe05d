"""SANTORIN's answers on a real database: told once, about the present version only, counted otherwise."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest_asyncio
from prometheus_client import REGISTRY

from chassis.cloudevents import Cause, Event
from chassis.consumer import Outcome, guard
from chassis.database import create_pool
from event_schemas.acces import Acces
from event_schemas.accuses import Accuse
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from santorin_bridge.handlers.accuses import TellAccesOnAccuse
from santorin_bridge.handlers.convocations import GrantOrRevokeOnConvocationEvents
from santorin_bridge.persistence.habilitations import DirtyHabilitations

KEY = UUID(int=7)
MISSION = MissionRef(
    mission_id=UUID(int=1),
    session="2020-E3C1",
    type="CORRECTION",
    voie="GENERALE",
    code="HG",
    libelle="Histoire-géographie",
    uai="0699001J",
    academie="10",
)


def event(state):
    record = SimpleNamespace(timestamp=int(datetime.now(UTC).timestamp() * 1000))
    return Event(state, "t", "i", Cause("c"), state.aggregate, state.version, state.hash, record)


def convocation(version, *, active=True):
    return Convocation.create(
        convocation_id=KEY,
        version=version,
        status="ACTIVE" if active else "CANCELLED",
        intervenant=IntervenantRef(numero="1", nom="NOM", prenom="Prénom", uai="0699001J"),
        mission=MISSION,
        qualite="CORRECTEUR",
        qualite_par_defaut=True,
        profil=None,
        dates=[datetime(2020, 3, 5, tzinfo=UTC).date()],
    )


def answer(version, about, decision="ACCEPTED", motif=None, key=KEY):
    return Accuse.create(
        convocation_id=key, habilitation_version=about, version=version, decision=decision, motif=motif
    )


class Bridge:
    def __init__(self, pool):
        self.pool = pool
        self.source = DirtyHabilitations()

    async def take(self, reader, *states):
        """As the consumer does: guard, then apply what it lets through."""
        events = [event(state) for state in states]
        async with self.pool.acquire() as connection, connection.transaction():
            known = await reader.known(connection, sorted({one.aggregate for one in events}))
            held = frozenset(known)
            passed = guard(events, known, Outcome())
            if passed:
                await reader.apply(connection, passed, held)

    async def convoked(self, *states):
        await self.take(GrantOrRevokeOnConvocationEvents(), *states)

    async def answered(self, *states):
        await self.take(TellAccesOnAccuse(), *states)

    async def published(self):
        async with self.pool.acquire() as connection:
            await self.source.clear(connection, await self.source.fetch(connection, 100))

    async def told(self):
        rows = await self.pool.fetch("SELECT payload FROM outbox ORDER BY seq")
        states = [Acces.model_validate_json(row["payload"]) for row in rows]
        assert [one.version for one in states] == sorted({one.version for one in states}), "versions only grow"
        return [(one.convocation_version, one.etat, one.motif) for one in states]


@pytest_asyncio.fixture(loop_scope="session")
async def bridge(database):
    pool = create_pool((await database("santorin_bridge")).url)
    await pool
    yield Bridge(pool)
    await pool.close()


def counted(portee):
    return REGISTRY.get_sample_value("imagin_accuses_total", {"portee": portee}) or 0


async def test_r15_an_accepted_right_is_told_and_a_duplicate_answer_tells_nothing_more(bridge):
    await bridge.convoked(convocation(1))
    await bridge.published()
    await bridge.answered(answer(1, 1))
    await bridge.answered(answer(1, 1))
    assert await bridge.told() == [(1, "TRANSMISE", None), (1, "ACCEPTEE", None)]


async def test_r18_a_refused_right_is_told_with_its_reason_and_may_be_accepted_later(bridge):
    await bridge.convoked(convocation(1))
    await bridge.published()
    await bridge.answered(answer(1, 1, "REFUSED", "identité inconnue"))
    await bridge.answered(answer(2, 1))
    assert await bridge.told() == [
        (1, "TRANSMISE", None),
        (1, "REJETEE", "identité inconnue"),
        (1, "ACCEPTEE", None),
    ]


async def test_a_late_answer_about_an_earlier_version_and_one_about_nothing_are_counted_and_change_nothing(bridge):
    await bridge.convoked(convocation(1))
    await bridge.published()
    await bridge.convoked(convocation(2))
    await bridge.published()
    before = await bridge.told()
    late, unknown = counted("depassee"), counted("inconnue")
    await bridge.answered(answer(1, 1), answer(1, 1, key=UUID(int=99)))
    assert await bridge.told() == before
    assert (counted("depassee"), counted("inconnue")) == (late + 1, unknown + 1)


async def test_an_answer_that_came_before_we_noted_the_sending_is_not_overwritten_by_it(bridge):
    await bridge.convoked(convocation(1))
    async with bridge.pool.acquire() as connection:
        sent = await bridge.source.fetch(connection, 100)  # sent, then killed before it was cleared
    await bridge.answered(answer(1, 1))
    async with bridge.pool.acquire() as connection:
        await bridge.source.clear(connection, sent)
    assert await bridge.told() == [(1, "ACCEPTEE", None)]


async def test_kb_a_revocation_that_santorin_has_applied_is_told_as_withdrawn(bridge):
    await bridge.convoked(convocation(1))
    await bridge.published()
    await bridge.convoked(convocation(2, active=False))
    await bridge.published()
    await bridge.answered(answer(1, 2))
    assert (await bridge.told())[-1] == (2, "RETIREE", None)
