"""SQL of sign-ins under way, and of what a provider closed."""

import hashlib
import secrets
from datetime import datetime, timedelta

from chassis.database import Connection, Row

LASTS = timedelta(minutes=10)  # to find one's password, and a telephone
_KEPT = timedelta(days=1)  # a message of a provider is refused for its age long before
_SECRET_BYTES = 32
_KEEP = """
INSERT INTO depart (empreinte, fournisseur, state, nonce, verifier, suite, renforcement, fin_le)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_TAKE = """
DELETE FROM depart WHERE empreinte = $1 AND fournisseur = $2
RETURNING state, nonce, verifier, suite, renforcement, fin_le
"""


class EnRoute(Row):
    """A sign-in under way: `suite` is where it leads, `renforcement` that it was asked to be stronger."""

    state: str
    nonce: str
    verifier: str
    suite: str
    renforcement: bool
    fin_le: datetime


async def keep(
    connection: Connection,
    fournisseur: str,
    *,
    state: str,
    nonce: str,
    verifier: str,
    suite: str,
    renforcement: bool,
    now: datetime,
) -> str:
    """Record that somebody goes to a provider; returns the secret of the browser that may come back."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = (_print(secret), fournisseur, state, nonce, verifier, suite, renforcement, now + LASTS)
    await connection.execute(_KEEP, *row)
    return secret


async def take(connection: Connection, fournisseur: str, secret: str, now: datetime) -> EnRoute | None:
    """The sign-in that this browser went for, once; None for none, or one of too long ago."""
    found = await connection.fetchrow(_TAKE, _print(secret), fournisseur, record_class=EnRoute)
    return found if found is not None and now < found.fin_le else None


async def first_time(connection: Connection, emetteur: str, jti: str, now: datetime) -> bool:
    """Record a message by which a provider closes sessions; False for one that has counted already."""
    query = "INSERT INTO fermeture (emetteur, jti, le) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING jti"
    return bool(await connection.fetchval(query, emetteur, jti, now))


async def forget(connection: Connection, now: datetime) -> None:
    """Delete sign-ins from which nobody came back, and messages too old to be believed again."""
    await connection.execute("DELETE FROM depart WHERE fin_le < $1", now)
    await connection.execute("DELETE FROM fermeture WHERE le < $1", now - _KEPT)


def _print(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
