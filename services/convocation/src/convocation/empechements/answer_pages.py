"""The établissement reads an empêchement and decides: a suppléant takes the place in one act, or it is maintained."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep
from chassis.database import Connection
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import status_of
from convocation.convocations import reads as convocations
from convocation.convocations.access import visible_convocation
from convocation.convocations.commands import PassageOutre, conflicts_of
from convocation.convocations.domain import Avertissement
from convocation.convocations.forms import Saisies, read_saisies
from convocation.convocations.presenters import line_of
from convocation.convocations.refus import AvertissementsALire, ConvocationInconnue
from convocation.empechements import sql as empechements
from convocation.empechements.commands import ANSWER, ConvocationLue, maintain_convocation, replace_by_suppleant
from convocation.empechements.domain import MAX_TEXTE, Candidat, suppleants
from convocation.missions import reads as missions
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.domain import est_ouvert
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields, text, whole_number

router = APIRouter(include_in_schema=False)
_PAGE = "/convocations/{convocation_id}/empechement/traiter"
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What was typed: which report was read, who replaces (id and version read), or the answer to the person."""

    saisies: Saisies
    empechement: UUID
    suppleant: ConvocationLue
    reponse: str


@router.get(_PAGE)
async def lire(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    return await _page(request, acteur, convocation_id, _read(FormData()))


@router.post(_PAGE)
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
        return await _page(request, acteur, convocation_id, decision, refus)
    fait = "maintenue" if decision.saisies.action == "maintenir" else "remplacee"
    return see_other(f"/missions/{row.mission_id}?fait={fait}")


def _read(form: FormData) -> _Decision:
    """What makes no sense is nobody's id: the command refuses it."""
    identity, _, version = text(form, "suppleant").partition(":")
    known = whole_number(version)
    return _Decision(
        read_saisies(form),
        _uuid(text(form, "empechement")),
        ConvocationLue(_uuid(identity), known),
        text(form, "reponse"),
    )


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        return _NOBODY


async def _page(
    request: Request, acteur: Acteur, convocation_id: UUID, decision: _Decision, refus: Refus | None = None
) -> Response:
    to_read = isinstance(refus, AvertissementsALire)
    async with reading(request) as connection:
        row = await visible_convocation(connection, acteur, convocation_id, ANSWER)
        proposed = await _proposed(connection, convocation_id)
        return await page(
            request,
            connection,
            acteur,
            "empechements/traiter_empechement.html",
            status=status_of(refus),
            une=line_of(row),
            ouverte=await _open(request, connection, row.mission_id),
            signalement=await _report(connection, convocation_id, row.academie),
            suppleants=[(f"{one.convocation_id}:{one.convocation.version}", _words(one)) for one in proposed],
            choisi=_chosen(proposed, decision.suppleant),
            saisies=decision.saisies,
            reponse=decision.reponse,
            max_texte=MAX_TEXTE,
            depassee=isinstance(refus, VersionDepassee),
            a_lire=to_read,
            avertissements=await _conflicts(connection, row, proposed, decision.suppleant) if to_read else [],
            erreurs=[{"champ": refus.champ, "texte": refus.phrase}] if refus and not to_read else [],
        )


async def _report(connection: Connection, convocation_id: UUID, academie: str) -> dict[str, Any] | None:
    held = await empechements.ouvert(connection, convocation_id)
    return {**held, "le": local_time(academie, held.le)} if held else None


async def _open(request: Request, connection: Connection, mission_id: UUID) -> bool:
    mission = await missions.get(connection, mission_id)
    if mission is None:
        return False
    decisions = await ouvertures.decisions(connection, mission.session, mission.academie, mission.uai)
    return est_ouvert(decisions, mission.academie, mission.uai, application(request).clock())


async def _proposed(connection: Connection, convocation_id: UUID) -> list[Candidat]:
    found = await convocations.get(connection, convocation_id)
    if found is None:
        raise ConvocationInconnue
    return suppleants(found[1], await empechements.candidats(connection, found[0]))


def _words(one: Candidat) -> str:
    profil = f" ({one.convocation.profil})" if one.convocation.profil else ""
    lue = "a pris connaissance de sa convocation" if one.lue else "n’a pas encore pris connaissance de sa convocation"
    return f"{one.nom}{profil}, {lue}"


def _chosen(proposed: list[Candidat], suppleant: ConvocationLue) -> str:
    """The same person as before, at the version there is now."""
    for one in proposed:
        if one.convocation_id == suppleant.convocation_id:
            return f"{one.convocation_id}:{one.convocation.version}"
    return ""


async def _conflicts(
    connection: Connection, row: Any, proposed: list[Candidat], suppleant: ConvocationLue
) -> list[Avertissement]:
    """What there is to read about the suppléant on the dates she would take over."""
    mission = await missions.get(connection, row.mission_id)
    chosen = [one.convocation for one in proposed if one.convocation_id == suppleant.convocation_id]
    if mission is None or not chosen:
        return []
    return await conflicts_of(connection, mission, replace(chosen[0], dates=tuple(row["dates"])))
