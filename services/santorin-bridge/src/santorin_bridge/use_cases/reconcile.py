"""Reconciliation (D22): convocation's truth, the rights recorded, and what SANTORIN can read on the topic."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from chassis.database import Connection
from chassis.snapshot import Record, snapshot
from event_schemas.catalogue import HABILITATION
from event_schemas.habilitations import Habilitation
from santorin_bridge.domain.ecart import EtatConvocation, Vues, durables
from santorin_bridge.persistence import reconciliation
from santorin_bridge.persistence.reconciliation import OnTopic

Say = Callable[[str], None]
_AT_ONCE = 1_000  # 15 ms of the event loop, which consumer and relay share


@dataclass(frozen=True, slots=True)
class Sources:
    """The two sides outside this database: `etats` pages of convocation, `kafka` the connection to the topic."""

    etats: Callable[[], AsyncIterator[list[EtatConvocation]]]
    kafka: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bilan:
    """`droits` recorded, `ouverts` of them; `ecarts` that lasted, sorted by convocation."""

    droits: int
    ouverts: int
    ecarts: list[Vues]


async def reconcile(
    connection: Connection, sources: Sources, *, settle_seconds: float, say: Say = lambda _: None
) -> Bilan:
    """Look, and where something differs look again `settle_seconds` later: what is on its way is no difference.

    Within `reconciliation.alone`. Raises TopicUnavailable, ConvocationUnavailable.
    """
    started = await reconciliation.now(connection)
    found = await _look(connection, sources, say)
    ecarts: list[Vues] = []
    if found:
        say(f"{len(found)} écart(s), second regard dans {settle_seconds:g} s")
        await asyncio.sleep(settle_seconds)
        ecarts = durables(found, await _look(connection, sources, say))
    if not ecarts:
        await reconciliation.close_deleted(connection, started)
    counted = await reconciliation.count(connection)
    return Bilan(counted.droits, counted.ouverts, sorted(ecarts, key=lambda vues: vues.convocation_id))


async def _look(connection: Connection, sources: Sources, say: Say) -> dict[str, Vues]:
    await reconciliation.begin(connection)
    say("convocations")
    async for page in sources.etats():
        await reconciliation.add_truth(connection, page)
    say("topic des habilitations")
    async for records in snapshot(sources.kafka, HABILITATION, max_records=_AT_ONCE):
        await reconciliation.add_topic(connection, _last_of_each(records))
    return await reconciliation.differences(connection)


def _last_of_each(records: Sequence[Record]) -> list[OnTopic]:
    last: dict[UUID, OnTopic] = {}
    for record in records:
        one = _on_topic(record)
        if one is None:
            continue
        before = last.get(one.convocation_id)
        if before is None or not one.empreinte or before.version <= one.version:
            last[one.convocation_id] = one
    return list(last.values())


def key_of(record: Record) -> UUID | None:
    """The convocation a record is about; None: nothing anybody could look up."""
    try:
        return UUID((record.key or b"").decode())
    except ValueError:
        return None


def readable(record: Record) -> Habilitation | None:
    """The right in a record; None: a tombstone, or nothing that a reader could keep."""
    try:
        return Habilitation.model_validate_json(record.value or b"")
    except ValidationError:
        return None


def _on_topic(record: Record) -> OnTopic | None:
    """What a reader sees of a record."""
    key = key_of(record)
    if key is None:
        return None
    if record.value is None:  # a tombstone: whatever came before it is gone
        return OnTopic(key, 0, False, b"")
    right, digest = readable(record), hashlib.sha256(record.value or b"").digest()
    if right is None:
        return OnTopic(key, 0, False, digest)
    return OnTopic(key, right.version, right.status == "GRANTED", digest)
