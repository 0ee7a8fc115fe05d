"""« Demandes de création » (R36): the établissement asks, and sees where its request stands."""

import secrets
from uuid import UUID, uuid5

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.acteur import Acteur
from chassis.http import ActeurDep
from convocation.persistence import demandes, missions, views
from convocation.policy import POLICY
from convocation.use_cases.ask_intervenant import ask_intervenant
from convocation.web.commands import commande, reading
from convocation.web.pages.ecran import page, see_other
from convocation.web.pages.saisie import fields, text

router = APIRouter(include_in_schema=False)
_NAMESPACE = UUID("2f0c8a52-9b0e-5c0d-8d8e-6d6c1f2e7a10")
_CHAMPS = {"nom": 100, "prenom": 100, "precisions": 500}
_ETATS = {
    "OUVERTE": ("info", "En attente du gestionnaire"),
    "TRAITEE": ("success", "Personne créée"),
    "REFUSEE": ("error", "Refusée"),
}


@router.get("/demandes")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    return await _page(request, acteur, dict.fromkeys(_CHAMPS, ""), [])


@router.post("/demandes")
async def demander(request: Request, acteur: ActeurDep) -> Response:
    """The same form sent twice is one request."""
    async with fields(request) as form:
        typed = {name: text(form, name)[:length] for name, length in _CHAMPS.items()}
        uai, cle = text(form, "uai"), text(form, "cle")
    missing = [name for name in ("nom", "prenom") if not typed[name]]
    if missing:
        phrases = {"nom": "Renseignez le nom de la personne.", "prenom": "Renseignez le prénom de la personne."}
        return await _page(request, acteur, typed, [{"champ": name, "texte": phrases[name]} for name in missing])
    demande_id = uuid5(_NAMESPACE, f"{acteur.sub}|{uai}|{cle}")
    async with commande(request, acteur) as command:
        await ask_intervenant(command, demande_id, uai, (typed["nom"], typed["prenom"], typed["precisions"]))
    return see_other("/demandes?fait=demande")


async def _page(request: Request, acteur: Acteur, typed: dict[str, str], erreurs: list[dict[str, str]]) -> Response:
    POLICY.scope(acteur, "demande.ecrire")
    uais = sorted(acteur.uais)
    async with reading(request) as connection:
        academie = await missions.academie(connection, uais[0]) if uais else None
        return await page(
            request,
            connection,
            acteur,
            "demandes.html",
            status=422 if erreurs else 200,
            typed=typed,
            erreurs=erreurs,
            cle=secrets.token_urlsafe(16),
            uais=uais,
            choix_uais=[(one, one) for one in uais],
            places=await views.etablissements(connection, uais),
            contact=await demandes.contact(connection, academie) if academie else None,
            lignes=await demandes.of_etablissements(connection, uais),
            etats=_ETATS,
        )
