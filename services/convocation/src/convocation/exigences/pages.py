"""« Profils et besoins » (R47): what each épreuve asks for; its effect on open missions is seen before it is saved."""

from typing import Annotated, Any

from fastapi import Path, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Refus, TexteTropLong, VersionDepassee
from convocation.commun.refusals import errors_of, status_of
from convocation.exigences import presenters, reads, sql
from convocation.exigences.access import academies_of, changeable
from convocation.exigences.commands import Effet, back_to_national, change_exigence, effect
from convocation.exigences.domain import NATIONALE
from convocation.exigences.forms import SaisieExigence, of_exigence, read_exigence
from convocation.exigences.presenters import academie_of
from convocation.exigences.refus import ExigenceInconnue, ExigenceRefusee
from convocation.nomenclature import reads as nomenclature
from pages.commands import commande, reading, see_other
from pages.forms import fields

router = Router(include_in_schema=False)
# NUL cannot be sent to PostgreSQL: refused in the path.
Academie = Annotated[str, Path(pattern=r"^[^\x00]*$")]
Code = Annotated[str, Path(pattern=r"^[^\x00]*$")]
_LIEN = "/exigences"


@router.get("/exigences")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """The gestionnaire's académies; the nation for the administrateur."""
    academies = academies_of(acteur)
    async with reading(request, acteur) as connection:
        noms, rows = await nomenclature.libelles(connection), await sql.liste(connection, academies)
        tables = [
            (presenters.portee(one), [presenters.ligne(row, noms) for row in rows if row.pour == one])
            for one in academies
        ]
        return await page(request, connection, acteur, "exigences/exigences.html", tables=tables, lot=_lot(request))


def _lot(request: Request) -> int:
    return application(request).settings.lot_copies


@router.get("/exigences/{adresse}/{code}")
async def modifier(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    async with reading(request, acteur) as connection:
        await changeable(connection, acteur, academie_of(adresse), code)
        held = await reads.in_force(connection, academie_of(adresse), code)
        return await _form(request, connection, acteur, (adresse, code), of_exigence(held.exigence, held.version))


@router.post("/exigences/{adresse}/{code}")
async def enregistrer(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    """« Voir l’effet » writes nothing; « Enregistrer » writes what the effect was shown for, else shows it again."""
    async with fields(request) as form:
        saisie = read_exigence(form)
    academie = academie_of(adresse)
    refus: Refus | None = None
    effet: Effet | None = None
    if saisie.action != "ajouter":
        try:
            async with commande(request, acteur) as command:
                await changeable(command.connection, acteur, academie, code)
                wanted = saisie.exigence(await nomenclature.libelles(command.connection))
                effet = await effect(
                    command.connection, acteur, academie, code, saisie.version, wanted, lot=_lot(request)
                )
                if saisie.action == "enregistrer" and saisie.vu == saisie.empreinte(wanted):
                    await change_exigence(command, academie, code, saisie.version, wanted, saisie.motif)
                    return see_other(f"{_LIEN}?fait=exigence", request)
                saisie.vu = saisie.empreinte(wanted)
        except (ExigenceRefusee, TexteTropLong, VersionDepassee) as refused:
            refus = refused
    async with reading(request, acteur) as connection:
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
        status=status_of(refus),
        saisie=saisie,
        effet=effet,
        a_relire=saisie.action == "enregistrer" and effet is not None and refus is None,
        depassee=stale,
        erreurs=errors_of(refus) if not stale else [],
        **await _regle_de(request, connection, acteur, where),
    )


async def _regle_de(request: Request, connection: Connection, acteur: Acteur, where: tuple[str, str]) -> dict[str, Any]:
    """What every page of one épreuve says: its name, which rule holds and which version."""
    academie = academie_of(where[0])
    row = await changeable(connection, acteur, academie, where[1])
    noms = await nomenclature.libelles(connection)
    return {
        "portee": presenters.portee(academie),
        "code": row.code,
        "libelle": row.libelle or row.code,
        "missions": row.missions,
        "origine": presenters.origine(row.academie),
        "regle": presenters.regle(row.exigence, noms),
        "version": row.version or 0,
        "propre": row.academie == academie and academie != NATIONALE,
        "disciplines": list(noms.items()),
        "lot": _lot(request),
    }


@router.get("/exigences/{adresse}/{code}/retour")
async def confirmer(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    """What the nation's rule would do, before it holds again."""
    async with reading(request, acteur) as connection:
        return await _retour(request, connection, acteur, (adresse, code), SaisieExigence())


@router.post("/exigences/{adresse}/{code}/retour")
async def revenir(request: Request, adresse: Academie, code: Code, acteur: ActeurDep) -> Response:
    async with fields(request) as form:
        saisie = read_exigence(form)
    try:
        async with commande(request, acteur) as command:
            await back_to_national(command, academie_of(adresse), code, saisie.version, saisie.motif)
    except (ExigenceRefusee, TexteTropLong, VersionDepassee) as refus:
        async with reading(request, acteur) as connection:
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
    nationale = await reads.rule_in_force(connection, NATIONALE, where[1])
    return await page(
        request,
        connection,
        acteur,
        "exigences/exigence_retour.html",
        status=status_of(refus),
        saisie=saisie,
        erreurs=errors_of(refus),
        nationale=presenters.regle(nationale, await nomenclature.libelles(connection)),
        effet=await effect(connection, acteur, *where, regle["version"], nationale, lot=_lot(request)),
        **regle,
    )
