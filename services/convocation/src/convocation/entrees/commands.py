"""Sessions of people, in the database: found at each request, ended when we say so (0038)."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter
from starlette.responses import Response

from acces.acteur import Acteur, Role
from acces.session import Session, SessionEnded, set_cookie
from chassis.database import Connection, Pool
from convocation.entrees import reads, sql
from convocation.entrees.reads import Ouverte
from convocation.entrees.sceau import seal, unseal

_SECRET_BYTES = 32
_SEEN_EVERY = timedelta(minutes=1)  # a row is not written at each request
_FONCTIONS = TypeAdapter(tuple[Acteur, ...])


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provider of identities that a person came from, and what it calls this person and this session."""

    emetteur: str
    sub: str
    sid: str | None
    id_token: str


@dataclass(frozen=True, slots=True)
class Entree:
    """Somebody who is signed in: a stable account, all that it may act as, and which of these acts.

    `provenance`, `navigateur`: of one who signs in; asked for apart afterwards.
    """

    compte: str
    fonctions: tuple[Acteur, ...]
    choisie: int = 0
    provenance: Provenance | None = None
    navigateur: str = ""


@dataclass(frozen=True, slots=True)
class Entrees:
    """`idle`: a session in which nobody acts for so long is over; `hours`: so is one of that age."""

    pool: Pool
    clock: Callable[[], datetime]
    idle: timedelta
    hours: timedelta
    secure: bool

    async def open(self, response: Response, entree: Entree, *, hours: timedelta | None = None) -> None:
        """Give `response` the cookie of a new session, which lasts `hours` at most."""
        async with self.pool.acquire() as connection:
            await self.open_by(connection, response, entree, hours=hours)

    async def open_by(
        self, connection: Connection, response: Response, entree: Entree, *, hours: timedelta | None = None
    ) -> None:
        """As `open`, in the caller's transaction."""
        lasts = hours or self.hours
        secret = await open_session(connection, entree, self.clock(), lasts)
        set_cookie(response, secret, seconds=int(lasts.total_seconds()), secure=self.secure)

    async def entree(self, secret: str) -> Entree | None:
        """Who is signed in. Raises SessionEnded."""
        now = self.clock()
        async with self.pool.acquire() as connection:
            found = await sql.find(connection, secret)
            if found is None:
                return None
            if now >= found.fin_le or now >= found.vue_le + self.idle:
                raise SessionEnded
            if now >= found.vue_le + _SEEN_EVERY:
                await sql.seen(connection, secret, now)
        fonctions = _FONCTIONS.validate_json(found.fonctions)
        return Entree(found.compte, *_in_force(fonctions, fonctions[found.choisie], now))

    async def provenance(self, secret: str) -> Provenance | None:
        """Where the person of a session came from, even of one that is over."""
        async with self.pool.acquire() as connection:
            found = await sql.find(connection, secret)
        if found is None or found.emetteur is None or found.sub is None or found.id_token is None:
            return None
        id_token = unseal(secret, found.id_token)
        return Provenance(found.emetteur, found.sub, found.sid, id_token) if id_token else None

    async def find(self, secret: str) -> Session | None:
        entree = await self.entree(secret)
        return Session(entree.fonctions[entree.choisie], len(entree.fonctions)) if entree else None

    async def choose(self, secret: str, choisie: int) -> None:
        """Act as another of one's functions from now on. Raises IndexError for none of them."""
        async with self.pool.acquire() as connection:
            if not await sql.choose(connection, secret, choisie):
                raise IndexError(choisie)

    async def act_as(
        self, secret: str, compte: str, fonction: Acteur, still: Callable[[Connection], Awaitable[bool]]
    ) -> bool:
        """Act in one more function from now on, until its `fin`; the account's others of its role end, in all sessions.

        `still`: whether what it comes from holds, kept for the transaction. False, and no change, where it does not.
        """
        role = fonction.role.value
        async with self.pool.acquire() as connection, connection.transaction():
            if not await still(connection):
                return False
            await sql.end_functions(connection, compte, role, self.clock())
            await sql.add_function(connection, secret, _FONCTIONS.dump_json((fonction,)).decode(), role)
        return True

    async def act_no_more_as(self, role: Role, compte: str) -> None:
        """What `act_as` added ends now, in all sessions of the account."""
        async with self.pool.acquire() as connection:
            await sql.end_functions(connection, compte, role.value, self.clock())

    async def ouvertes(self, secret: str) -> list[Ouverte]:
        """All open sessions of the person whose session this is, itself first."""
        async with self.pool.acquire() as connection:
            return await reads.ouvertes(connection, secret, self.clock(), self.idle)

    async def close_others(self, secret: str, entree_id: UUID | None) -> int:
        """End one other session of the same person, or all others for None; returns how many there were."""
        async with self.pool.acquire() as connection:
            return await sql.close_others(connection, secret, entree_id)

    async def close(self, secret: str) -> None:
        """Nobody acts in it any more."""
        async with self.pool.acquire() as connection:
            await sql.close(connection, secret)


def _in_force(fonctions: tuple[Acteur, ...], choisie: Acteur, now: datetime) -> tuple[tuple[Acteur, ...], int]:
    """Without one that is over, and which acts: for one that is over, the function it was for a while added to."""
    kept = tuple(one for one in fonctions if not one.fin or now < one.fin)
    if choisie in kept:
        return kept, kept.index(choisie)
    before = (at for at, one in enumerate(kept) if one.sub == choisie.sub and one.academies >= choisie.academies)
    return kept, next(before, 0)


async def open_session(connection: Connection, entree: Entree, now: datetime, lasts: timedelta) -> str:
    """Record a new session; returns its secret, which is kept nowhere else.

    It is over after `lasts`, or when the first of its functions ends (a delegation): who signs in again has the rest.
    """
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    whence = entree.provenance
    await sql.insert(
        connection,
        secret,
        compte=entree.compte,
        qui=[entree.compte, *(one.sub for one in entree.fonctions)],
        fonctions=_FONCTIONS.dump_json(entree.fonctions).decode(),
        choisie=entree.choisie,
        now=now,
        fin=min([now + lasts, *(one.fin for one in entree.fonctions if one.fin)]),
        navigateur=entree.navigateur,
        provenance=(whence.emetteur, whence.sub, whence.sid, seal(secret, whence.id_token)) if whence else (None,) * 4,
    )
    return secret


async def close_all_of(connection: Connection, qui: Sequence[str]) -> None:
    """End every session of these accounts or numbers, in the transaction of what takes their rights away."""
    await sql.close_all_of(connection, qui)


async def close_all_as(connection: Connection, compte: str) -> None:
    """End the sessions that this account opened itself: of an intervenant's number, those of links."""
    await sql.close_all_as(connection, compte)


async def close_from(connection: Connection, emetteur: str, *, sid: str | None, sub: str | None) -> None:
    """End the session that the provider calls `sid`, else all of `sub` there."""
    await sql.close_from(connection, emetteur, sid=sid, sub=sub)


async def forget(connection: Connection, now: datetime) -> None:
    """Delete sessions that are over for a day."""
    await sql.forget(connection, now)
