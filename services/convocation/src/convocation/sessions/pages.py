"""« Sessions »: those that are declared and where they are, those that nobody declared, and the form to declare one."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Refus, RefusDeChamp, TexteTropLong, VersionDepassee
from convocation.commun.refusals import errors_of, status_of
from convocation.ouvertures.domain import NATIONALE
from convocation.ouvertures.presenters import phrases
from convocation.ouvertures.reads import decidee, en_cours, held
from convocation.sessions import presenters, sql
from convocation.sessions.access import dated_by, declares, may_archive, may_date, may_declare, may_read
from convocation.sessions.commands import (
    archive_session,
    change_session,
    date_academie,
    declare_session,
    judge_archiving,
)
from convocation.sessions.forms import SaisieAcademie, SaisieSession
from convocation.sessions.refus import ArchivageRefuse, SessionDejaDeclaree, SessionInconnue
from convocation.sessions.sql import SessionRow
from event_schemas.academies import NOMS
from pages.commands import commande, reading, see_other
from pages.forms import fields, text

router = Router(include_in_schema=False)
# The opening's own words for the fields that the form has under another name.
_CHAMPS = {"debut": "ouvre_le", "fin": "ferme_le"}


@router.get("/sessions")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """`declarer`: a session to fill the form with; `reprendre`: one that is declared, to be taken up a year later."""
    asked, before = (request.query_params.get(name, "")[:20] for name in ("declarer", "reprendre"))
    saisie = SaisieSession(session=asked)
    if before:
        may_declare(acteur)
        async with reading(request, acteur) as connection:
            row = await sql.get(connection, before, application(request).clock())
            if row is None:
                raise SessionInconnue
            opening = await held(connection, before, [NATIONALE])
            saisie = SaisieSession.reprise_de(row, opening.get(NATIONALE))
    return await _list(request, acteur, saisie, None)


@router.post("/sessions")
async def declarer(request: Request, acteur: ActeurDep) -> Response:
    may_declare(acteur)
    async with fields(request) as form:
        saisie = SaisieSession.read(form)
    try:
        async with commande(request, acteur) as command:
            reprise = saisie.reprise if saisie.academies else ""
            await declare_session(command, saisie.declaration(saisie.session), reprise)
    except (RefusDeChamp, SessionDejaDeclaree) as refus:
        return await _list(request, acteur, saisie, refus)
    return see_other("/sessions?fait=session", request)


async def _list(request: Request, acteur: Acteur, saisie: SaisieSession, refus: Refus | None) -> Response:
    may_read(acteur)
    writes = declares(acteur)
    async with reading(request, acteur) as connection:
        rows = await sql.sessions(connection, application(request).clock())
        waiting = await sql.non_declarees(connection) if writes else []
        return await page(
            request,
            connection,
            acteur,
            "sessions/sessions.html",
            status=status_of(refus),
            lignes=[presenters.ligne(row) for row in rows],
            attendent=waiting,
            ecrit=writes,
            saisie=asdict(saisie),
            datees=[NOMS[row.academie] for row in await sql.datees(connection, saisie.reprise)] if writes else [],
            erreurs=_errors(refus),
        )


@router.get("/sessions/{session}")
async def voir(request: Request, session: str, acteur: ActeurDep) -> Response:
    async with reading(request, acteur) as connection:
        return await _one(request, connection, acteur, session)


@router.post("/sessions/{session}")
async def modifier(request: Request, session: str, acteur: ActeurDep) -> Response:
    may_declare(acteur)
    async with fields(request) as form:
        saisie = SaisieSession.read(form)
    try:
        async with commande(request, acteur) as command:
            await change_session(command, saisie.declaration(session), saisie.version)
    except (RefusDeChamp, VersionDepassee) as refus:
        async with reading(request, acteur) as connection:
            return await _one(request, connection, acteur, session, saisie, refus)
    return see_other(f"/sessions/{session}?fait=session-modifiee", request)


async def _one(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    session: str,
    saisie: SaisieSession | None = None,
    refus: Refus | None = None,
) -> Response:
    """Raises SessionInconnue, Forbidden."""
    may_read(acteur)
    row = await sql.get(connection, session, application(request).clock())
    if row is None:
        raise SessionInconnue
    opening = await held(connection, session, [NATIONALE])
    own = [presenters.datee(one) for one in await sql.datees(connection, session)]
    theirs = dict(dated_by(acteur))
    context: dict[str, Any] = {
        "une": presenters.ligne(row),
        "service": presenters.ouverture(opening.get(NATIONALE)),
        "datees": [one for one in own if one["code"] in theirs],
        "ecrit": declares(acteur) and row.archivee_le is None,
        "academies": list(theirs.items()),
        "saisie": asdict(saisie or SaisieSession.of(row)),
        "erreurs": errors_of(refus),
    }
    return await page(request, connection, acteur, "sessions/session.html", status=status_of(refus), **context)


@router.get("/sessions/{session}/academies/{academie}")
async def voir_academie(request: Request, session: str, academie: str, acteur: ActeurDep) -> Response:
    async with reading(request, acteur) as connection:
        return await _academie(request, connection, acteur, (session, academie))


@router.post("/sessions/{session}/academies/{academie}")
async def dater(request: Request, session: str, academie: str, acteur: ActeurDep) -> Response:
    """An empty field follows the nation."""
    may_date(acteur, academie)
    async with fields(request) as form:
        saisie = SaisieAcademie.read(form)
    try:
        async with commande(request, acteur) as command:
            await date_academie(command, session, academie, saisie.dates(academie))
    except RefusDeChamp as refus:
        async with reading(request, acteur) as connection:
            return await _academie(request, connection, acteur, (session, academie), saisie, refus)
    return see_other(f"/sessions/{session}/academies/{academie}?fait=session-modifiee", request)


async def _academie(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    where: tuple[str, str],
    saisie: SaisieAcademie | None = None,
    refus: Refus | None = None,
) -> Response:
    """Raises SessionInconnue, AcademieInconnue, Forbidden."""
    session, academie = where
    may_date(acteur, academie)
    row = await sql.get(connection, session, application(request).clock())
    if row is None:
        raise SessionInconnue
    days = await sql.jours(connection, session, academie)
    tenues = await presenters.dates_of(connection, session, academie)
    return await page(
        request,
        connection,
        acteur,
        "sessions/academie.html",
        status=status_of(refus),
        une=presenters.ligne(row),
        code=academie,
        nom=NOMS[academie],
        tenues=tenues,
        decidee=await decidee(connection, session, academie),
        saisie=asdict(saisie) if saisie else presenters.a_saisir(days, tenues),
        erreurs=errors_of(refus),
    )


@router.get("/sessions/{session}/archivage")
async def avant_d_archiver(request: Request, session: str, acteur: ActeurDep) -> Response:
    """What ends, before it does."""
    async with reading(request, acteur) as connection:
        return await _archive(request, connection, acteur, session)


@router.post("/sessions/{session}/archivage")
async def archiver(request: Request, session: str, acteur: ActeurDep) -> Response:
    may_archive(acteur)
    async with fields(request) as form:
        motif = text(form, "motif")
    try:
        async with commande(request, acteur) as command:
            await archive_session(command, session, motif)
    except (ArchivageRefuse, TexteTropLong) as refus:
        async with reading(request, acteur) as connection:
            return await _archive(request, connection, acteur, session, motif, refus)
    return see_other(f"/sessions/{session}?fait=session-archivee", request)


async def _archive(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    session: str,
    motif: str = "",
    refus: Refus | None = None,
) -> Response:
    """Raises SessionInconnue, Forbidden."""
    may_archive(acteur)
    now = application(request).clock()
    row = await sql.get(connection, session, now)
    if row is None:
        raise SessionInconnue
    return await page(
        request,
        connection,
        acteur,
        "sessions/archivage.html",
        status=status_of(refus),
        une=presenters.ligne(row),
        obstacle=await _obstacle(connection, row, now),
        en_cours=phrases(await en_cours(connection, session, now)),
        motif=motif,
        erreurs=errors_of(refus),
    )


async def _obstacle(connection: Connection, row: SessionRow, now: datetime) -> str:
    """Why it cannot be archived now, said before one asks; empty where it can."""
    try:
        await judge_archiving(connection, row, now)
    except ArchivageRefuse as refus:
        return refus.phrase
    return ""


def _errors(refus: Refus | None) -> list[dict[str, str]]:
    """What the opening refuses stands at the fields of the declaration."""
    if refus is not None and refus.slug == "ouverture-refusee":
        return [{"champ": _CHAMPS.get(refus.champ, refus.champ), "texte": refus.phrase}]
    return errors_of(refus)
