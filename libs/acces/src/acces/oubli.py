"""Who can be forgotten: a key and an alias for each subject; without the key nobody reads what it closed (0061)."""

import json
import os
from collections.abc import Collection, Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.database import ConcurrentWrite, Connection, Row

# What another transaction has just made is not seen by the statement that met it: asked once more.
_KEYS = """
WITH voulu AS (SELECT * FROM unnest($1::text[], $2::bytea[]) AS t (sujet, cle)),
neuf AS (INSERT INTO cle_oubli (sujet, cle)
         SELECT v.* FROM voulu v WHERE NOT EXISTS (SELECT FROM cle_oubli k WHERE k.sujet = v.sujet) ORDER BY v.sujet
         ON CONFLICT DO NOTHING RETURNING sujet, alias, cle)
SELECT sujet, alias, cle FROM neuf
UNION ALL SELECT k.sujet, k.alias, k.cle FROM cle_oubli k WHERE k.sujet = ANY ($1)
"""
_ALIASES = "SELECT sujet, alias, cle FROM cle_oubli WHERE sujet = ANY ($1::text[])"
_FORGET = "DELETE FROM cle_oubli WHERE sujet = ANY ($1::text[])"
_KEY_BYTES, _NONCE_BYTES, _TRIES = 32, 12, 3


class Cle(Row):
    """The key of one subject, like "intervenant|123", and what it is called where the number must not stand."""

    sujet: str
    alias: UUID
    cle: bytes


async def keys(connection: Connection, sujets: Collection[str]) -> dict[str, Cle]:
    """The key of each, made where there was none; one statement. Raises ConcurrentWrite."""
    wanted = sorted(set(sujets))
    if not wanted:
        return {}
    fresh = [os.urandom(_KEY_BYTES) for _ in wanted]
    for _ in range(_TRIES):
        found = {row.sujet: row for row in await connection.fetch(_KEYS, wanted, fresh, record_class=Cle)}
        if len(found) == len(wanted):
            return found
    raise ConcurrentWrite


async def aliases(connection: Connection, sujets: Collection[str]) -> list[str]:
    """What those of these subjects are called that have a key."""
    rows = await connection.fetch(_ALIASES, list(sujets), record_class=Cle)
    return [str(row.alias) for row in rows]


async def forget(connection: Connection, sujets: Collection[str]) -> int:
    """Forget the keys of these; returns how many there were. Nobody has them back, but from a backup."""
    return int((await connection.execute(_FORGET, list(sujets))).rpartition(" ")[2])


def close(cle: Cle, content: Mapping[str, object]) -> bytes:
    """The content under the key, bound to its alias; what JSON has no word for is written as text."""
    nonce = os.urandom(_NONCE_BYTES)
    clear = json.dumps(content, ensure_ascii=False, default=str).encode()
    return nonce + AESGCM(cle.cle).encrypt(nonce, clear, cle.alias.bytes)


def open_(cle: bytes, alias: UUID, secret: bytes) -> dict[str, object] | None:
    """What was closed; None where somebody changed it, or where the key is another's."""
    try:
        clear = AESGCM(cle).decrypt(secret[:_NONCE_BYTES], secret[_NONCE_BYTES:], alias.bytes)
    except InvalidTag:
        return None
    found: dict[str, object] = json.loads(clear)
    return found
