"""SQL of the Idempotency-Keys (D5)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from acces.acteur import Acteur
from chassis.database import Connection, Row

_CLAIM = """
INSERT INTO idempotence (acteur, cle, empreinte, le) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING cle
"""


class Known(Row):
    """What a key already stands for."""

    empreinte: str
    reponse: str


async def claim(connection: Connection, acteur: Acteur, cle: str, empreinte: str, now: datetime) -> Known | None:
    """None when the key is now ours; a concurrent owner is waited for, then its answer is returned."""
    if await connection.fetchval(_CLAIM, _owner(acteur), cle, empreinte, now):
        return None
    query = "SELECT empreinte, reponse FROM idempotence WHERE acteur = $1 AND cle = $2"
    known = await connection.fetchrow(query, _owner(acteur), cle, record_class=Known)
    assert known is not None  # who had the key before us has committed
    return known


async def first_time(connection: Connection, acteur: Acteur, form: str, typed: Sequence[object], now: datetime) -> bool:
    """False when this very form has been sent before (a double click, a reload): it has one effect (D5).

    `form`: the key that it came with. What was typed is part of the key: who goes back and ticks others sends another.
    """
    empreinte = hashlib.sha256(json.dumps(typed).encode()).hexdigest()
    cle = f"page-{form}-{empreinte}"
    known = await claim(connection, acteur, cle, empreinte, now)
    if known is None:
        await keep(connection, acteur, cle, "{}")
    return known is None


async def forget(connection: Connection, before: datetime) -> None:
    """Delete keys that nobody sends again: their answers hold numbers of people."""
    await connection.execute("DELETE FROM idempotence WHERE le < $1", before)


async def keep(connection: Connection, acteur: Acteur, cle: str, reponse: str) -> None:
    """Store the answer in the command's own transaction."""
    query = "UPDATE idempotence SET reponse = $3 WHERE acteur = $1 AND cle = $2"
    await connection.execute(query, _owner(acteur), cle, reponse)


def _owner(acteur: Acteur) -> str:
    """A person's keys in one function and reach: under another they are unknown."""
    return "|".join([acteur.role.value, acteur.sub, *sorted(acteur.uais), *sorted(acteur.academies)])
