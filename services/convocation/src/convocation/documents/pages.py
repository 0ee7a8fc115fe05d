"""« Télécharger les convocations » (R26, R46) and the public page behind the QR code (R24)."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from acces.http import ActeurDep
from chassis.http import Problem
from convocation.commun.jetons import read_verification
from convocation.convocations.presenters import file_name
from convocation.documents import sql
from convocation.documents.access import visible_document
from convocation.documents.application import application
from convocation.documents.domain import Verdict, verdict
from convocation.missions.access import visible_mission
from pages.commands import reading

router = APIRouter(include_in_schema=False)
_VERDICTS = {
    Verdict.VALIDE: ("success", "Convocation valide", "Cette convocation est la version en vigueur."),
    Verdict.REMPLACEE: ("warning", "Convocation remplacée", "Une version plus récente annule et remplace celle-ci."),
    Verdict.ANNULEE: ("error", "Convocation annulée", "Cette convocation a été annulée."),
}
_INCONNUE = ("error", "Convocation inconnue", "Ce code n’a pas été émis par IMAG’IN E3C.")


@router.get("/convocations/{convocation_id}/convocation.pdf")
async def telecharger(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """The present version; always the same bytes. Another établissement's or person's does not exist: 404."""
    state = application(request)
    async with reading(request) as connection:
        row = await visible_document(connection, acteur, convocation_id)
    key = (convocation_id, row.version)
    octets = (await state.imprimeur.kept(state.pool, [key], state.clock()))[key]
    return _pdf(octets, f"convocation {row.nom} {row.code} v{row.version}")


@router.get("/missions/{mission_id}/convocations.pdf")
async def telecharger_toutes(request: Request, mission_id: UUID, acteur: ActeurDep) -> Response:
    """All convocations of the mission that hold, in one file."""
    async with reading(request) as connection:
        mission = await visible_mission(connection, acteur, mission_id)
        rows = await sql.contents_of_mission(connection, mission_id)
    if not rows:
        raise Problem(404, "aucune-convocation", "Personne n’est convoqué sur cette mission.")
    octets = await application(request).imprimeur.together(rows)
    return _pdf(octets, f"convocations {mission.uai} {mission.code} {mission.voie}")


def _pdf(octets: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(name)}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(octets, media_type="application/pdf", headers=headers)


async def verifier(request: Request) -> Response:
    """Valid, replaced or cancelled, and nothing more. For everybody: no acteur is asked for."""
    state = application(request)
    named = read_verification(request.path_params["token"], state.token_key)
    found = None
    if named is not None:
        async with reading(request) as connection:
            found = await sql.courante(connection, named[0])
    if named is None or found is None:
        type_, titre, texte = _INCONNUE
        status = 404
    else:
        said = verdict(named[1], courante=found.version, active=found.status == "ACTIVE")
        (type_, titre, texte), status = _VERDICTS[said], 200
    return state.pages.render(request, "documents/verifier.html", status=status, type=type_, titre=titre, texte=texte)
