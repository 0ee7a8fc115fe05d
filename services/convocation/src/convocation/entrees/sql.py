"""SQL of sessions: the cookie's value is kept nowhere, only its SHA-256, so a backup of the table opens none."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.database import Connection, Row

_KEPT = timedelta(days=1)  # so long is a session that is over told from one that never was
_INSERT = """
INSERT INTO entree
    (empreinte, compte, qui, fonctions, choisie, ouverte_le, vue_le, fin_le, navigateur, emetteur, sub, sid, id_token)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12)
"""
_FIND = """
SELECT compte, fonctions, choisie, vue_le, fin_le, emetteur, sub, sid, id_token FROM entree WHERE empreinte = $1
"""
_EACH = "jsonb_array_elements(fonctions) WITH ORDINALITY AS t (f, n)"


# The index is of `qui`, which has the account too.
OF_COMPTE = """
qui && ARRAY[(SELECT compte FROM entree WHERE empreinte = $1)]
AND compte = (SELECT compte FROM entree WHERE empreinte = $1)
"""
_CLOSE_OTHERS = f"""
DELETE FROM entree WHERE {OF_COMPTE} AND empreinte <> $1 AND ($2::uuid IS NULL OR entree_id = $2) RETURNING entree_id
"""


class EntreeRow(Row):
    """A session, open or over."""

    compte: str
    fonctions: str
    choisie: int
    vue_le: datetime
    fin_le: datetime
    emetteur: str | None
    sub: str | None
    sid: str | None
    id_token: str | None


class EntreeIdRow(Row):
    """One session's id."""

    entree_id: UUID


async def insert(
    connection: Connection,
    secret: str,
    *,
    compte: str,
    qui: Sequence[str],
    fonctions: str,
    choisie: int,
    now: datetime,
    fin: datetime,
    navigateur: str,
    provenance: Sequence[str | None],
) -> None:
    """A new session. `fonctions`: JSON; `provenance`: issuer, sub, sid and sealed ID token, or four times None."""
    row = (fingerprint(secret), compte, list(qui), fonctions, choisie, now, fin, navigateur)
    await connection.execute(_INSERT, *row, *provenance)


async def find(connection: Connection, secret: str) -> EntreeRow | None:
    """The session that the cookie's value names."""
    return await connection.fetchrow(_FIND, fingerprint(secret), record_class=EntreeRow)


async def seen(connection: Connection, secret: str, now: datetime) -> None:
    """Somebody acts in it."""
    await connection.execute(
        "UPDATE entree SET vue_le = $2 WHERE empreinte = $1 AND vue_le < $2", fingerprint(secret), now
    )


async def choose(connection: Connection, secret: str, choisie: int) -> bool:
    """Another of its functions acts from now on; False where it has no such one."""
    query = "UPDATE entree SET choisie = $2 WHERE empreinte = $1 AND jsonb_array_length(fonctions) > $2"
    return choisie >= 0 and await connection.execute(query, fingerprint(secret), choisie) == "UPDATE 1"


async def add_function(connection: Connection, secret: str, fonction: str, role: str) -> None:
    """One more, the last, which acts from now on, in place of another of `role`; `fonction`: a JSON array of it."""
    query = f"""
    UPDATE entree SET choisie = (SELECT count(*) FROM {_EACH} WHERE f ->> 'role' <> $3),
           fonctions = (SELECT jsonb_agg(f ORDER BY n) FROM {_EACH} WHERE f ->> 'role' <> $3) || $2::jsonb
    WHERE empreinte = $1
    """
    await connection.execute(query, fingerprint(secret), fonction, role)


async def end_functions(connection: Connection, compte: str, role: str, fin: datetime) -> None:
    """Those of `role` end at `fin`, in all sessions of the account."""
    query = f"""
    UPDATE entree SET fonctions = (
        SELECT jsonb_agg(CASE WHEN f ->> 'role' = $2 THEN f || jsonb_build_object('fin', $3::timestamptz) ELSE f END
                         ORDER BY n) FROM {_EACH})
    WHERE qui && ARRAY[$1] AND compte = $1
    """
    await connection.execute(query, compte, role, fin)


async def close(connection: Connection, secret: str) -> None:
    """Nobody acts in it any more."""
    await connection.execute("DELETE FROM entree WHERE empreinte = $1", fingerprint(secret))


async def close_others(connection: Connection, secret: str, entree_id: UUID | None) -> int:
    """End this other session of the same account, or all others for None; returns how many."""
    return len(await connection.fetch(_CLOSE_OTHERS, fingerprint(secret), entree_id, record_class=EntreeIdRow))


async def close_all_of(connection: Connection, qui: Sequence[str]) -> None:
    """End every session of these accounts or numbers, in the transaction of what takes their rights away."""
    await connection.execute("DELETE FROM entree WHERE qui && $1", list(qui))


async def close_all_as(connection: Connection, compte: str) -> None:
    """End the sessions of this account; not those of another one that may act under its number."""
    await connection.execute("DELETE FROM entree WHERE qui && ARRAY[$1] AND compte = $1", compte)


async def close_from(connection: Connection, emetteur: str, *, sid: str | None, sub: str | None) -> None:
    """End the session that the provider calls `sid`, else all of `sub` there; one without a sid is any of `sub`'s."""
    query = """
    DELETE FROM entree WHERE emetteur = $1 AND (sid = $2 OR (sub = $3 AND ($2::text IS NULL OR sid IS NULL)))
    """
    await connection.execute(query, emetteur, sid, sub)


async def forget(connection: Connection, now: datetime) -> None:
    """Delete sessions that are over for a day."""
    await connection.execute("DELETE FROM entree WHERE fin_le < $1", now - _KEPT)


def fingerprint(secret: str) -> bytes:
    """What the table knows of the cookie's value."""
    return hashlib.sha256(secret.encode()).digest()
