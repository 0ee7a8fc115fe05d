"""« Doublons probables » (R36): two entries side by side, merged into one of them or said to be two people."""

from collections.abc import Sequence
from math import ceil
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.annuaire.refus import IntervenantAbsent
from convocation.cadre.ecran import page
from convocation.commun.access import choose_academie
from convocation.commun.application import application
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import errors_of, status_of
from convocation.doublons.access import READ, can_merge, may_merge, mergeable, undoable
from convocation.doublons.commands import FicheLue, merge_intervenants, separate_intervenants, undo_merge
from convocation.doublons.domain import Paire
from convocation.doublons.forms import Choix, PaireLue
from convocation.doublons.presenters import MOTIFS, lignes
from convocation.doublons.reads import (
    TAILLE,
    effect_of,
    merged_lately,
    page_of,
    to_search,
    with_names,
    with_people,
)
from convocation.doublons.refus import FicheAGarder, FusionImpossible, FusionSuivie, RienDeCoche
from convocation.nomenclature import reads as nomenclature
from pages.commands import commande, reading, see_other
from pages.forms import fields, page_number, text, whole_number

router = Router(include_in_schema=False)


@router.get("/intervenants/doublons")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """Fifty pairs of the académies, the likeliest first, and the merges that can still be undone."""
    return await _list(request, acteur)


@router.post("/intervenants/doublons")
async def agir(request: Request, acteur: ActeurDep) -> Response:
    """Of the pairs that are ticked: they are two people; or they are merged, once the effect was told."""
    may_merge(acteur)
    async with fields(request) as form:
        choix = Choix.read(form)
    if not choix.paires:
        return await _list(request, acteur, RienDeCoche())
    if choix.action == "fusionner":
        return await _confirm(request, acteur, choix.paires)
    if choix.action == "confirmer":
        return await _merge_all(request, acteur, choix.paires)
    async with commande(request, acteur) as command:
        for one in choix.paires:
            await separate_intervenants(command, [one.une.id, one.autre.id])
    return see_other("/intervenants/doublons?fait=distinctes")


async def _merge_all(request: Request, acteur: Acteur, paires: Sequence[PaireLue]) -> Response:
    """A transaction a pair; those that are refused stay, with the reason."""
    if any(one.gardee is None for one in paires):
        return await _confirm(request, acteur, paires, FicheAGarder())
    left, refused = list[PaireLue](), None
    for one in paires:
        try:
            async with commande(request, acteur) as command:
                await merge_intervenants(command, *one.ordonnees)
        except (VersionDepassee, FusionImpossible) as refus:
            left.append(one)
            refused = refus
    if refused is None:
        return see_other("/intervenants/doublons?fait=fusionnees")
    return await _confirm(request, acteur, left, refused, len(paires) - len(left))


async def _list(request: Request, acteur: Acteur, refus: Refus | None = None) -> Response:
    asked = choose_academie(acteur, READ, request.query_params.get("academie", ""))
    number, academies = page_number(request.query_params.get("page", "1")), asked.codes
    async with reading(request, acteur) as connection:
        found, total = await page_of(connection, academies, number)
        return await page(
            request,
            connection,
            acteur,
            "doublons/doublons.html",
            status=status_of(refus),
            doublons=found,
            total=total,
            numero=number,
            pages=ceil(total / TAILLE),
            vers=lambda n: f"?academie={asked.choisie}&page={n}" if asked.choisie else f"?page={n}",
            academies=asked.choix,
            academie=asked.choisie,
            fusionne=can_merge(acteur),
            motifs=MOTIFS,
            erreurs=errors_of(refus),
            cherche=await to_search(connection, academies),
            fusions=await merged_lately(connection, academies, application(request).clock()),
        )


async def _confirm(
    request: Request, acteur: Acteur, paires: Sequence[PaireLue], refus: Refus | None = None, faites: int = 0
) -> Response:
    """What merging these does, each kept entry chosen. Raises IntervenantAbsent, Forbidden."""
    async with reading(request, acteur) as connection:
        known = [[await mergeable(connection, acteur, lue.id) for lue in (one.une, one.autre)] for one in paires]
        found = await with_people(connection, [Paire(two[0].numero, two[1].numero, ()) for two in known])
        errors = errors_of(refus)
        if isinstance(refus, FicheAGarder):
            errors = [{"champ": f"{one.nom}-1", "texte": refus.phrase} for one in paires if one.gardee is None]
        return await page(
            request,
            connection,
            acteur,
            "doublons/fusionner.html",
            status=status_of(refus),
            choix=list(zip(paires, found, strict=True)),
            erreurs=errors,
            faites=faites,
        )


@router.get("/intervenants/doublons/fusions/{fusion}")
async def relire(request: Request, fusion: UUID, acteur: ActeurDep) -> Response:
    """What undoing a merge does."""
    return await _undoing(request, acteur, fusion)


@router.post("/intervenants/doublons/fusions/{fusion}")
async def defaire(request: Request, fusion: UUID, acteur: ActeurDep) -> Response:
    """« Défaire la fusion »: two entries again."""
    try:
        async with commande(request, acteur) as command:
            await undo_merge(command, fusion)
    except (FusionSuivie, VersionDepassee) as refus:
        return await _undoing(request, acteur, fusion, refus)
    return see_other("/intervenants/doublons?fait=defaite")


async def _undoing(request: Request, acteur: Acteur, fusion_id: UUID, refus: Refus | None = None) -> Response:
    """Raises FusionInconnue, Forbidden."""
    async with reading(request, acteur) as connection:
        row = await undoable(connection, acteur, fusion_id, application(request).clock(), READ)
        return await page(
            request,
            connection,
            acteur,
            "doublons/defaire.html",
            status=status_of(refus),
            fusion=(await with_names(connection, [row]))[0],
            effet=await effect_of(connection, row),
            fusionne=can_merge(acteur),
            erreurs=errors_of(refus),
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
    async with reading(request, acteur) as connection:
        known = [await mergeable(connection, acteur, one, READ) for one in (une, autre)]
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
            fusionne=can_merge(acteur),
            gardee=gardee,
            depassee=isinstance(refus, VersionDepassee),
            erreurs=(erreurs or []) + ([{"champ": "", "texte": refus.phrase}] if refus else []),
        )
