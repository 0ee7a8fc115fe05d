"""A database restored from a backup: what was told and seen of its aggregates since then (0032)."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.relay import LOCK
from chassis.snapshot import events

Held: TypeAlias = tuple[UUID, int]
"""An aggregate and the version of it that somebody has."""

# The service's own SQL joins it: the highest version seen anywhere.
_TABLE = """
CREATE TEMP TABLE vu (topic text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, PRIMARY KEY (topic, id))
ON COMMIT DROP
"""
_NOTE = """
INSERT INTO vu SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])
ON CONFLICT (topic, id) DO UPDATE SET version = excluded.version WHERE vu.version < excluded.version
"""
_FORGET_SENT = """
DELETE FROM outbox o USING vu WHERE vu.topic = o.topic AND vu.id = o.aggregate_id AND o.version <= vu.version
"""


class StillRunning(Exception):
    """A process of the service works on the database."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """One transaction on the restored database, whose service is stopped.

    `held` pages through what the other services have of a topic's aggregates.
    """

    connection: Connection
    kafka: Mapping[str, Any]
    models: Mapping[str, type[BaseModel]]
    held: Callable[[str], AsyncIterator[list[Held]]]
    now: datetime

    async def begin(self) -> None:
        """The table `vu` is there until the end of the transaction. Raises StillRunning."""
        if not await self.connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK):
            raise StillRunning
        await self.connection.execute(_TABLE)

    async def told(self, topic: str) -> AsyncIterator[list[Event[Any]]]:
        """The events of a topic of ours in their order per key, their versions noted. Raises TopicUnavailable."""
        async for page in events(self.kafka, topic, self.models):
            await self._note(topic, ((UUID(event.aggregate), event.version) for event in page))
            yield page

    async def note_held(self, topic: str) -> None:
        """The versions that the other services have, also of what the topic has forgotten."""
        async for page in self.held(topic):
            await self._note(topic, page)

    async def _note(self, topic: str, seen: Iterable[Held]) -> None:
        highest: dict[UUID, int] = {}
        for id_, version in seen:
            highest[id_] = max(version, highest.get(id_, 0))
        await self.connection.execute(_NOTE, topic, list(highest), list(highest.values()))

    async def forget_sent(self) -> None:
        """What the backup had still to send and was sent since then is not sent again, after what is newer."""
        await self.connection.execute(_FORGET_SENT)
