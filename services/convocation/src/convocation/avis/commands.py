"""What an établissement is told: noted with its cause, put into letters, given to the notifier, settled by the chef."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from acces.audit import Acte, record
from acces.commande import Commande
from chassis.database import Connection
from convocation.avis import reads, sql
from convocation.avis.access import REGLER, etablissement_to_settle
from convocation.avis.domain import Rythme, Sorte, SortLettre, dernieres_heures
from convocation.avis.sql import FaitRow, Finie, LettreRow, Tenue
from event_schemas.academies import NOMS, local_time

__all__ = [
    "Finie",
    "Lettre",
    "Tenue",
    "finish_letters",
    "give_up_letters",
    "note_deadlines",
    "note_empechement",
    "note_failed_mails",
    "note_interventions",
    "note_openings",
    "note_refusals",
    "note_reminders",
    "settle",
    "take_letters",
]

log = structlog.get_logger()
_HELD, _AT_ONCE = timedelta(minutes=10), 1
_TRIED = timedelta(days=5)
_PAS_PARTIE = "le mail n’a pas pu partir pendant cinq jours"


async def note_empechement(connection: Connection, convocation_id: UUID) -> None:
    """Somebody has just reported one, in the same transaction."""
    await sql.add_empechement(connection, convocation_id)


async def note_refusals(connection: Connection, causes: Sequence[tuple[UUID, int]], le: datetime) -> None:
    """SANTORIN refuses these convocations; the second of each is the version of its answer."""
    await sql.add_of_convocations(connection, Sorte.REFUS_SANTORIN, causes, le)


async def note_failed_mails(connection: Connection, causes: Sequence[tuple[UUID, int]], le: datetime) -> None:
    """The mails of these convocations failed or came back; the second of each is the version of the report."""
    await sql.add_of_convocations(connection, Sorte.MAIL_ECHEC, causes, le)


async def note_openings(connection: Connection, session: str, avant: Sequence[Tenue], le: datetime) -> None:
    """The service was opened or closed, in the same transaction; whoever it is the same for as before is not told."""
    if avant:
        await sql.add_ouvertures(connection, session, avant, le)


async def note_deadlines(connection: Connection, now: datetime, ahead: timedelta) -> None:
    """The same deadline is noted once, whoever asks and however often."""
    await sql.add_echeances(connection, now, ahead)


async def note_reminders(connection: Connection, ids: Sequence[int]) -> None:
    """The rectorat reminds établissements, in the same transaction; the numbers of the reminders."""
    await sql.add_rappels(connection, ids)


async def note_interventions(connection: Connection, ids: Sequence[UUID]) -> None:
    """The rectorat acted for établissements, and has ended."""
    await sql.add_interventions(connection, ids)


@dataclass(frozen=True, slots=True)
class Lettre:
    """A letter to send, with those of its facts that are true now."""

    row: LettreRow
    faits: list[FaitRow]


async def take_letters(connection: Connection, now: datetime, *, heure: int, settling: timedelta) -> list[Lettre]:
    """The next letter, which for ten minutes is this caller's; one of which nothing is true any more ends unsent.

    One at a time: a caller that dies leaves one of uncertain fate.
    """
    ici = {academie: local_time(academie, now) for academie in NOMS}
    await sql.gather(connection, now, dernieres_heures(ici, heure), settling)
    while rows := await sql.take(connection, now, _HELD, _AT_ONCE):
        letters = await _with_facts(connection, rows, now)
        empty = [one.row for one in letters if not one.faits]
        await finish_letters(connection, [Finie(one.id, SortLettre.SANS_OBJET, None) for one in empty], now)
        if len(empty) < len(letters):
            return [one for one in letters if one.faits]
    return []


async def _with_facts(connection: Connection, rows: Sequence[LettreRow], now: datetime) -> list[Lettre]:
    found = await sql.facts_of(connection, [(row.uai, row.version) for row in rows], now)
    return [Lettre(row, [one for one in found if _belongs(one, row)]) for row in rows]


def _belongs(one: FaitRow, row: LettreRow) -> bool:
    """Whether the letter tells it: who wants no mail is told what the rectorat writes."""
    wanted = row.rythme != Rythme.JAMAIS or one.sorte == Sorte.RAPPEL
    return wanted and one.vrai and (one.uai, one.lettre) == (row.uai, row.version)


async def finish_letters(connection: Connection, done: Sequence[Finie], now: datetime) -> None:
    """The same twice is once."""
    await sql.finish(connection, done, now)


async def give_up_letters(connection: Connection, now: datetime) -> None:
    """Letters that could not go for five days: the page says so."""
    count = await sql.give_up(connection, now - _TRIED, now, _PAS_PARTIE)
    if count:
        log.warning("avis.given_up", count=count)


async def settle(commande: Commande, uai: str, rythme: Rythme) -> None:
    """When the établissement is told. Raises MissionInconnue, Forbidden."""
    connection = commande.connection
    academie = await etablissement_to_settle(connection, commande.acteur, uai)
    before = await reads.rythme(connection, uai) or Rythme.QUOTIDIEN.value
    if before == rythme.value:
        return
    await sql.set_rythme(connection, uai, rythme.value, par=commande.acteur.sub, le=commande.now)
    states = {"rythme": before}, {"rythme": rythme.value}
    await record(
        connection, commande.acteur, commande.now, [Acte(REGLER, f"avis|{uai}", *states, academie=academie, uai=uai)]
    )
