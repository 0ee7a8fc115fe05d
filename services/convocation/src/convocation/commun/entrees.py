"""Sessions of people, in the database: found at each request, ended when we say so (0038)."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from starlette.responses import Response

from acces.acteur import Acteur
from acces.session import Session, SessionEnded, set_cookie
from chassis.database import Connection, Pool, Row

_SECRET_BYTES = 32
_SEEN_EVERY = timedelta(minutes=1)  # a row is not written at each request
_KEPT = timedelta(days=1)  # so long is a session that is over told from one that never was
_FONCTIONS = TypeAdapter(tuple[Acteur, ...])

_INSERT = """
INSERT INTO entree
    (empreinte, compte, qui, fonctions, choisie, ouverte_le, vue_le, fin_le, emetteur, sub, sid, id_token)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11)
"""
_FIND = """
SELECT compte, fonctions, choisie, vue_le, fin_le, emetteur, sub, sid, id_token FROM entree WHERE empreinte = $1
"""
_SEEN = "UPDATE entree SET vue_le = $2 WHERE empreinte = $1 AND vue_le < $2"


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provider of identities that a person came from, and what it calls this person and this session."""

    emetteur: str
    sub: str
    sid: str | None
    id_token: str


@dataclass(frozen=True, slots=True)
class Entree:
    """Somebody who is signed in: a stable account, all that it may act as, and which of these acts."""

    compte: str
    fonctions: tuple[Acteur, ...]
    choisie: int = 0
    provenance: Provenance | None = None


class _Found(Row):
    compte: str
    fonctions: str
    choisie: int
    vue_le: datetime
    fin_le: datetime
    emetteur: str | None
    sub: str | None
    sid: str | None
    id_token: str | None


@dataclass(frozen=True, slots=True)
class Entrees:
    """`idle`: a session that acts so long nothing is over; `hours`: so is one of that age."""

    pool: Pool
    clock: Callable[[], datetime]
    idle: timedelta
    hours: timedelta
    secure: bool

    async def open(self, response: Response, entree: Entree, *, hours: timedelta | None = None) -> None:
        """Give `response` the cookie of a new session, which lasts `hours` at most."""
        lasts = hours or self.hours
        async with self.pool.acquire() as connection:
            secret = await open_session(connection, entree, self.clock(), lasts)
        set_cookie(response, secret, seconds=int(lasts.total_seconds()), secure=self.secure)

    async def entree(self, secret: str) -> Entree | None:
        """Who is signed in. Raises SessionEnded."""
        now = self.clock()
        async with self.pool.acquire() as connection:
            found = await connection.fetchrow(_FIND, _print(secret), record_class=_Found)
            if found is None:
                return None
            if now >= found.fin_le or now >= found.vue_le + self.idle:
                raise SessionEnded
            if now >= found.vue_le + _SEEN_EVERY:
                await connection.execute(_SEEN, _print(secret), now)
        return Entree(found.compte, _FONCTIONS.validate_json(found.fonctions), found.choisie, _provenance(found))

    async def provenance(self, secret: str) -> Provenance | None:
        """Where the person of a session came from, even of one that is over."""
        async with self.pool.acquire() as connection:
            found = await connection.fetchrow(_FIND, _print(secret), record_class=_Found)
        return _provenance(found) if found else None

    async def find(self, secret: str) -> Session | None:
        entree = await self.entree(secret)
        return Session(entree.fonctions[entree.choisie], len(entree.fonctions)) if entree else None

    async def choose(self, secret: str, choisie: int) -> None:
        """Act as another of one's functions from now on. Raises IndexError for none of them."""
        async with self.pool.acquire() as connection:
            query = "UPDATE entree SET choisie = $2 WHERE empreinte = $1 AND jsonb_array_length(fonctions) > $2"
            if choisie < 0 or await connection.execute(query, _print(secret), choisie) == "UPDATE 0":
                raise IndexError(choisie)

    async def close(self, secret: str) -> None:
        """Nobody acts in it any more."""
        async with self.pool.acquire() as connection:
            await connection.execute("DELETE FROM entree WHERE empreinte = $1", _print(secret))


async def open_session(connection: Connection, entree: Entree, now: datetime, lasts: timedelta) -> str:
    """Record a new session; returns its secret, which is kept nowhere else.

    It is over after `lasts`, or when the first of its functions ends (a delegation): who signs in again has the rest.
    """
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    whence = entree.provenance
    come = (whence.emetteur, whence.sub, whence.sid, whence.id_token) if whence else (None,) * 4
    qui = [entree.compte, *(one.sub for one in entree.fonctions)]
    fonctions = _FONCTIONS.dump_json(entree.fonctions).decode()
    ends = min([now + lasts, *(one.fin for one in entree.fonctions if one.fin)])
    row = (_print(secret), entree.compte, qui, fonctions, entree.choisie, now, ends)
    await connection.execute(_INSERT, *row, *come)
    return secret


async def close_all_of(connection: Connection, qui: Sequence[str]) -> None:
    """End every session of these accounts or numbers, in the transaction of what takes their rights away."""
    await connection.execute("DELETE FROM entree WHERE qui && $1", list(qui))


async def forget(connection: Connection, now: datetime) -> None:
    """Delete sessions that are over for a day."""
    await connection.execute("DELETE FROM entree WHERE fin_le < $1", now - _KEPT)


def _provenance(found: _Found) -> Provenance | None:
    if found.emetteur is None or found.sub is None or found.id_token is None:
        return None
    return Provenance(found.emetteur, found.sub, found.sid, found.id_token)


def _print(secret: str) -> bytes:
    """A backup of the table opens no session."""
    return hashlib.sha256(secret.encode()).digest()
