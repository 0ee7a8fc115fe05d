"""Likely duplicates of the directory for programs (R36): listed, merged, or said to be two people."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query, Request

from acces.http import ActeurDep, Router
from convocation.doublons.access import may_merge
from convocation.doublons.commands import FicheLue, merge_intervenants, separate_intervenants
from convocation.doublons.reads import page_of
from convocation.doublons.schemas import DistinctesIn, FusionIn
from pages.commands import commande, reading

router = Router(prefix="/api/intervenants", tags=["intervenants"])


@router.get("/doublons")
async def lister(
    request: Request, acteur: ActeurDep, page: Annotated[int, Query(ge=1, le=99_999)] = 1
) -> dict[str, object]:
    """Fifty pairs of the acteur's académies, the likeliest first; `motifs`: nom, courriel, etablissement, proche."""
    may_merge(acteur)
    async with reading(request, acteur) as connection:
        found, total = await page_of(connection, sorted(acteur.academies), page)
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
    return {"gardee": str(body.gardee.id), "reprises": done.reprises, "en_double": done.en_double}


@router.post("/distincts", status_code=204)
async def distinguer(request: Request, body: DistinctesIn, acteur: ActeurDep) -> None:
    """« Ce ne sont pas des doublons »: the pair is never listed again."""
    async with commande(request, acteur) as command:
        await separate_intervenants(command, body.intervenants)
