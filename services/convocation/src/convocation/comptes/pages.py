"""« Comptes et droits » (R54, R55): who has what since when, given and withdrawn at once. Searches are posted."""

import secrets
from datetime import date
from math import ceil
from uuid import UUID, uuid5

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from chassis.database import Connection
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Kind, Refus
from convocation.commun.refusals import errors_of, status_of
from convocation.comptes import presenters, reads
from convocation.comptes.access import may_manage
from convocation.comptes.commands import Beneficiaire, give, set_actif, withdraw
from convocation.comptes.forms import ACADEMIES, ROLES, SaisieDroit
from convocation.comptes.reads import Compte, FiltreComptes
from convocation.comptes.refus import AttributionInconnue, CompteInconnu
from convocation.delegations import reads as delegations
from convocation.delegations.presenters import line
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields, page_number, text

router = Router(include_in_schema=False)
_NAMESPACE = UUID("8e2b6f34-1f0d-5c77-b2a9-4d3c2b1a0f9e")
_TAILLE = 50
Fautes = list[dict[str, str]]


@router.get("/comptes")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """Who has a right of the rectorat."""
    return await _liste(request, acteur, FormData())


@router.post("/comptes")
async def chercher(request: Request, acteur: ActeurDep) -> Response:
    """Everybody who ever signed in, by words of name or address."""
    may_manage(acteur)
    async with fields(request) as form:
        return await _liste(request, acteur, form)


async def _liste(request: Request, acteur: Acteur, form: FormData) -> Response:
    may_manage(acteur)
    jour, texte, number = _jour(request), text(form, "nom")[:100], page_number(text(form, "page"))
    async with reading(request, acteur) as connection:
        people = await reads.personnes(connection, FiltreComptes(texte, jour, number, _TAILLE))
        comptes, courriels = [one.compte for one in people if one.compte], [one.courriel for one in people]
        rights = await reads.attributions(connection, comptes, courriels, jour)
        total = people[0].total if people else 0
        return await page(
            request,
            connection,
            acteur,
            "comptes/comptes.html",
            lignes=presenters.lines(people, rights, jour),
            nom=texte,
            total=total,
            numero_page=number,
            pages=ceil(total / _TAILLE),
        )


@router.get("/comptes/attribution")
async def nouveau_droit(request: Request, acteur: ActeurDep, compte: UUID | None = None) -> Response:
    """The form for an account, or for an address that is not known yet."""
    may_manage(acteur)
    async with reading(request, acteur) as connection:
        known = await _known(connection, compte)
        return await _form(request, connection, acteur, SaisieDroit(), known)


@router.post("/comptes/attribution")
async def donner(request: Request, acteur: ActeurDep, compte: UUID | None = None) -> Response:
    """The same form sent twice is one right."""
    may_manage(acteur)
    async with fields(request) as form:
        saisie, cle = SaisieDroit.read(form), text(form, "cle")[:100]
    async with reading(request, acteur) as connection:
        known = await _known(connection, compte)
    erreurs, refus = saisie.faults(known=known is not None), None
    if not erreurs:
        qui = Beneficiaire(known.nom, known.courriel, known.compte) if known else saisie.personne().beneficiaire()
        try:
            async with commande(request, acteur) as command:
                attribution_id = uuid5(_NAMESPACE, f"{acteur.sub}|{cle}")
                await give(command, attribution_id, qui, saisie.droit().droit(), saisie.motif)
        except Refus as refused:
            refus = refused
        else:
            securite.tell(request, Evenement.RIGHT_GIVEN, acteur)
            return see_other(f"{_address(known)}?fait=droit-donne", request)
    async with reading(request, acteur) as connection:
        return await _form(request, connection, acteur, saisie, known, erreurs, refus)


async def _known(connection: Connection, compte: UUID | None) -> Compte | None:
    """The account of an address. Raises CompteInconnu."""
    if compte is None:
        return None
    row = await reads.compte(connection, str(compte))
    if row is None:
        raise CompteInconnu
    return row


async def _form(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    saisie: SaisieDroit,
    known: Compte | None,
    erreurs: Fautes | None = None,
    refus: Refus | None = None,
) -> Response:
    ticked = [{"valeur": code, "libelle": nom, "cochee": code in saisie.academies} for code, nom in ACADEMIES]
    return await page(
        request,
        connection,
        acteur,
        "comptes/attribution.html",
        status=422 if erreurs else status_of(refus),
        saisie=saisie,
        connu=known,
        retour=_address(known),
        erreurs=erreurs or errors_of(refus),
        roles=ROLES,
        academies=ticked,
        jour=_jour(request),
        cle=secrets.token_urlsafe(16),
    )


@router.get("/comptes/{compte}")
async def voir(request: Request, compte: UUID, acteur: ActeurDep) -> Response:
    """One account: what it has and had, from here, from the ministry, from chefs."""
    may_manage(acteur)
    jour = _jour(request)
    async with reading(request, acteur) as connection:
        row = await _known(connection, compte)
        assert row is not None
        rights = [presenters.right(one, jour) for one in await reads.attributions(connection, [row.compte], [], None)]
        delegated = [
            line(one, jour, "*") | {"uai": one.uai} for one in await delegations.of_compte(connection, row.compte)
        ]
        return await page(
            request,
            connection,
            acteur,
            "comptes/compte.html",
            une=presenters.compte(row),
            droits=rights,
            delegations=delegated,
            soi=row.compte == acteur.sub,
        )


@router.get("/comptes/attributions/{attribution_id}/retrait")
async def confirmer_retrait(request: Request, attribution_id: UUID, acteur: ActeurDep) -> Response:
    """Say what will change, and ask."""
    return await _retrait(request, acteur, attribution_id)


@router.post("/comptes/attributions/{attribution_id}/retrait")
async def retirer(request: Request, attribution_id: UUID, acteur: ActeurDep) -> Response:
    """At once, with the reason."""
    may_manage(acteur)
    async with fields(request) as form:
        motif = text(form, "motif")[:1_000]
    try:
        async with commande(request, acteur) as command:
            await withdraw(command, attribution_id, motif)
    except Refus as refus:
        return await _retrait(request, acteur, attribution_id, motif, refus)
    securite.tell(request, Evenement.RIGHT_WITHDRAWN, acteur)
    return see_other("/comptes?fait=droit-retire", request)


async def _retrait(
    request: Request, acteur: Acteur, attribution_id: UUID, motif: str = "", refus: Refus | None = None
) -> Response:
    may_manage(acteur)
    async with reading(request, acteur) as connection:
        row = await reads.attribution(connection, attribution_id)
        if row is None:
            raise AttributionInconnue
        template, une = "comptes/retrait.html", presenters.right(row, _jour(request))
        context = {"une": une | row.only("nom", "courriel"), "motif": motif, "erreurs": errors_of(refus)}
        return await page(request, connection, acteur, template, status=status_of(refus), **context)


@router.get("/comptes/{compte}/activite")
async def confirmer_activite(request: Request, compte: UUID, acteur: ActeurDep) -> Response:
    """Say what will change, and ask."""
    return await _activite(request, acteur, compte)


@router.post("/comptes/{compte}/activite")
async def activer(request: Request, compte: UUID, acteur: ActeurDep) -> Response:
    """Deactivate or reactivate, with the reason."""
    may_manage(acteur)
    async with fields(request) as form:
        motif, actif = text(form, "motif")[:1_000], text(form, "action") == "reactiver"
    try:
        async with commande(request, acteur) as command:
            await set_actif(command, str(compte), actif=actif, motif=motif)
    except Refus as refus:
        if refus.kind is Kind.ABSENT:
            raise
        return await _activite(request, acteur, compte, motif, refus)
    event = Evenement.ACCOUNT_REACTIVATED if actif else Evenement.ACCOUNT_DEACTIVATED
    securite.tell(request, event, acteur, account=str(compte))
    return see_other(f"/comptes/{compte}?fait=compte-{'reactive' if actif else 'desactive'}", request)


async def _activite(
    request: Request, acteur: Acteur, compte: UUID, motif: str = "", refus: Refus | None = None
) -> Response:
    may_manage(acteur)
    async with reading(request, acteur) as connection:
        row = await _known(connection, compte)
        assert row is not None
        context = {"une": presenters.compte(row), "motif": motif, "erreurs": errors_of(refus)}
        template = "comptes/activite.html"
        return await page(request, connection, acteur, template, status=status_of(refus), **context)


def _address(known: Compte | None) -> str:
    return f"/comptes/{known.compte}" if known else "/comptes"


def _jour(request: Request) -> date:
    return local_time("*", application(request).clock()).date()
