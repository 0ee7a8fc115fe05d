"""SQL of the envois: the rights that one transaction wrote, published together (migration 0180, docs/decisions/0004).

What is to publish is an open envoi. Its rights are filled in by the transaction that opens it and by no other; a right
that is written again goes over to a new one. So whoever has sent those that he found in it may close it.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row
from chassis.handing import Handed

_BITS = 63
_NOT_KEPT = -1
_OPEN = "INSERT INTO envoi (id, droits) VALUES ($1, $2) RETURNING le"
# Whole ones, the longest waiting first, until they are $1 rights. Each is counted: rights may have left it.
_WAITING = """
SELECT id, le, (SELECT count(*) FROM habilitation h WHERE h.envoi = o.id) AS droits
FROM (SELECT id, le, sum(droits) OVER (ORDER BY le, id) - droits AS avant
      FROM (SELECT id, le, droits FROM envoi WHERE publie_le IS NULL ORDER BY le, id LIMIT $1) e) o
WHERE avant < $1 ORDER BY le, id
"""
# annonce is NULL where nothing is told beside the right: it follows no convocation; or SANTORIN has answered what is
# about to be sent again after a crash, and its answer says more. It is -1 where no version is kept for it yet.
_RIGHTS = """
SELECT convocation_id, version, convocation_version, status, etat, changed_at, correlation_id, causation_id,
       traceparent, convocation_le,
       CASE WHEN convocation_version = 0 OR EXISTS (
                SELECT FROM accuse a WHERE a.convocation_id = h.convocation_id AND a.habilitation_version >= h.version
            ) THEN NULL
            WHEN annonce_de = version THEN annonce ELSE -1 END AS annonce
FROM habilitation h WHERE envoi = ANY($1::bigint[])
"""
_ANNOUNCE = """
UPDATE habilitation SET acces_version = acces_version + 1, annonce = acces_version + 1, annonce_de = version
WHERE convocation_id = ANY($1::uuid[]) AND annonce_de <> version
"""
_CLOSE = "UPDATE envoi SET publie_le = now() WHERE id = ANY($1::bigint[]) AND publie_le IS NULL"


class Envoi(NamedTuple):
    """An open envoi: `le` is when its transaction began, which is when its rights were changed."""

    id: int
    le: datetime


class EnvoiOuvert(Row):
    """`droits`: how many rights are in it now: none where all were written again meanwhile."""

    id: int
    le: datetime
    droits: int


class DroitAPublier(NamedTuple):
    """A right as it stands, `etat` its body; `annonce`: the version of what tells it as transmitted, None: untold."""

    convocation_id: UUID
    version: int
    convocation_version: int
    status: str
    etat: bytes
    changed_at: datetime
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    convocation_le: datetime | None
    annonce: int | None


class _DroitRow(Row):
    __annotations__ = DroitAPublier.__annotations__  # the same columns


_handed: Handed[list[DroitAPublier]] = Handed()


async def ouvrir(connection: Connection, droits: int) -> Envoi:
    """A new one, for this transaction to fill with as many rights."""
    number = secrets.randbits(_BITS)
    le: datetime = await connection.fetchval(_OPEN, number, droits)
    return Envoi(number, le)


async def ouverts(connection: Connection, limit: int) -> list[EnvoiOuvert]:
    """Those to publish, the longest waiting first: `limit` rights, and the rest of the last one's."""
    return await connection.fetch(_WAITING, limit, record_class=EnvoiOuvert)


def retenir(envoi: Envoi, droits: list[DroitAPublier]) -> None:
    """Keep what was written into it for the relay, where that is in this process."""
    if _handed.leads:
        _handed.put(envoi.id, droits, sum(len(one.etat) for one in droits))


async def droits(connection: Connection, ouverts: Sequence[EnvoiOuvert]) -> list[DroitAPublier]:
    """The rights in these envois, as they stand: from memory where none has left its envoi since."""
    found, unknown = list[DroitAPublier](), list[int]()
    for envoi in ouverts:
        held = _handed.take(envoi.id)
        if held is not None and len(held) == envoi.droits:
            found += held
        else:
            unknown.append(envoi.id)
    return found + await _read(connection, unknown) if unknown else found


async def _read(connection: Connection, envois: Sequence[int]) -> list[DroitAPublier]:
    while True:
        rows = await connection.fetch(_RIGHTS, envois, record_class=_DroitRow)
        rights = [DroitAPublier(*row) for row in rows]
        without = [one.convocation_id for one in rights if one.annonce == _NOT_KEPT]
        if not without:
            return rights
        await connection.execute(_ANNOUNCE, without)


async def fermer(connection: Connection, envois: Sequence[int]) -> None:
    """Their rights are published."""
    await connection.execute(_CLOSE, list(envois))
