"""« Avis à l'établissement »: when it is told by mail, at which address, and what it was told for thirty days."""

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.avis import reads, sql
from convocation.avis.access import etablissement_to_settle
from convocation.avis.commands import settle
from convocation.avis.domain import Rythme
from convocation.avis.presenters import line
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.missions import reads as missions
from pages.commands import commande, reading, see_other
from pages.forms import fields, text

router = Router(include_in_schema=False)
_SHOWN = 200


@router.get("/avis/{uai}")
async def voir(request: Request, uai: str, acteur: ActeurDep) -> Response:
    return await _show(request, acteur, uai)


@router.post("/avis/{uai}")
async def regler(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """A rhythm that there is not is asked for again."""
    async with fields(request) as form:
        typed = text(form, "rythme")
    if typed not in set(Rythme):
        return await _show(
            request, acteur, uai, [{"champ": "rythme", "texte": "Choisissez quand prévenir l’établissement."}]
        )
    async with commande(request, acteur) as command:
        await settle(command, uai, Rythme(typed))
    return see_other(f"/avis/{uai}?fait=avis")


async def _show(request: Request, acteur: Acteur, uai: str, erreurs: list[dict[str, str]] | None = None) -> Response:
    state = application(request)
    async with reading(request, acteur) as connection:
        await etablissement_to_settle(connection, acteur, uai)
        found = await sql.recent(connection, uai, state.clock(), _SHOWN + 1)
        heure = state.settings.avis_hour
        rythmes = [
            (Rythme.AUSSITOT.value, "Aussitôt"),
            (Rythme.QUOTIDIEN.value, f"Une fois par jour, à {heure}\u00a0h"),
            (Rythme.JAMAIS.value, "Jamais"),
        ]
        return await page(
            request,
            connection,
            acteur,
            "avis/avis.html",
            status=422 if erreurs else 200,
            uai=uai,
            etablissement=(await missions.etablissements(connection, [uai]))[0],
            courriel=await reads.courriel(connection, uai),
            rythme=await reads.rythme(connection, uai) or Rythme.QUOTIDIEN.value,
            rythmes=rythmes,
            lignes=[line(row) for row in found[:_SHOWN]],
            plus=len(found) > _SHOWN,
            erreurs=erreurs or [],
        )
