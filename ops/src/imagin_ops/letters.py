"""Dead letters as an operator chooses and sees them: filters, the record's key, the établissement it is about."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chassis.database import Connection, Row
from event_schemas import uai as uai_

_KEY_CHARACTERS = 80
_KEY_BYTES = 24
_UAI = re.compile(r"[0-9]{7}[A-Z]")
# Where the bodies of this product name an établissement: a closing, a mission, a convocation or a right.
_PLACES = ((), ("etablissement",), ("mission",))

_CHOSEN = """
($1::bigint[] IS NULL OR id = ANY($1)) AND ($2::text IS NULL OR topic = $2) AND ($3::text IS NULL OR stage = $3)
AND ($4::text IS NULL OR position(lower($4) in lower(reason)) > 0)
"""
_LIST = f"""
SELECT id, consumer_group, topic, partition, "offset", stage, reason, state, attempts, created_at, key, aggregate,
       CASE WHEN octet_length(value) <= 65536 THEN value END AS body
FROM dead_letter WHERE {_CHOSEN} AND ($5 OR state IN ('OPEN', 'RETRY')) ORDER BY id LIMIT $6
"""
_RETRY = f"""
UPDATE dead_letter SET state = 'RETRY', changed_at = now() WHERE {_CHOSEN} AND state = 'OPEN' RETURNING id
"""
_DISCARD = f"""
UPDATE dead_letter SET state = 'DISCARDED', note = $5, changed_at = now() WHERE {_CHOSEN} AND state = 'OPEN'
"""
_STATES = "SELECT state, count(*) AS letters FROM dead_letter WHERE id = ANY($1::bigint[]) GROUP BY state"


class Stage(StrEnum):
    """Where a record died."""

    DECODE = "DECODE"
    CONFLICT = "CONFLICT"
    APPLY = "APPLY"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters of a service; None leaves the choice open. `reason`: text that the reason contains, in any case."""

    ids: list[int] | None = None
    topic: str | None = None
    stage: Stage | None = None
    reason: str | None = None

    @property
    def arguments(self) -> tuple[object, ...]:
        return self.ids, self.topic, self.stage, self.reason

    def __bool__(self) -> bool:
        return any(one is not None for one in self.arguments)


class Letter(Row):
    """A letter with what tells the operator what it is about; no body of more than 64 kB."""

    id: int
    consumer_group: str
    topic: str
    partition: int
    offset: int
    stage: str
    reason: str
    state: str
    attempts: int
    created_at: datetime
    key: bytes | None
    aggregate: str | None
    body: bytes | None


class _Marked(Row):
    id: int


class _State(Row):
    state: str
    letters: int


async def fetch(connection: Connection, choice: Choice, *, closed: bool, limit: int) -> list[Letter]:
    """The letters chosen, the oldest first; `closed`: not only the open ones."""
    return await connection.fetch(_LIST, *choice.arguments, closed, limit, record_class=Letter)


async def mark_for_retry(connection: Connection, choice: Choice) -> list[int]:
    """The service takes them up within a second; returns the numbers of those that were open."""
    return [row.id for row in await connection.fetch(_RETRY, *choice.arguments, record_class=_Marked)]


async def discard(connection: Connection, choice: Choice, note: str) -> int:
    """Close the open ones for good; returns how many."""
    return int((await connection.execute(_DISCARD, *choice.arguments, note)).removeprefix("UPDATE "))


async def states(connection: Connection, ids: list[int]) -> dict[str, int]:
    """How many of these letters are in which state."""
    return {row.state: row.letters for row in await connection.fetch(_STATES, ids, record_class=_State)}


def shown_key(key: bytes | None) -> str | None:
    """The record's key as text; what is no text of one line is shortened base64."""
    if key is None:
        return None
    text = key.decode("utf-8", errors="replace")
    if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text and len(text) <= _KEY_CHARACTERS:
        return text
    return f"base64:{base64.b64encode(key[:_KEY_BYTES]).decode()}{'…' if len(key) > _KEY_BYTES else ''}"


def etablissement(key: bytes | None, aggregate: str | None, body: bytes | None) -> str | None:
    """The UAI that key, aggregate (a closing's is session|UAI) or body name, or None."""
    named = [(key or b"").decode("ascii", errors="replace"), *(aggregate or "").split("|"), *_in_body(body)]
    return next((one for one in named if _UAI.fullmatch(one) and uai_.valid(one)), None)


def _in_body(body: bytes | None) -> list[str]:
    try:
        document = json.loads(body or b"null")
    except (ValueError, RecursionError):
        return []
    found: list[Any] = []
    for path in _PLACES:
        value = document
        for name in (*path, "uai"):
            value = value.get(name) if isinstance(value, dict) else None
        found.append(value)
    return [one for one in found if isinstance(one, str)]
