"""« Signaler un empêchement »: the person reports, follows, withdraws; the établissement replaces her or maintains."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.avertissements.domain import Avertissement
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import errors_of, status_of
from convocation.convocations.access import visible_convocation
from convocation.convocations.commands import PassageOutre, warnings_of
from convocation.convocations.forms import Saisies, read_saisies
from convocation.convocations.presenters import line_of
from convocation.convocations.reads import LigneConvocation, convocation_of
from convocation.convocations.refus import AvertissementsALire
from convocation.empechements import sql
from convocation.empechements.commands import (
    ANSWER,
    REPORT,
    ConvocationLue,
    maintain_convocation,
    replace_by_suppleant,
    report_empechement,
    withdraw_empechement,
)
from convocation.empechements.domain import MAX_TEXTE, Candidat, suppleants
from convocation.empechements.presenters import choice_of, report_of, words_of
from convocation.empechements.refus import EmpechementTraite
from convocation.missions import reads as missions
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.domain import est_ouvert
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields, text, whole_number

router = Router(include_in_schema=False)
_REPORT = "/convocations/{convocation_id}/empechement"
_ANSWER = f"{_REPORT}/traiter"
_NOBODY = UUID(int=0)


@router.get(_REPORT)
async def voir(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    return await _show_reports(request, acteur, convocation_id)


@router.post(_REPORT)
async def signaler(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """Refused, what was typed is still there; changed meanwhile, beside what the convocation says now."""
    async with fields(request) as form:
        version, motif = read_saisies(form).version, text(form, "motif")
    try:
        async with commande(request, acteur) as command:
            await report_empechement(command, convocation_id, version, motif)
    except Refus as refus:
        return await _show_reports(request, acteur, convocation_id, motif, refus)
    return see_other(f"/convocations/{convocation_id}/empechement?fait=empechement", request)


@router.post(f"{_REPORT}/retrait")
async def retirer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """As long as it is not answered."""
    try:
        async with commande(request, acteur) as command:
            await withdraw_empechement(command, convocation_id)
    except EmpechementTraite as refus:
        return await _show_reports(request, acteur, convocation_id, refus=refus)
    return see_other(f"/convocations/{convocation_id}/empechement?fait=empechement-retire")


async def _show_reports(
    request: Request, acteur: Acteur, convocation_id: UUID, motif: str = "", refus: Refus | None = None
) -> Response:
    async with reading(request, acteur) as connection:
        row = await visible_convocation(connection, acteur, convocation_id, REPORT)
        reports = await sql.of_convocation(connection, convocation_id)
        return await page(
            request,
            connection,
            acteur,
            "empechements/empechement.html",
            status=status_of(refus),
            une=line_of(row),
            motif=motif,
            max_texte=MAX_TEXTE,
            depassee=isinstance(refus, VersionDepassee),
            erreurs=errors_of(refus),
            signalements=[report_of(one, row.academie) for one in reports],
        )


@dataclass(frozen=True, slots=True)
class _Decision:
    """What was typed: which report was read, who replaces (id and version read), or the answer to the person."""

    saisies: Saisies
    empechement: UUID
    suppleant: ConvocationLue
    reponse: str


@router.get(_ANSWER)
async def lire(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    return await _show_decision(request, acteur, convocation_id, _read(FormData()))


@router.post(_ANSWER)
async def decider(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """Refused, what was typed is still there, beside what is now."""
    async with fields(request) as form:
        decision = _read(form)
    try:
        async with commande(request, acteur) as command:
            row = await visible_convocation(command.connection, acteur, convocation_id, ANSWER)
            if decision.saisies.action == "maintenir":
                await maintain_convocation(command, convocation_id, decision.empechement, decision.reponse)
            else:
                read = ConvocationLue(convocation_id, decision.saisies.version)
                outre = PassageOutre(frozenset(decision.saisies.lus), decision.saisies.motif)
                await replace_by_suppleant(command, decision.empechement, read, decision.suppleant, outre)
    except Refus as refus:
        return await _show_decision(request, acteur, convocation_id, decision, refus)
    fait = "maintenue" if decision.saisies.action == "maintenir" else "remplacee"
    return see_other(f"/missions/{row.mission_id}?fait={fait}", request)


def _read(form: FormData) -> _Decision:
    """What makes no sense is nobody's id: the command refuses it."""
    identity, _, version = text(form, "suppleant").partition(":")
    return _Decision(
        read_saisies(form),
        _uuid(text(form, "empechement")),
        ConvocationLue(_uuid(identity), whole_number(version)),
        text(form, "reponse"),
    )


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        return _NOBODY


async def _show_decision(
    request: Request, acteur: Acteur, convocation_id: UUID, decision: _Decision, refus: Refus | None = None
) -> Response:
    to_read = isinstance(refus, AvertissementsALire)
    async with reading(request, acteur) as connection:
        row = await visible_convocation(connection, acteur, convocation_id, ANSWER)
        proposed = suppleants(convocation_of(row), await sql.candidats(connection, row.mission_id))
        chosen = [one for one in proposed if one.convocation_id == decision.suppleant.convocation_id]
        return await page(
            request,
            connection,
            acteur,
            "empechements/traiter_empechement.html",
            status=status_of(refus),
            une=line_of(row),
            lieu=row.uai,
            ouverte=await _open(request, connection, row.mission_id),
            signalement=await _report(connection, row),
            suppleants=[(choice_of(one), words_of(one)) for one in proposed],
            choisi=choice_of(chosen[0]) if chosen else "",
            saisies=decision.saisies,
            reponse=decision.reponse,
            max_texte=MAX_TEXTE,
            depassee=isinstance(refus, VersionDepassee),
            a_lire=to_read,
            avertissements=await _conflicts(connection, row, chosen) if to_read else [],
            erreurs=[] if to_read else errors_of(refus),
        )


async def _report(connection: Connection, row: LigneConvocation) -> dict[str, Any] | None:
    held = await sql.ouvert(connection, row.convocation_id)
    return dict(held) | {"le": local_time(row.academie, held.le)} if held else None


async def _open(request: Request, connection: Connection, mission_id: UUID) -> bool:
    mission = await missions.get(connection, mission_id)
    if mission is None:
        return False
    decisions = await ouvertures.decisions(connection, mission.session, mission.academie, mission.uai)
    return est_ouvert(decisions, mission.academie, mission.uai, application(request).clock())


async def _conflicts(connection: Connection, row: LigneConvocation, chosen: list[Candidat]) -> list[Avertissement]:
    """What there is to read about the suppléant on the dates she would take over."""
    mission = await missions.get(connection, row.mission_id)
    if mission is None or not chosen:
        return []
    substitute = replace(chosen[0].convocation, dates=tuple(row.dates))
    return await warnings_of(connection, mission, substitute)
