"""« Mes missions » (R57): a person's convocations, what to do for each, « Accéder à SANTORIN »."""

from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from acces.http import ActeurDep, Router
from convocation.cadre.ecran import MES_MISSIONS, page
from convocation.commun.application import application
from convocation.commun.refus import VersionDepassee
from convocation.convocations import reads as views
from convocation.convocations.domain import Qualite
from convocation.convocations.forms import read_saisies
from convocation.convocations.pages import show_convocation
from convocation.convocations.presenters import line_of
from convocation.convocations.reads import LigneConvocation
from convocation.convocations.refus import PlusRienAFaire
from convocation.coordonnees import reads as coordonnees
from convocation.mes_missions.abonnement import abonnement_url
from convocation.mes_missions.access import may_read_own
from convocation.mes_missions.commands import acknowledge_convocation
from convocation.mes_missions.domain import ATTENTES, LIBELLES_USAGES, Moment, adresse, moment, prochaine, usage
from convocation.missions.domain import LIBELLES_VOIE
from convocation.suivi.domain import Acces
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields

router = Router(include_in_schema=False)


@router.get(MES_MISSIONS)
async def mes_missions(request: Request, acteur: ActeurDep) -> Response:
    """What comes first, by date; what is past, then what was cancelled, the latest first."""
    may_read_own(acteur)
    async with reading(request, acteur) as connection:
        found = [_mission(request, row) for row in await views.convocations_of_person(connection, acteur.sub)]
        groups = {which: [one for one in found if one["moment"] is which] for which in Moment}
        return await page(
            request,
            connection,
            acteur,
            "mes_missions/mes_missions.html",
            a_venir=_in_order(groups[Moment.A_VENIR]),
            a_lire=[one for one in _in_order(groups[Moment.A_VENIR]) if not one["lue_le"]],
            joindre=await coordonnees.of_etablissements(connection, sorted({one["lieu"] for one in found})),
            passees=_in_order(groups[Moment.PASSEE])[::-1],
            annulees=_in_order(groups[Moment.ANNULEE])[::-1],
            abonnement=await abonnement_url(request, connection, acteur.sub),
        )


def _in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: one["prochaine"])


@router.get("/mes-convocations")
async def ancienne_adresse(acteur: ActeurDep) -> Response:
    """Where the page was; mails and bookmarks may still lead there."""
    may_read_own(acteur)
    return RedirectResponse(MES_MISSIONS, status_code=308)


@router.post("/convocations/{convocation_id}/prise-de-connaissance")
async def prendre_connaissance(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """One click; superseded or cancelled meanwhile, the page shows what the convocation says now."""
    async with fields(request) as form:
        version = read_saisies(form).version
    try:
        async with commande(request, acteur) as command:
            await acknowledge_convocation(command, convocation_id, version)
    except (VersionDepassee, PlusRienAFaire) as refus:
        return await show_convocation(request, acteur, convocation_id, refus)
    return see_other(f"{MES_MISSIONS}?fait=lue")


def _mission(request: Request, row: LigneConvocation) -> dict[str, Any]:
    """A line, with what one does in SANTORIN, or what is waited for until then."""
    acces = row.suivi.acces
    today = local_time(row.academie, application(request).clock()).date()
    pour = usage(Qualite(row.qualite) if row.qualite else None)
    return line_of(row) | {
        "lieu": row.uai,
        "voie": LIBELLES_VOIE[row.voie],
        "moment": moment(row.dates, today, active=row.active),
        "prochaine": prochaine(row.dates, today),
        "entre": row.active and acces is Acces.ACCEPTEE,
        "usage": LIBELLES_USAGES[pour],
        "santorin": adresse(application(request).settings.santorin_url, pour),
        "attendu": ATTENTES.get(acces, ""),
    }
