"""The seals of the audit: each finished day by the hash of its acts, chained with the day before (0060).

A day's acts are those that were written since the last seal, up to the last one of the day: each act is in one seal,
also one whose transaction ended after midnight.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

import structlog

from chassis.database import Connection, Pool, Row
from chassis.periodic import periodically

log = structlog.get_logger()
_PARIS = ZoneInfo("Europe/Paris")
_LOCK = 4_207_010  # shared by who writes an act, until the end of the transaction: migration 0005
_FIRST = bytes(32)
_BEFORE_ALL = -(1 << 62)  # an act that somebody adds below the first one counts
_AT_ONCE = 1_000
_SECONDS = 60.0
_ALONE = "SELECT pg_try_advisory_xact_lock($1)"
_LAST = "SELECT jour, jusqu_a, actes, empreinte, chaine FROM audit_sceau ORDER BY jour DESC LIMIT 1"
_ALL = "SELECT jour, jusqu_a, actes, empreinte, chaine FROM audit_sceau ORDER BY jour"
_OLDEST = "SELECT min(le) FROM audit"
_UP_TO = "SELECT coalesce(max(id), 0) FROM audit WHERE le < $1"
_BEHIND = "SELECT count(*) FROM audit WHERE id > $1"
# No day of the last year: whoever deletes acts could write down that they were purged.
_PURGED = """
SELECT coalesce(max(jusqu_a), 0) FROM audit_sceau
WHERE jour < current_date - 365 AND jusqu_a <= (SELECT max(jusqu_a) FROM audit_purge)
"""
# What is stored, by the byte: the closed part as it is closed, an instant without a time zone.
_ACTS = """
SELECT id, (extract(epoch FROM le) * 1000000)::bigint AS le, par, role, nom, action, objet, academie, uai,
       avant::text AS avant, apres::text AS apres, motif, alias::text AS alias, encode(secret, 'hex') AS secret
FROM audit WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3
"""
_SEAL = """
INSERT INTO audit_sceau (jour, jusqu_a, actes, empreinte, chaine, scelle_le) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""


class _Act(Row):
    id: int
    le: int
    par: str
    role: str
    nom: str
    action: str
    objet: str
    academie: str | None
    uai: str | None
    avant: str | None
    apres: str | None
    motif: str
    alias: str | None
    secret: str | None


class Sceau(Row):
    """A sealed day: acts after the seal before, up to `jusqu_a`."""

    jour: date
    jusqu_a: int
    actes: int
    empreinte: bytes
    chaine: bytes


@dataclass(slots=True)
class Constat:
    """What a verification found: days sealed, acts in them, acts behind the last seal, and what is wrong, by day."""

    jours: int = 0
    actes: int = 0
    purges: int = 0
    non_scelles: int = 0
    dernier: str | None = None
    chaine: str | None = None
    ecarts: list[tuple[str, str]] = field(default_factory=list)


def sealing(pool: Pool, clock: Callable[[], datetime]) -> Callable[[], Awaitable[None]]:
    """The loop that seals days, for a service that writes acts."""

    async def once() -> None:
        await seal(pool, clock())

    return partial(periodically, _SECONDS, "seals", once)


async def seal(pool: Pool, now: datetime) -> int:
    """Seal the days that are over and not sealed; returns how many. A day waits while somebody writes an act.

    Several processes may do it at once: the first has written it.
    """
    done = 0
    async with pool.acquire() as connection:
        while (sealed := await _seal_one(connection, now)) is not None:
            done += 1
            jour, actes, chaine = sealed
            log.info("audit.sealed", jour=jour.isoformat(), actes=actes, chaine=chaine.hex())
    return done


async def _seal_one(connection: Connection, now: datetime) -> tuple[date, int, bytes] | None:
    last = await connection.fetchrow(_LAST, record_class=Sceau)
    jour = last.jour + timedelta(days=1) if last else await _first_day(connection)
    if jour is None or jour >= now.astimezone(_PARIS).date():
        return None
    depuis = last.jusqu_a if last else _BEFORE_ALL
    async with connection.transaction():
        alone: bool = await connection.fetchval(_ALONE, _LOCK)
        if not alone:
            return None
        found: int = await connection.fetchval(_UP_TO, _midnight(jour + timedelta(days=1)))
    jusqu_a = max(depuis, found)
    actes, empreinte = await _digest(connection, depuis, jusqu_a)
    chaine = _chained(last.chaine if last else _FIRST, jour, jusqu_a, actes, empreinte)
    written = await connection.execute(_SEAL, jour, jusqu_a, actes, empreinte, chaine, now)
    return (jour, actes, chaine) if written == "INSERT 0 1" else None


async def _first_day(connection: Connection) -> date | None:
    oldest: datetime | None = await connection.fetchval(_OLDEST)
    return oldest.astimezone(_PARIS).date() if oldest else None


def _midnight(jour: date) -> datetime:
    return datetime.combine(jour, time(), _PARIS)


async def _digest(connection: Connection, depuis: int, jusqu_a: int) -> tuple[int, bytes]:
    """How many acts there are in these ids, and the hash of all of them in their order."""
    digest, count = sha256(), 0
    async for acts in _read(connection, depuis, jusqu_a):
        count += len(acts)
        for act in acts:
            digest.update(json.dumps(list(act.values())).encode() + b"\n")
    return count, digest.digest()


async def _read(connection: Connection, depuis: int, jusqu_a: int) -> AsyncIterator[Sequence[_Act]]:
    while acts := await connection.fetch(_ACTS, depuis, jusqu_a, _AT_ONCE, record_class=_Act):
        yield acts
        depuis = acts[-1].id


def _chained(before: bytes, jour: date, jusqu_a: int, actes: int, empreinte: bytes) -> bytes:
    told = json.dumps([before.hex(), jour.isoformat(), jusqu_a, actes, empreinte.hex()])
    return sha256(told.encode()).digest()


async def verify(connection: Connection, known: dict[date, str] | None = None) -> Constat:
    """Read every seal and every act behind it again. `known`: chains kept elsewhere, by day."""
    constat, before, depuis = Constat(), _FIRST, _BEFORE_ALL
    purged: int = await connection.fetchval(_PURGED)
    expected: date | None = None
    for one in await connection.fetch(_ALL, record_class=Sceau):
        if expected is not None and one.jour != expected:
            constat.ecarts.append((expected.isoformat(), "le sceau de ce jour manque"))
        wrong = await _wrong(connection, one, before, depuis, purged, constat)
        if known and one.jour in known and known[one.jour] != one.chaine.hex():
            wrong.append("la chaîne n’est pas celle qui a été notée ailleurs")
        constat.ecarts += [(one.jour.isoformat(), what) for what in wrong]
        constat.jours, constat.dernier, constat.chaine = constat.jours + 1, one.jour.isoformat(), one.chaine.hex()
        before, depuis, expected = one.chaine, one.jusqu_a, one.jour + timedelta(days=1)
    constat.ecarts += [
        (jour.isoformat(), "un sceau noté ailleurs n’est plus là")
        for jour in sorted(known or {})
        if expected is None or jour >= expected
    ]
    behind: int = await connection.fetchval(_BEHIND, depuis)
    constat.non_scelles = behind
    return constat


async def _wrong(
    connection: Connection, one: Sceau, before: bytes, depuis: int, purged: int, constat: Constat
) -> list[str]:
    """What is wrong with one day."""
    found = []
    if _chained(before, one.jour, one.jusqu_a, one.actes, one.empreinte) != one.chaine:
        found.append("le sceau ne suit pas celui du jour d’avant")
    actes, empreinte = await _digest(connection, depuis, one.jusqu_a)
    if one.jusqu_a <= purged:
        constat.purges += one.actes
        return [*found, f"{actes} acte(s) de trop après la purge"] if actes else found
    constat.actes += actes
    if actes != one.actes:
        found.append(f"{one.actes} acte(s) scellé(s), {actes} dans la base")
    elif empreinte != one.empreinte:
        found.append("un acte a été modifié")
    return found
