"""Openings (administrateur), directory (gestionnaire), signature (chef d'établissement)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from acces.http import ActeurDep
from chassis.http import Problem
from convocation.domain.ouverture import Cible, Decision, Portee
from convocation.persistence import missions, ouvertures, signatures
from convocation.policy import POLICY
from convocation.use_cases.import_intervenants import import_intervenants
from convocation.use_cases.open_service import open_service
from convocation.use_cases.record_contact import record_contact
from convocation.use_cases.record_signature import record_signature
from convocation.web.commands import IfMatch, commande, etag, expected_version, reading
from convocation.web.ouvertures import par_academie
from convocation.web.schemas import Academie, ContactIn, IntervenantsIn, OuvertureIn, Session, SignatureIn, Uai

router = APIRouter(prefix="/api", tags=["administration"])
_DU_GESTIONNAIRE = frozenset({"stagiaire", "profils", "indisponibilites"})  # an import may not know them
_CODE_LENGTHS = {Portee.NATIONALE: 1, Portee.ACADEMIE: 2, Portee.ETABLISSEMENT: 8}


@router.put("/ouvertures")
async def ouvrir(request: Request, body: OuvertureIn, acteur: ActeurDep) -> dict[str, Any]:
    """« L'Administrateur IMAGIN ouvre le service convocation » (R12), or closes it."""
    cible = Cible(Portee(body.portee), body.code)
    if len(cible.code) != _CODE_LENGTHS[cible.portee]:
        raise Problem(422, "portee", "Le code ne va pas avec la portée : « * », l’académie ou l’UAI.")
    decision = None if body.ouverte is None else Decision(body.ouverte, body.debut, body.fin)
    async with commande(request, acteur) as command:
        await open_service(command, body.session, {cible: decision}, body.motif)
    return body.model_dump()


@router.get("/ouvertures")
async def list_ouvertures(
    request: Request, acteur: ActeurDep, session: Annotated[Session | None, Query()] = None
) -> dict[str, Any]:
    """Every decision taken, the latest first; with `session` also what holds now, académie by académie."""
    POLICY.scope(acteur, "ouvertures.lire")
    async with reading(request) as connection:
        etat = await par_academie(connection, session, request.app.state.clock()) if session else []
        return {"ouvertures": await ouvertures.all_of(connection, session), "academies": etat}


@router.put("/academies/{academie}/intervenants")
async def importer_intervenants(
    request: Request, academie: Annotated[Academie, Path()], body: IntervenantsIn, acteur: ActeurDep
) -> dict[str, Any]:
    """Create or replace people by number (R36): all of the list or none of it."""
    people = [one.personne(one.numero, academie, actif=one.actif) for one in body.intervenants]
    if len({one.numero for one in people}) != len(people):
        raise Problem(422, "numero-double", "Un numéro d’intervenant est donné deux fois.")
    async with commande(request, acteur) as command:
        kept = {one.numero: _DU_GESTIONNAIRE - one.model_fields_set for one in body.intervenants}
        await import_intervenants(command, academie, people, kept)
    return {"enregistres": len(people)}


@router.put("/academies/{academie}/contact")
async def enregistrer_contact(
    request: Request, academie: Annotated[Academie, Path()], body: ContactIn, acteur: ActeurDep
) -> dict[str, Any]:
    """The gestionnaire IMAGIN whom the guide says to contact (R36, R54)."""
    async with commande(request, acteur) as command:
        await record_contact(command, academie, (body.nom, body.courriel, body.telephone, body.horaires))
    return body.model_dump()


@router.get("/etablissements/{uai}/signature")
async def get_signature(
    request: Request, uai: Annotated[Uai, Path()], acteur: ActeurDep, response: Response
) -> dict[str, Any]:
    """Who signs the établissement's convocations (R24); 404 while nobody is recorded."""
    async with reading(request) as connection:
        POLICY.authorise(acteur, "signature.lire", uai=uai, academie=await missions.academie(connection, uai))
        signature = await signatures.get(connection, uai)
    if signature is None:
        raise Problem(404, "signature-absente", "La signature n’est pas encore renseignée.")
    response.headers.update(etag(signature["version"]))
    return signature


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
