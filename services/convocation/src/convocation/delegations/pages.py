"""« Délégations »: the chef names who may convoquer, numériser or consulter, from day to day, and takes it back."""

import secrets
from typing import Any
from uuid import UUID, uuid5

from fastapi import Request
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from convocation.cadre.ecran import choisir_etablissement, page
from convocation.commun.application import application
from convocation.commun.refus import Refus
from convocation.commun.refusals import errors_of, status_of
from convocation.delegations import sql
from convocation.delegations.access import etablissement_to_delegate_for, may_delegate
from convocation.delegations.commands import delegate, withdraw
from convocation.delegations.domain import fin_d_annee
from convocation.delegations.forms import DROITS, SaisieDelegation
from convocation.delegations.presenters import line, par_deleg_ce
from convocation.delegations.refus import DelegationFinie, DelegationRefusee
from convocation.missions import reads as missions
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields, text

router = Router(include_in_schema=False)
_NAMESPACE = UUID("0a0f9e8c-7d6b-5a49-8837-26150413021f")
_TITRES = {"EN_COURS": "En cours", "A_VENIR": "À venir", "FINIE": "Passées"}


@router.get("/delegations")
async def choisir(request: Request, acteur: ActeurDep) -> Response:
    """The établissement first."""
    may_delegate(acteur)
    return await choisir_etablissement(request, acteur, "Délégations", "/delegations")


@router.get("/delegations/{uai}")
async def voir(request: Request, uai: str, acteur: ActeurDep) -> Response:
    return await _show(request, acteur, uai, SaisieDelegation(), [])


@router.post("/delegations/{uai}")
async def deleguer(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """The same form sent twice is one delegation."""
    async with reading(request, acteur) as connection:
        await etablissement_to_delegate_for(connection, acteur, uai)
    async with fields(request) as form:
        saisie, cle = SaisieDelegation.read(form), text(form, "cle")[:100]
    erreurs = saisie.faults()
    if erreurs:
        return await _show(request, acteur, uai, saisie, erreurs)
    delegation_id = uuid5(_NAMESPACE, f"{acteur.sub}|{uai}|{cle}")
    try:
        async with commande(request, acteur) as command:
            await delegate(command, delegation_id, uai, saisie.body().delegue())
    except DelegationRefusee as refus:
        return await _show(request, acteur, uai, saisie, errors_of(refus))
    securite.tell(request, Evenement.DELEGATION_GIVEN, acteur)
    return see_other(f"/delegations/{uai}?fait=delegation", request)


@router.post("/delegations/{uai}/{delegation_id}/retrait")
async def retirer(request: Request, uai: str, delegation_id: UUID, acteur: ActeurDep) -> Response:
    """At once: whoever acts by it is signed out."""
    try:
        async with commande(request, acteur) as command:
            await withdraw(command, uai, delegation_id)
    except DelegationFinie as refus:
        return await _show(request, acteur, uai, SaisieDelegation(), errors_of(refus), refus)
    securite.tell(request, Evenement.DELEGATION_WITHDRAWN, acteur)
    return see_other(f"/delegations/{uai}?fait=delegation-retiree")


async def _show(
    request: Request,
    acteur: Acteur,
    uai: str,
    saisie: SaisieDelegation,
    erreurs: list[dict[str, str]],
    refus: Refus | None = None,
) -> Response:
    async with reading(request, acteur) as connection:
        academie = await etablissement_to_delegate_for(connection, acteur, uai)
        jour = local_time(academie, application(request).clock()).date()
        lines = [line(one, jour, academie) for one in await sql.of_etablissement(connection, uai)]
        places = await missions.etablissements(connection, [uai])
        context: dict[str, Any] = {
            "uai": uai,
            "etablissement": places[0] if places else None,
            "saisie": saisie,
            "erreurs": erreurs,
            "cle": secrets.token_urlsafe(16),
            "droits": DROITS,
            "jour": jour,
            "au_plus_tard": fin_d_annee(jour),
            "groupes": [(titre, [one for one in lines if one["etat"] == etat]) for etat, titre in _TITRES.items()],
            "deleg_ce": [par_deleg_ce(one, academie) for one in await sql.par_deleg_ce(connection, uai)],
        }
        status = status_of(refus) if refus else 422 if erreurs else 200
        return await page(request, connection, acteur, "delegations/delegations.html", status=status, **context)
