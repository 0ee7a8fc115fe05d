"""« Visualiser », « Modifier », « Supprimer la convocation » (R43–R45)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.avertissements.domain import Avertissement
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import errors_of, status_of
from convocation.convocations import reads
from convocation.convocations.access import allowed, visible_convocation
from convocation.convocations.commands import PassageOutre, cancel_convocation, change_convocation, warnings_of_change
from convocation.convocations.domain import LIBELLES, NatureVersion
from convocation.convocations.forms import Saisies, read_saisies
from convocation.convocations.presenters import line_of, qualite_libelle
from convocation.convocations.reads import LigneConvocation, convocation_of
from convocation.convocations.refus import AvertissementsALire
from convocation.coordonnees import reads as coordonnees
from convocation.demandes import reads as demandes
from convocation.missions import reads as missions
from convocation.missions.domain import CONSEIL_DATE
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields

router = Router(include_in_schema=False)
_ACTES = (
    "convocation.ecrire",
    "remise.ecrire",
    "renvoi.demander",
    "prise-de-connaissance.ecrire",
    "empechement.signaler",
    "empechement.traiter",
)
_NATURES = {
    NatureVersion.CONVOCATION: "Convocation",
    NatureVersion.MODIFICATION: "Modification",
    NatureVersion.ANNULATION: "Annulation",
}


@router.get("/convocations/{convocation_id}")
async def visualiser(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """The convocation as it is, and every version that was told."""
    return await show_convocation(request, acteur, convocation_id)


async def show_convocation(
    request: Request, acteur: Acteur, convocation_id: UUID, refus: Refus | None = None
) -> Response:
    """The page as it is now, also after an act that was refused. Raises ConvocationInconnue."""
    async with reading(request, acteur) as connection:
        row = await visible_convocation(connection, acteur, convocation_id)
        history = [
            {
                "version": one.version,
                "le": local_time(row.academie, one.le),
                "par": one.par_nom,
                "nature": _NATURES[NatureVersion(one.nature)],
                "qualite": qualite_libelle(one),
                "dates": one.dates,
                "observation": one.observation,
                "motif": one.motif,
            }
            for one in await reads.history(connection, convocation_id)
        ]
        return await page(
            request,
            connection,
            acteur,
            "convocations/convocation.html",
            status=status_of(refus),
            une=line_of(row),
            historique=history,
            peut=allowed(acteur, row, _ACTES),
            refus=refus,
            contact=await demandes.contact(connection, row.academie),
            joindre=(await coordonnees.of_etablissements(connection, [row.uai])).get(row.uai),
        )


@router.get("/convocations/{convocation_id}/modifier")
async def modifier(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    async with reading(request, acteur) as connection:
        row = await visible_convocation(connection, acteur, convocation_id, "convocation.ecrire")
        saisies = Saisies(
            qualite="" if row.qualite_par_defaut else row.qualite or "",
            dates=[day.isoformat() for day in row.dates],
            observation=row.observation,
            version=row.version,
        )
        return await _form(request, connection, acteur, row, saisies)


@router.post("/convocations/{convocation_id}/modifier")
async def enregistrer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """A form that was overtaken keeps what was typed and shows what somebody else has written meanwhile."""
    async with fields(request) as form:
        saisies = read_saisies(form)
    refus: Refus | None = None
    if saisies.action == "ajouter-date":
        saisies.dates.append("")
    else:
        try:
            async with commande(request, acteur) as command:
                outre = PassageOutre(frozenset(saisies.lus), saisies.motif)
                done = await change_convocation(command, convocation_id, saisies.version, saisies.saisie(), outre)
        except Refus as refused:
            refus = refused
        else:
            fait = "modifiee" if done.convocation.version > saisies.version else "inchangee"
            return see_other(f"/convocations/{convocation_id}?fait={fait}", request)
    async with reading(request, acteur) as connection:
        row = await visible_convocation(connection, acteur, convocation_id, "convocation.ecrire")
        return await _form(request, connection, acteur, row, saisies, refus)


async def _form(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    row: LigneConvocation,
    saisies: Saisies,
    refus: Refus | None = None,
) -> Response:
    stale, to_read = isinstance(refus, VersionDepassee), isinstance(refus, AvertissementsALire)
    jour = local_time(row.academie, application(request).clock()).date()
    return await page(
        request,
        connection,
        acteur,
        "convocations/modifier.html",
        status=status_of(refus),
        une=line_of(row),
        saisies=saisies,
        depassee=stale,
        a_lire=to_read,
        avertissements=await _warnings(connection, row, saisies, jour) if to_read else [],
        erreurs=[] if to_read else saisies.erreurs(refus),
        qualites=list(LIBELLES.items()),
        conseil=CONSEIL_DATE,
        aujourdhui=jour,
    )


async def _warnings(connection: Connection, row: LigneConvocation, saisies: Saisies, jour: date) -> list[Avertissement]:
    """What there is to read about what was typed."""
    mission = await missions.get(connection, row.mission_id)
    if mission is None:
        return []
    typed = saisies.saisie()
    held = convocation_of(row)
    changed = replace(held, dates=typed.dates, observation=typed.observation)
    return await warnings_of_change(connection, mission, held, changed, jour)


@router.get("/convocations/{convocation_id}/supprimer")
async def confirmer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """Tell what a cancellation does, and ask."""
    async with reading(request, acteur) as connection:
        row = await visible_convocation(connection, acteur, convocation_id, "convocation.ecrire")
        return await _confirm(request, connection, acteur, row, Saisies(version=row.version))


@router.post("/convocations/{convocation_id}/supprimer")
async def supprimer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """The convocation stays in the list as « Annulée » (R45)."""
    async with fields(request) as form:
        saisies = read_saisies(form)
    try:
        async with commande(request, acteur) as command:
            row = await visible_convocation(command.connection, acteur, convocation_id, "convocation.ecrire")
            await cancel_convocation(command, convocation_id, saisies.version, saisies.motif)
    except Refus as refus:
        async with reading(request, acteur) as connection:
            row = await visible_convocation(connection, acteur, convocation_id, "convocation.ecrire")
            return await _confirm(request, connection, acteur, row, saisies, refus)
    return see_other(f"/missions/{row.mission_id}?fait=annulee", request)


async def _confirm(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    row: LigneConvocation,
    saisies: Saisies,
    refus: Refus | None = None,
) -> Response:
    return await page(
        request,
        connection,
        acteur,
        "convocations/supprimer.html",
        status=status_of(refus),
        une=line_of(row),
        saisies=saisies,
        erreurs=errors_of(refus),
    )
