"""« Doublons probables » (R36): two entries side by side, merged into one of them or said to be two people."""

from math import ceil
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.annuaire.refus import IntervenantAbsent
from convocation.cadre.ecran import page
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import status_of
from convocation.doublons.access import may_merge, mergeable
from convocation.doublons.commands import FicheLue, merge_intervenants, separate_intervenants
from convocation.doublons.domain import Paire
from convocation.doublons.presenters import MOTIFS, lignes
from convocation.doublons.reads import TAILLE, page_of, with_people
from convocation.doublons.refus import FusionImpossible
from convocation.nomenclature import reads as nomenclature
from pages.commands import commande, reading, see_other
from pages.forms import fields, page_number, text, whole_number

router = Router(include_in_schema=False)


@router.get("/intervenants/doublons")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """Fifty pairs of the académies, the likeliest first."""
    may_merge(acteur)
    number = page_number(request.query_params.get("page", "1"))
    async with reading(request, acteur) as connection:
        found, total = await page_of(connection, sorted(acteur.academies), number)
        return await page(
            request,
            connection,
            acteur,
            "doublons/doublons.html",
            doublons=found,
            total=total,
            numero=number,
            pages=ceil(total / TAILLE),
            vers=lambda n: f"?page={n}",
            motifs=MOTIFS,
        )


@router.get("/intervenants/doublons/{une}/{autre}")
async def comparer(request: Request, une: UUID, autre: UUID, acteur: ActeurDep) -> Response:
    """The two side by side, the fields that differ marked."""
    return await _compare(request, acteur, une, autre)


@router.post("/intervenants/doublons/{une}/{autre}")
async def decider(request: Request, une: UUID, autre: UUID, acteur: ActeurDep) -> Response:
    """« Fusionner » into the one chosen, or « Ce ne sont pas des doublons »."""
    async with fields(request) as form:
        action, gardee = text(form, "action"), text(form, "gardee")
        versions = [whole_number(text(form, name)) for name in ("version-1", "version-2")]
    lues = [FicheLue(one, version) for one, version in zip((une, autre), versions, strict=True)]
    distinctes = action == "distinctes"
    if not distinctes and gardee not in {str(une), str(autre)}:
        missing = {"champ": "gardee-1", "texte": "Choisissez la fiche à garder."}
        return await _compare(request, acteur, une, autre, [missing])
    try:
        async with commande(request, acteur) as command:
            if distinctes:
                await separate_intervenants(command, [une, autre])
            else:
                await merge_intervenants(command, *sorted(lues, key=lambda one: str(one.id) != gardee))
    except (VersionDepassee, FusionImpossible) as refus:
        return await _compare(request, acteur, une, autre, gardee=gardee, refus=refus)
    return see_other(f"/intervenants/doublons?fait={'distinctes' if distinctes else 'fusionnees'}")


async def _compare(
    request: Request,
    acteur: Acteur,
    une: UUID,
    autre: UUID,
    erreurs: list[dict[str, str]] | None = None,
    *,
    gardee: str = "",
    refus: Refus | None = None,
) -> Response:
    """Another académie's people do not exist. Raises IntervenantAbsent, Forbidden."""
    may_merge(acteur)
    async with reading(request, acteur) as connection:
        known = [await mergeable(connection, acteur, one) for one in (une, autre)]
        if len({one.numero for one in known}) != 2:
            raise IntervenantAbsent
        [found] = await with_people(connection, [Paire(known[0].numero, known[1].numero, ())])
        return await page(
            request,
            connection,
            acteur,
            "doublons/doublon.html",
            status=422 if erreurs and refus is None else status_of(refus),
            doublon=found,
            lignes=lignes(found, await nomenclature.libelles(connection)),
            actives=all(one.actif for one in known),
            gardee=gardee,
            depassee=isinstance(refus, VersionDepassee),
            erreurs=(erreurs or []) + ([{"champ": "", "texte": refus.phrase}] if refus else []),
        )
