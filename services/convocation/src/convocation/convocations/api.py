"""Convoquer, modifier, supprimer, visualiser (R41–R45)."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from acces.commande import Commande
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.commun.http import IdempotencyKey, IfMatch, etag, expected_version, once
from convocation.convocations import presenters, reads
from convocation.convocations.access import mission_to_fill, visible_convocation
from convocation.convocations.commands import cancel_convocation, change_convocation, convoke_on
from convocation.convocations.domain import Convocation
from convocation.convocations.examen import APourvoir
from convocation.convocations.forms import AnnulerIn, ConvoquerIn, SaisieIn
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["convocations"])


@router.post("/missions/{mission_id}/convocations", status_code=201)
async def convoquer(
    request: Request, mission_id: UUID, body: ConvoquerIn, acteur: ActeurDep, key: IdempotencyKey = None
) -> Response:
    """« Convoquer » (R41): all of the list or none of it."""

    async def may(connection: Connection) -> APourvoir:
        return await mission_to_fill(connection, acteur, mission_id, lock=True)

    async def work(command: Commande, place: APourvoir) -> dict[str, Any]:
        done = await convoke_on(command, place, body.intervenants, body.saisie())
        created = [
            {"convocation_id": str(identity), "numero": numero, "version": one.version, **_entry(one)}
            for numero, (identity, one) in done.par_numero.items()
        ]
        return {"convocations": created, "avertissements": [asdict(one) for one in done.avertissements]}

    return await once(request, acteur, key, body.model_dump(mode="json"), may, work)


def _entry(one: Convocation) -> dict[str, Any]:
    return {"qualite": one.qualite.qualite, "qualite_libelle": one.qualite.libelle, "profil": one.profil}


@router.get("/convocations/{convocation_id}")
async def visualiser(request: Request, convocation_id: UUID, acteur: ActeurDep, response: Response) -> dict[str, Any]:
    """« Visualiser la convocation » (R43)."""
    async with reading(request, acteur) as connection:
        row = await visible_convocation(connection, acteur, convocation_id)
    response.headers.update(etag(row.version))
    return presenters.convocation(row)


@router.get("/convocations/{convocation_id}/historique")
async def historique(request: Request, convocation_id: UUID, acteur: ActeurDep) -> dict[str, Any]:
    """Every version that was told."""
    async with reading(request, acteur) as connection:
        await visible_convocation(connection, acteur, convocation_id)
        rows = await reads.history(connection, convocation_id)
    return {"versions": [presenters.version(row) for row in rows]}


@router.put("/convocations/{convocation_id}")
async def modifier(
    request: Request,
    convocation_id: UUID,
    body: SaisieIn,
    acteur: ActeurDep,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """« Modifier la convocation » (R44)."""
    expected = expected_version(if_match)
    async with commande(request, acteur) as command:
        done = await change_convocation(command, convocation_id, expected, body.saisie())
    changed = done.convocation
    response.headers.update(etag(changed.version))
    warnings = [asdict(one) for one in done.avertissements]
    entry = {"convocation_id": str(convocation_id), "version": changed.version, **_entry(changed)}
    return entry | {"avertissements": warnings}


@router.post("/convocations/{convocation_id}/annulation")
async def supprimer(
    request: Request,
    convocation_id: UUID,
    body: AnnulerIn,
    acteur: ActeurDep,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """« Supprimer la convocation » (R45): cancelled, never deleted."""
    expected = expected_version(if_match)
    async with commande(request, acteur) as command:
        cancelled = await cancel_convocation(command, convocation_id, expected, body.motif)
    response.headers.update(etag(cancelled.version))
    return {"convocation_id": str(convocation_id), "version": cancelled.version, "motif": cancelled.motif}
