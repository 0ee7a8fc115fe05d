"""« Télécharger les convocations » (R26, R46), a sample with a signature, the public page behind the QR code (R24)."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from acces.http import ActeurDep, Router
from chassis.problem import Problem
from convocation.commun.jetons import read_verification
from convocation.commun.limites import limit_document, limit_porte
from convocation.convocations.domain import NatureVersion
from convocation.convocations.presenters import file_name
from convocation.documents import sql
from convocation.documents.access import visible_document
from convocation.documents.application import application
from convocation.documents.domain import Verdict, verdict
from convocation.documents.rendering import Document, Signataire
from convocation.missions import reads as missions
from convocation.missions.access import visible_mission
from convocation.missions.reads import Etablissement
from convocation.signatures import reads as signatures
from convocation.signatures.access import visible_etablissement
from event_schemas.academies import NOMS, local_time
from pages.commands import itself, reading

router = Router(include_in_schema=False)
_VERDICTS = {
    Verdict.VALIDE: ("success", "Convocation valide", "Cette convocation est la version en vigueur."),
    Verdict.REMPLACEE: ("warning", "Convocation remplacée", "Une version plus récente annule et remplace celle-ci."),
    Verdict.ANNULEE: ("error", "Convocation annulée", "Cette convocation a été annulée."),
}
_INCONNUE = ("error", "Convocation inconnue", "Ce code n’a pas été émis par IMAG’IN E3C.")


@router.get("/convocations/{convocation_id}/convocation.pdf", dependencies=[Depends(limit_document)])
async def telecharger(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """The present version; always the same bytes. Another établissement's or person's does not exist: 404."""
    state = application(request)
    async with reading(request, acteur) as connection:
        row = await visible_document(connection, acteur, convocation_id)
    key = (convocation_id, row.version)
    octets = (await state.imprimeur.kept(partial(reading, request, acteur), [key], state.clock()))[key]
    return _pdf(octets, _attachment(f"convocation {row.nom} {row.code} v{row.version}"))


@router.get("/missions/{mission_id}/convocations.pdf", dependencies=[Depends(limit_document)])
async def telecharger_toutes(request: Request, mission_id: UUID, acteur: ActeurDep) -> Response:
    """All active convocations of the mission, in one file."""
    async with reading(request, acteur) as connection:
        mission = await visible_mission(connection, acteur, mission_id)
        rows = await sql.contents_of_mission(connection, mission_id)
    if not rows:
        raise Problem(404, "aucune-convocation", "Personne n’est convoqué sur cette mission.")
    octets = await application(request).imprimeur.together(rows)
    return _pdf(octets, _attachment(f"convocations {mission.uai} {mission.code} {mission.voie}"))


@router.get("/signature/{uai}/apercu.pdf", dependencies=[Depends(limit_document)])
async def apercu(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """A sample convocation of an invented person with the signature as it is."""
    async with reading(request, acteur) as connection:
        await visible_etablissement(connection, acteur, uai)
        held = await signatures.get(connection, uai)
        places = await missions.etablissements(connection, [uai])
        image = await signatures.image(connection, uai)
    if held is None or not places:
        raise Problem(404, "signature-absente", "La signature n’est pas encore renseignée.")
    signataire = Signataire(held.prenom, held.nom, held.qualite, image)
    octets = await application(request).imprimeur.sample(_specimen(request, places[0], signataire))
    return _pdf(octets, 'inline; filename="apercu.pdf"')


def _attachment(name: str) -> str:
    return f'attachment; filename="{file_name(name)}.pdf"'


def _pdf(octets: bytes, disposition: str) -> Response:
    headers = {
        "Content-Disposition": disposition,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(octets, media_type="application/pdf", headers=headers)


async def verifier(request: Request) -> Response:
    """Valid, replaced or cancelled, and nothing more. For everybody: no acteur is asked for."""
    await limit_porte(request, "/verifier/{token}")
    state = application(request)
    named = read_verification(request.path_params["token"], state.sceaux.verifications)
    found = None
    if named is not None:
        async with itself(request) as connection:
            found = await sql.courante(connection, named[0])
    if named is None or found is None:
        type_, titre, texte = _INCONNUE
        status = 404
    else:
        said = verdict(named[1], courante=found.version, active=found.status == "ACTIVE")
        (type_, titre, texte), status = _VERDICTS[said], 200
    return state.pages.render(request, "documents/verifier.html", status=status, type=type_, titre=titre, texte=texte)


def _specimen(request: Request, place: Etablissement, signataire: Signataire) -> Document:
    now = local_time(place.academie, application(request).clock())
    return Document(
        nature=NatureVersion.CONVOCATION,
        version=1,
        reference="SPECIMEN",
        civilite="Mme",
        nom="SPÉCIMEN",
        prenom="Camille",
        numero="000000000000",
        session="0000-E3C1",
        type_libelle="Epreuve commune de contrôle continu",
        libelle="Aperçu de la signature",
        voie="GENERALE",
        qualite="Correcteur",
        numerisation=False,
        dates=((now + timedelta(days=30)).date(),),
        observation="",
        motif=None,
        etablissement_nom=place.etablissement_nom,
        etablissement_commune=place.etablissement_commune,
        uai=place.uai,
        academie=NOMS.get(place.academie, place.academie),
        signataire=signataire,
        contact="l’établissement",
        verification_url=f"{application(request).settings.public_url}/verifier/{UUID(int=0).hex}",
        etablie_le=now,
    )
