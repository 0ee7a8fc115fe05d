"""Likely duplicates of the directory for programs (R36): listed, merged, or said to be two people."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from acces.http import ActeurDep, Router
from convocation.commun.access import choose_academie
from convocation.commun.application import application
from convocation.doublons.access import READ
from convocation.doublons.commands import FicheLue, merge_intervenants, separate_intervenants, undo_merge
from convocation.doublons.reads import merged_lately, page_of
from convocation.doublons.schemas import DistinctesIn, FusionIn
from pages.commands import commande, reading

router = Router(prefix="/api/intervenants", tags=["intervenants"])


@router.get("/doublons")
async def lister(
    request: Request, acteur: ActeurDep, page: Annotated[int, Query(ge=1, le=99_999)] = 1
) -> dict[str, object]:
    """Fifty pairs of the acteur's académies, the likeliest first.

    `motifs`: nom, proche, courriel, identifiant, etablissement, discipline, seules.
    """
    academies = choose_academie(acteur, READ, "").codes
    async with reading(request, acteur) as connection:
        found, total = await page_of(connection, academies, page)
    pairs = [
        {
            "motifs": one.motifs,
            "differents": sorted(one.differents),
            "intervenants": [asdict(face.personne) | {"convocations": face.convocations} for face in one.faces],
        }
        for one in found
    ]
    return {"total": total, "doublons": pairs}


@router.post("/fusion")
async def fusionner(request: Request, body: FusionIn, acteur: ActeurDep) -> dict[str, object]:
    """Merge `autre` into `gardee`, both at the versions that were read; its convocations become the kept one's."""
    async with commande(request, acteur) as command:
        gardee, autre = (FicheLue(one.id, one.version) for one in (body.gardee, body.autre))
        done = await merge_intervenants(command, gardee, autre)
    return {
        "gardee": str(body.gardee.id),
        "fusion_id": str(done.fusion_id),
        "reprises": done.reprises,
        "en_double": done.en_double,
    }


@router.get("/fusions")
async def fusions(request: Request, acteur: ActeurDep) -> dict[str, object]:
    """Merges of the last day that can still be undone, the latest first."""
    academies = choose_academie(acteur, READ, "").codes
    async with reading(request, acteur) as connection:
        found = await merged_lately(connection, academies, application(request).clock())
    return {
        "fusions": [
            {
                "fusion_id": str(one.fusion_id),
                "gardee": str(one.gardee.id),
                "autre": str(one.autre.id),
                "le": one.le.isoformat(),
                "jusqu_a": one.jusqu_a.isoformat(),
            }
            for one in found
        ]
    }


@router.post("/fusions/{fusion_id}/annulation")
async def defaire(request: Request, fusion_id: UUID, acteur: ActeurDep) -> dict[str, int]:
    """Two entries again; `rendues`: how many convocations are the other person's again."""
    async with commande(request, acteur) as command:
        return {"rendues": await undo_merge(command, fusion_id)}


@router.post("/distincts", status_code=204)
async def distinguer(request: Request, body: DistinctesIn, acteur: ActeurDep) -> None:
    """« Ce ne sont pas des doublons »: the pair is never listed again."""
    async with commande(request, acteur) as command:
        await separate_intervenants(command, body.intervenants)
