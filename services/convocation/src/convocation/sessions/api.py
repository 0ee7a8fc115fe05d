"""The sessions of the examination for programs."""

from typing import Any

from fastapi import Request, Response

from acces.http import ActeurDep, Router
from convocation.commun.application import application
from convocation.commun.http import IfMatch, etag, expected_version
from convocation.commun.schemas import Academie, MotifIn, Session
from convocation.sessions import presenters, sql
from convocation.sessions.access import declares, may_archive, may_date, may_declare, may_read
from convocation.sessions.commands import archive_session, change_session, date_academie, declare_session, known
from convocation.sessions.domain import DatesAcademie, Declaration
from convocation.sessions.schemas import DatesAcademieIn, DeclarationIn, SessionIn
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["sessions"])


@router.get("/sessions")
async def list_sessions(request: Request, acteur: ActeurDep) -> dict[str, Any]:
    """All that are declared; for the administrateur also those that nobody declared, whose missions wait."""
    may_read(acteur)
    async with reading(request, acteur) as connection:
        rows = await sql.sessions(connection, application(request).clock())
        waiting = await sql.non_declarees(connection) if declares(acteur) else []
    told = {"sessions": [presenters.pour_programme(row) for row in rows]}
    return told | {"non_declarees": [dict(row) for row in waiting]}


@router.post("/sessions", status_code=201)
async def declarer(request: Request, response: Response, body: DeclarationIn, acteur: ActeurDep) -> dict[str, Any]:
    """A session is declared once: 409 afterwards. Its missions are seen from now on."""
    may_declare(acteur)
    async with commande(request, acteur) as command:
        declaration = Declaration(**body.model_dump(exclude={"reprise"}))
        await declare_session(command, declaration, body.reprise or "")
        row = await known(command, body.session)
    response.headers.update(etag(row.version))
    return presenters.pour_programme(row)


@router.post("/sessions/{session}/archivage")
async def archiver(request: Request, session: Session, body: MotifIn, acteur: ActeurDep) -> dict[str, Any]:
    """From now on it is read and not written; 409 while its service is open or a convocation is still to come."""
    may_archive(acteur)
    async with commande(request, acteur) as command:
        return presenters.pour_programme(await archive_session(command, session, body.motif))


@router.put("/sessions/{session}/academies/{academie}")
async def dater(
    request: Request, session: Session, academie: Academie, body: DatesAcademieIn, acteur: ActeurDep
) -> dict[str, Any]:
    """The académie's own days and deadline, inside the nation's."""
    may_date(acteur, academie)
    async with commande(request, acteur) as command:
        await date_academie(command, session, academie, DatesAcademie(**body.model_dump()))
        held = await presenters.dates_of(command.connection, session, academie)
    return {"session": session, "academie": academie} | held


@router.put("/sessions/{session}")
async def modifier(
    request: Request, response: Response, session: Session, body: SessionIn, acteur: ActeurDep, if_match: IfMatch = None
) -> dict[str, Any]:
    """Its name and its days, over the version that was read."""
    may_declare(acteur)
    expected = expected_version(if_match)
    async with commande(request, acteur) as command:
        row = await change_session(command, Declaration(session, **body.model_dump()), expected)
    response.headers.update(etag(row.version))
    return presenters.pour_programme(row)
