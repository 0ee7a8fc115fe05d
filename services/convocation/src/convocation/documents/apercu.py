"""A sample convocation with the signature of an établissement, before anybody is convoked (R24)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from acces.http import ActeurDep
from chassis.http import Problem
from convocation.convocations.domain import NatureVersion
from convocation.documents.application import application
from convocation.documents.rendering import Document, Signataire
from convocation.missions import reads as missions
from convocation.signatures import reads as signatures
from convocation.signatures.access import visible_etablissement
from event_schemas.academies import NOMS, local_time
from pages.commands import reading

router = APIRouter(include_in_schema=False)


@router.get("/signature/{uai}/apercu.pdf")
async def apercu(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """A sample convocation of an invented person with the signature as it is."""
    async with reading(request) as connection:
        await visible_etablissement(connection, acteur, uai)
        held = await signatures.get(connection, uai)
        places = await missions.etablissements(connection, [uai])
        image = await signatures.image(connection, uai)
    if held is None or not places:
        raise Problem(404, "signature-absente", "La signature n’est pas encore renseignée.")
    signataire = Signataire(held.prenom, held.nom, held.qualite, image)
    octets = await application(request).imprimeur.sample(_specimen(request, places[0], signataire))
    headers = {"Content-Disposition": 'inline; filename="apercu.pdf"', "X-Content-Type-Options": "nosniff"}
    return Response(octets, media_type="application/pdf", headers=headers | {"Cache-Control": "no-store"})


def _specimen(request: Request, place: Any, signataire: Signataire) -> Document:
    now = local_time(place["academie"], application(request).clock())
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
        etablissement_nom=place["etablissement_nom"],
        etablissement_commune=place["etablissement_commune"],
        uai=place["uai"],
        academie=NOMS.get(place["academie"], place["academie"]),
        signataire=signataire,
        contact="l’établissement",
        verification_url=f"{application(request).settings.public_url}/verifier/{UUID(int=0).hex}",
        etablie_le=now,
    )
