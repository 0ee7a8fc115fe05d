"""Who signs an établissement's convocations, for programs (R24)."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from acces.http import ActeurDep, Router
from chassis.problem import Problem
from convocation.commun.http import IfMatch, etag, expected_version
from convocation.commun.schemas import Uai
from convocation.signatures import reads as signatures
from convocation.signatures.access import visible_etablissement
from convocation.signatures.commands import record_signature
from convocation.signatures.schemas import SignatureIn
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["administration"])


@router.get("/etablissements/{uai}/signature")
async def get_signature(
    request: Request, uai: Annotated[Uai, Path()], acteur: ActeurDep, response: Response
) -> dict[str, Any]:
    """Who signs the établissement's convocations (R24); 404 while nobody is recorded."""
    async with reading(request, acteur) as connection:
        await visible_etablissement(connection, acteur, uai)
        signature = await signatures.get(connection, uai)
    if signature is None:
        raise Problem(404, "signature-absente", "La signature n’est pas encore renseignée.")
    response.headers.update(etag(signature.version))
    return dict(signature)


@router.put("/etablissements/{uai}/signature")
async def enregistrer_signature(
    request: Request,
    uai: Annotated[Uai, Path()],
    body: SignatureIn,
    acteur: ActeurDep,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """« Signature établissement pour la convocation » (R24). The first one needs no If-Match."""
    expected = expected_version(if_match) if if_match is not None else None
    async with commande(request, acteur) as command:
        version = await record_signature(command, uai, (body.nom, body.prenom, body.qualite), expected)
    response.headers.update(etag(version))
    return {"uai": uai, "version": version, **body.model_dump()}
