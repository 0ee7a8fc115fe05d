"""« Profils et besoins » (R47): what each épreuve asks for; its effect on open missions is seen before it is saved."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep
from acces.policy import Forbidden, Scope
from chassis.database import Connection
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.policy import POLICY
from convocation.commun.refus import Refus, VersionDepassee
from convocation.exigences import reads as exigences_reads
from convocation.exigences import sql as exigences
from convocation.exigences.commands import Effet, back_to_national, change_exigence, effect
from convocation.exigences.domain import NATIONALE, Exigence
from convocation.exigences.forms import SaisieExigence, of_exigence, read_exigence
from convocation.exigences.refus import ExigenceInconnue, ExigenceRefusee
from convocation.nomenclature import reads as nomenclature
from event_schemas.academies import NOMS
from event_schemas.inscriptions import RESERVED_CODE
from pages.commands import commande, reading, see_other
from pages.forms import fields

router = APIRouter(include_in_schema=False)
# What no épreuve can be named is no page either.
Academie = Annotated[str, Path(pattern=r"^[^\x00]*$")]
Code = Annotated[str, Path(pattern=r"^[^\x00]*$")]
_LIEN = "/exigences"


@router.get("/exigences")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """The gestionnaire's académies; the nation for the administrateur."""
    scope = POLICY.scope(acteur, "exigences.lire")
    academies = sorted(acteur.academies) if scope is Scope.ACADEMIE else [NATIONALE]
    async with reading(request) as connection:
        noms, rows = await nomenclature.libelles(connection), await exigences.liste(connection, academies)
        tables = [(one, [_ligne(row, noms) for row in rows if row["pour"] == one]) for one in academies]
        named = [(_portee(one), lignes) for one, lignes in tables]
        return await page(request, connection, acteur, "exigences/exigences.html", tables=named, lot=_lot(request))


def _ligne(row: Any, noms: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "libelle": row["libelle"] or row["code"],
        "missions": row["missions"],
        "origine": _origine(row["academie"]),
        "regle": _regle(row["code"], exigences_reads.exigence_of(row), noms),
    }


def _regle(code: str, held: Exigence, noms: dict[str, str]) -> dict[str, Any]:
    profils = [(nom, [noms.get(code, code) for code in sorted(codes)]) for nom, codes in held.profils.items()]
    numbers = {"lot_copies": held.lot_copies, "correcteurs": held.correcteurs}
    return {"profils": profils, "sans_besoin": code == RESERVED_CODE} | numbers


def _origine(source: str | None) -> tuple[str, str]:
    """Badge of whose rule holds."""
    if source is None:
        return "", "Aucune règle"
    return ("info", "Règle de l’académie") if source != NATIONALE else ("", "Règle nationale")


def _portee(academie: str) -> dict[str, str]:
    """How an académie or the nation is named in an address and in a sentence."""
    if academie == NATIONALE:
        return {"adresse": "nationale", "nom": "Règles nationales"}
    return {"adresse": academie, "nom": f"Académie de {NOMS.get(academie, academie)}"}


def _lot(request: Request) -> int:
    return application(request).settings.lot_copies


async def _visible(connection: Connection, acteur: Acteur, adresse: str, code: str) -> tuple[str, Any]:
    """The académie ('*' for « nationale ») and the épreuve's line; another académie's does not exist.

    Raises Forbidden for who edits no rule at all, ExigenceInconnue.
    """
    POLICY.scope(acteur, "exigences.ecrire")
    academie = NATIONALE if adresse == "nationale" else adresse
    try:
        POLICY.authorise(acteur, "exigences.ecrire", academie=academie)
    except Forbidden:
        raise ExigenceInconnue from None
    rows = await exigences.liste(connection, [academie], code) if academie in {NATIONALE, *NOMS} else []
    if not rows:
        raise ExigenceInconnue
    return academie, rows[0]


@router.get("/exigences/{adresse}/{code}")
async def modifier(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    async with reading(request) as connection:
        academie, _ = await _visible(connection, acteur, adresse, code)
        held = await exigences_reads.tenue(connection, academie, code)
        return await _form(request, connection, acteur, (adresse, code), of_exigence(held.exigence, held.version))


@router.post("/exigences/{adresse}/{code}")
async def enregistrer(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    """« Voir l’effet » writes nothing; « Enregistrer » writes what the effect was shown for, else shows it again."""
    async with fields(request) as form:
        saisie = read_exigence(form)
    refus: Refus | None = None
    effet: Effet | None = None
    if saisie.action != "ajouter":
        try:
            async with commande(request, acteur) as command:
                academie, _ = await _visible(command.connection, acteur, adresse, code)
                wanted = saisie.exigence(await nomenclature.libelles(command.connection))
                numbers = saisie.version, wanted
                effet = await effect(command.connection, academie, code, *numbers, lot=_lot(request))
                if saisie.action == "enregistrer" and saisie.vu == saisie.empreinte(wanted):
                    await change_exigence(command, academie, code, *numbers, saisie.motif)
                    return see_other(f"{_LIEN}?fait=exigence")
                saisie.vu = saisie.empreinte(wanted)
        except (ExigenceRefusee, VersionDepassee) as refused:
            refus = refused
    async with reading(request) as connection:
        return await _form(request, connection, acteur, (adresse, code), saisie, refus, effet)


async def _form(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    where: tuple[str, str],
    saisie: SaisieExigence,
    refus: Refus | None = None,
    effet: Effet | None = None,
) -> Response:
    """A stale form keeps what was typed, and shows what holds meanwhile."""
    stale = isinstance(refus, VersionDepassee)
    return await page(
        request,
        connection,
        acteur,
        "exigences/exigence.html",
        status=_status(refus),
        saisie=saisie,
        effet=effet,
        a_relire=saisie.action == "enregistrer" and effet is not None and refus is None,
        depassee=stale,
        erreurs=_erreurs(refus) if not stale else [],
        **await _regle_de(request, connection, acteur, where),
    )


def _status(refus: Refus | None) -> int:
    if refus is None:
        return 200
    return 409 if isinstance(refus, VersionDepassee) else 422


def _erreurs(refus: Refus | None) -> list[dict[str, str]]:
    if refus is None:
        return []
    return [{"champ": refus.champ, "texte": refus.phrase}]


async def _regle_de(request: Request, connection: Connection, acteur: Acteur, where: tuple[str, str]) -> dict[str, Any]:
    """What every page of one épreuve says: its name, which rule holds and which version."""
    academie, row = await _visible(connection, acteur, *where)
    noms = await nomenclature.libelles(connection)
    return {
        "portee": _portee(academie),
        "code": row["code"],
        "libelle": row["libelle"] or row["code"],
        "missions": row["missions"],
        "origine": _origine(row["academie"]),
        "regle": _regle(row["code"], exigences_reads.exigence_of(row), noms),
        "version": row["version"] or 0,
        "propre": row["academie"] == academie and academie != NATIONALE,
        "disciplines": list(noms.items()),
        "lot": _lot(request),
    }


@router.get("/exigences/{adresse}/{code}/retour")
async def confirmer(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    """What the nation's rule would do, before it holds again."""
    async with reading(request) as connection:
        return await _retour(request, connection, acteur, (adresse, code), SaisieExigence())


@router.post("/exigences/{adresse}/{code}/retour")
async def revenir(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    async with fields(request) as form:
        saisie = read_exigence(form)
    try:
        async with commande(request, acteur) as command:
            academie, _ = await _visible(command.connection, acteur, adresse, code)
            await back_to_national(command, academie, code, saisie.version, saisie.motif)
    except (ExigenceRefusee, VersionDepassee) as refus:
        async with reading(request) as connection:
            return await _retour(request, connection, acteur, (adresse, code), saisie, refus)
    return see_other(f"{_LIEN}?fait=exigence-nationale")


async def _retour(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    where: tuple[str, str],
    saisie: SaisieExigence,
    refus: Refus | None = None,
) -> Response:
    """Only where there is a rule of the académie's own to leave. Raises ExigenceInconnue."""
    regle = await _regle_de(request, connection, acteur, where)
    if not regle["propre"]:
        raise ExigenceInconnue
    nationale = (await exigences_reads.tenue(connection, NATIONALE, where[1])).exigence
    return await page(
        request,
        connection,
        acteur,
        "exigences/exigence_retour.html",
        status=_status(refus),
        saisie=saisie,
        erreurs=_erreurs(refus),
        nationale=_regle(where[1], nationale, await nomenclature.libelles(connection)),
        effet=await effect(connection, *where, regle["version"], nationale, lot=_lot(request)),
        **regle,
    )
