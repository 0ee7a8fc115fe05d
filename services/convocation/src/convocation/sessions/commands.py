"""The acts on a session: it is declared, and what was said of it is changed."""

from datetime import UTC, date, datetime
from typing import Any

from acces.audit import Acte, changes, record
from acces.commande import Commande
from chassis.database import Connection
from convocation.commun.refus import VersionDepassee, entier
from convocation.missions.refus import SessionArchivee
from convocation.ouvertures.commands import hold_decisions, limit_academie, open_service
from convocation.ouvertures.domain import NATIONALE, Decision
from convocation.sessions import sql
from convocation.sessions.access import ARCHIVER, DATER, DECLARER, may_archive, may_date, may_declare
from convocation.sessions.domain import (
    LIBELLES,
    UN_AN,
    DatesAcademie,
    Declaration,
    Etat,
    borner,
    etat_de,
    juger,
    juger_academie,
    juger_archivage,
    reprendre,
)
from convocation.sessions.refus import SessionDejaDeclaree, SessionInconnue
from convocation.sessions.sql import SessionRow
from event_schemas.academies import NOMS, local_time
from francais import date_longue


async def declare_session(commande: Commande, declaration: Declaration, reprise: str = "") -> None:
    """Its missions are seen from now on, and its service opens where dates of the opening are given.

    `reprise`: the session whose académies keep their dates, a year later, as far as they are inside the new ones.

    Raises SessionRefusee, SessionDejaDeclaree, OuvertureRefusee, Forbidden.
    """
    may_declare(commande.acteur)
    session, libelle, debut, fin, ouvre_le, ferme_le = declaration
    juger(libelle, debut, fin)
    who, when = commande.acteur.sub, commande.now
    if not await sql.declare(commande.connection, session, libelle, debut, fin, par=who, le=when):
        raise SessionDejaDeclaree
    acte = Acte(DECLARER, f"session|{session}", None, _state(libelle, debut, fin), academie=NATIONALE.code)
    await record(commande.connection, commande.acteur, when, [acte])
    if ouvre_le is not None or ferme_le is not None:
        await open_service(commande, session, {NATIONALE: Decision(True, ouvre_le, ferme_le)})
    for row in await sql.datees(commande.connection, reprise):
        before = DatesAcademie(row.debut, row.fin, un_an_apres(row.academie, row.ferme_le))
        dates = reprendre(before, declaration, when)
        if dates != DatesAcademie():
            await date_academie(commande, session, row.academie, dates)


def un_an_apres(academie: str, moment: datetime | None) -> datetime | None:
    """The same hour by the académie's clocks; an hour that summer time leaves out is the next one."""
    return (local_time(academie, moment) + UN_AN).astimezone(UTC) if moment else None


async def change_session(commande: Commande, declaration: Declaration, expected: int) -> SessionRow:
    """Its name and its days, over what was read; an académie's days stay inside them. Raises a Refus, Forbidden."""
    may_declare(commande.acteur)
    session, libelle, debut, fin, *_ = declaration
    juger(libelle, debut, fin)
    held = await sql.get(commande.connection, session, commande.now, lock=True)
    if held is None:
        raise SessionInconnue
    if held.archivee_le is not None:
        raise SessionArchivee
    if held.version != expected:
        raise VersionDepassee
    avant, apres = changes(_state(held.libelle, held.debut, held.fin), _state(libelle, debut, fin))
    if apres:
        await sql.change(commande.connection, session, libelle, debut, fin)
        acte = Acte(DECLARER, f"session|{session}", avant, apres, academie=NATIONALE.code)
        await record(commande.connection, commande.acteur, commande.now, [acte])
        for row in await sql.datees(commande.connection, session):
            await _write_days(commande, session, row.academie, *borner(row.debut, row.fin, declaration))
    return await known(commande, session)


async def archive_session(commande: Commande, session: str, motif: str) -> SessionRow:
    """From now on it is read and not written. Raises SessionInconnue, ArchivageRefuse, TexteTropLong, Forbidden."""
    may_archive(commande.acteur)
    connection, who, when = commande.connection, commande.acteur.sub, commande.now
    kept = entier(motif, "motif")
    await hold_decisions(commande, session)
    held = await sql.get(connection, session, when, lock=True)
    if held is None:
        raise SessionInconnue
    await judge_archiving(connection, held, when)
    await sql.archive(connection, session, par=who, le=when)
    states = {"etat": LIBELLES[etat_de(held)]}, {"etat": LIBELLES[Etat.ARCHIVEE]}
    acte = Acte(ARCHIVER, f"session|{session}", *states, motif=kept, academie=NATIONALE.code)
    await record(connection, commande.acteur, when, [acte])
    return await known(commande, session)


async def judge_archiving(connection: Connection, held: SessionRow, now: datetime) -> None:
    """Raises ArchivageRefuse where the session cannot be archived now."""
    ici = {academie: local_time(academie, now).date() for academie in NOMS}
    juger_archivage(etat_de(held), await sql.a_venir(connection, held.session, ici, local_time("*", now).date()))


async def date_academie(commande: Commande, session: str, academie: str, dates: DatesAcademie) -> None:
    """The académie's own days and its deadline, inside the nation's; what is None follows the nation.

    Raises SessionInconnue, SessionRefusee, SessionArchivee, OuvertureRefusee, AcademieInconnue, Forbidden.
    """
    may_date(commande.acteur, academie)
    await hold_decisions(commande, session)
    nation = await known(commande, session)
    if nation.archivee_le is not None:
        raise SessionArchivee
    juger_academie(dates.debut, dates.fin, nation)
    await _write_days(commande, session, academie, dates.debut, dates.fin)
    await limit_academie(commande, session, academie, dates.ferme_le)


async def _write_days(commande: Commande, session: str, academie: str, debut: date | None, fin: date | None) -> None:
    connection, who, when = commande.connection, commande.acteur.sub, commande.now
    held = await sql.jours(connection, session, academie)
    if (debut, fin) == (held.debut_propre, held.fin_propre):
        return
    await sql.date_academie(connection, session, academie, debut, fin, par=who, le=when)
    now_held = await sql.jours(connection, session, academie)
    avant, apres = changes(_jours(held.debut, held.fin), _jours(now_held.debut, now_held.fin))
    if apres:
        acte = Acte(DATER, f"session|{session}|{academie}", avant, apres, academie=academie)
        await record(connection, commande.acteur, when, [acte])


async def known(commande: Commande, session: str) -> SessionRow:
    """Raises SessionInconnue."""
    found = await sql.get(commande.connection, session, commande.now)
    if found is None:
        raise SessionInconnue
    return found


def _state(libelle: str, debut: date | None, fin: date | None) -> dict[str, Any]:
    return {"libelle": libelle} | _jours(debut, fin)


def _jours(debut: date | None, fin: date | None) -> dict[str, Any]:
    days = {"premier_jour": debut, "dernier_jour": fin}
    return {name: date_longue(day) if day else "" for name, day in days.items()}
