"""« Doublons probables » (R36): two entries side by side, merged into one of them or said to be two people."""

from math import ceil
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.refus import IntervenantAbsent
from convocation.cadre.ecran import page
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import status_of
from convocation.doublons.access import may_merge, mergeable
from convocation.doublons.commands import FicheLue, merge_intervenants, separate_intervenants
from convocation.doublons.reads import TAILLE, Doublon, page_of, seen
from convocation.doublons.refus import FusionImpossible
from convocation.doublons.sql import Paire
from convocation.nomenclature import reads as nomenclature
from pages.commands import commande, reading, see_other
from pages.forms import fields, page_number, text, whole_number

router = APIRouter(include_in_schema=False)
_MOTIFS = {
    "nom": "Même nom et même prénom",
    "courriel": "Même courriel",
    "etablissement": "Même établissement",
    "proche": "Noms proches, même établissement",
}
_CHAMPS = (
    ("civilite", "Civilité"),
    ("nom", "Nom"),
    ("prenom", "Prénom"),
    ("courriel", "Courriel"),
    ("uai", "Établissement principal"),
    ("uais_secondaires", "Autres établissements"),
    ("disciplines", "Disciplines"),
    ("profils", "Profils"),
    ("stagiaire", "Stagiaire"),
)


@router.get("/intervenants/doublons")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """Fifty pairs of the académies, the likeliest first."""
    may_merge(acteur)
    asked = request.query_params.get("page", "1")
    number = page_number(asked)
    async with reading(request) as connection:
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
            motifs=_MOTIFS,
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
        lues = [FicheLue(one, _version(form, f"version-{rang}")) for rang, one in enumerate((une, autre), start=1)]
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


def _version(form: FormData, name: str) -> int:
    typed = text(form, name)
    return whole_number(typed)


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
    async with reading(request) as connection:
        known = [await mergeable(connection, acteur, one) for one in (une, autre)]
        if len({one.numero for one in known}) != 2:
            raise IntervenantAbsent
        [found] = await seen(connection, [Paire(known[0].numero, known[1].numero, ())])
        return await page(
            request,
            connection,
            acteur,
            "doublons/doublon.html",
            status=422 if erreurs and refus is None else status_of(refus),
            doublon=found,
            lignes=_lignes(found, await nomenclature.libelles(connection)),
            actives=all(one.actif for one in known),
            gardee=gardee,
            depassee=isinstance(refus, VersionDepassee),
            erreurs=(erreurs or []) + ([{"champ": "", "texte": refus.phrase}] if refus else []),
        )


def _lignes(doublon: Doublon, libelles: dict[str, str]) -> list[dict[str, Any]]:
    """One field a line: its name, what each has, and whether they differ."""
    people = [face.personne for face in doublon.faces]
    return [
        {
            "libelle": label,
            "valeurs": [_dit(one, name, libelles) for one in people],
            "differe": name in doublon.differents,
        }
        for name, label in _CHAMPS
    ]


def _dit(person: Intervenant, name: str, libelles: dict[str, str]) -> str:
    value = getattr(person, name)
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, tuple):
        return ", ".join(str(libelles.get(one, one)) for one in value)
    return str(value)
