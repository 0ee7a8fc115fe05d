"""« Annuaire des intervenants » (R35, R36, R54): the list, and the page of one person. Searches are posted."""

from math import ceil
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.annuaire import reads as intervenants
from convocation.annuaire.access import READ, can_keep, demande_to_answer, may_keep, visible_intervenant
from convocation.annuaire.commands import change_intervenant, create_intervenant, set_actif
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.forms import CIVILITES, Fiche, fautes, fiche_de, lire_fiche
from convocation.annuaire.reads import FiltreAnnuaire, IntervenantListe, liste_intervenants
from convocation.annuaire.refus import IntervenantAbsent, JumelleConnue
from convocation.annuaire.schemas import FicheIn, NouvelleFicheIn
from convocation.cadre.ecran import page
from convocation.commun.access import choose_academie, reach
from convocation.commun.limites import count_read, limit_recherche
from convocation.commun.recherche import cle
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import errors_of, status_of
from convocation.demandes.reads import Demande
from convocation.exigences import reads as exigences
from convocation.nomenclature import reads as nomenclature
from event_schemas.academies import NOMS
from francais.imprimable import illisibles
from pages.commands import commande, reading, see_other
from pages.forms import fields, page_number, text, version_of

router = Router(include_in_schema=False)
_ETATS = {"actifs": True, "inactifs": False}
_TAILLE, _HOMONYMES = 50, 5
Fautes = list[dict[str, str]]


@router.get("/intervenants", dependencies=[Depends(limit_recherche)])
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """Everybody of the académies, active or not."""
    return await _liste(request, acteur, FormData())


@router.post("/intervenants", dependencies=[Depends(limit_recherche)])
async def chercher(request: Request, acteur: ActeurDep) -> Response:
    async with fields(request) as form:
        return await _liste(request, acteur, form)


async def _liste(request: Request, acteur: Acteur, form: FormData) -> Response:
    demande = {name: text(form, name)[:100] for name in ("nom", "uai", "discipline", "etat", "academie")}
    seen = choose_academie(acteur, READ, demande["academie"])
    filtre = FiltreAnnuaire(
        academies=seen.academies,
        nom=demande["nom"],
        uai=demande["uai"].upper() or None,
        discipline=demande["discipline"] or None,
        actif=_ETATS.get(demande["etat"]),
        page=page_number(text(form, "page")),
        taille=_TAILLE,
    )
    async with reading(request, acteur) as connection:
        lignes, rapproche = await liste_intervenants(connection, filtre)
        await count_read(request, acteur, lignes)
        total = lignes[0].total if lignes else 0
        disciplines = await nomenclature.disciplines(connection, "")
        return await page(
            request,
            connection,
            acteur,
            "annuaire/annuaire.html",
            lignes=lignes,
            rapproche=rapproche,
            ecrit=reach(acteur, READ).academies is not None,
            academies=seen.choix,
            demande=demande,
            numero_page=filtre.page,
            total=total,
            pages=ceil(total / _TAILLE),
            libelles={one.code: one.libelle for one in disciplines},
            disciplines=[(one.code, one.libelle) for one in disciplines],
            etats=[("actifs", "En activité"), ("inactifs", "Désactivés")],
        )


@router.get("/intervenants/nouveau")
async def nouvelle(request: Request, acteur: ActeurDep, demande: UUID | None = None) -> Response:
    """An empty form, or one filled from a demande de création."""
    academie = min(acteur.academies, default="")
    may_keep(acteur, academie)
    async with reading(request, acteur) as connection:
        asked = await demande_to_answer(connection, acteur, demande)
        fiche = Fiche(academie=academie)
        if asked:
            fiche = Fiche(nom=asked.nom, prenom=asked.prenom, uai=asked.uai, academie=asked.academie)
        return await _form(request, connection, acteur, fiche, demande=asked)


@router.post("/intervenants/nouveau")
async def creer(request: Request, acteur: ActeurDep, demande: UUID | None = None) -> Response:
    """Create the person; the demande of the address is answered in the same transaction."""
    async with fields(request) as form:
        fiche = lire_fiche(form)
    may_keep(acteur, fiche.academie)
    corps = fiche.corps() | {"numero": fiche.numero}
    erreurs = [] if fiche.action == "ajouter" else fautes(NouvelleFicheIn, corps)
    refus: Refus | None = None
    if fiche.action != "ajouter" and not erreurs:
        person = NouvelleFicheIn.model_validate(corps).personne(fiche.numero, fiche.academie)
        try:
            async with commande(request, acteur) as command:
                await create_intervenant(command, person, demande, autre_que=fiche.jumelle)
                made = (await intervenants.get(command.connection, [person.numero]))[person.numero]
        except Refus as refused:
            refus = refused
        else:
            made_at = "/demandes?fait=demande-creee" if demande else f"{_address(made)}?fait=personne-creee"
            return see_other(made_at, request)
    async with reading(request, acteur) as connection:
        asked = await demande_to_answer(connection, acteur, demande, answered=True)
        return await _form(request, connection, acteur, fiche, erreurs, refus, demande=asked)


@router.get("/intervenants/{intervenant_id}")
async def voir(request: Request, intervenant_id: UUID, acteur: ActeurDep) -> Response:
    async with reading(request, acteur) as connection:
        person = await visible_intervenant(connection, acteur, intervenant_id)
        return await _form(request, connection, acteur, fiche_de(person), connue=person)


@router.post("/intervenants/{intervenant_id}")
async def enregistrer(request: Request, intervenant_id: UUID, acteur: ActeurDep) -> Response:
    """A form that was overtaken keeps what was typed and shows what somebody else wrote meanwhile."""
    async with fields(request) as form:
        fiche = lire_fiche(form)
    erreurs = [] if fiche.action == "ajouter" else fautes(FicheIn, fiche.corps())
    refus: Refus | None = None
    async with reading(request, acteur) as connection:
        held = await visible_intervenant(connection, acteur, intervenant_id)
        may_keep(acteur, held.academie)
    fiche.numero, fiche.academie = held.numero, held.academie
    if fiche.action != "ajouter" and not erreurs:
        person = FicheIn.model_validate(fiche.corps()).personne(held.numero, held.academie)
        try:
            async with commande(request, acteur) as command:
                await change_intervenant(command, person, fiche.version, autre_que=fiche.jumelle)
        except Refus as refused:
            refus = refused
        else:
            return see_other(f"{_address(held)}?fait=personne-modifiee", request)
    async with reading(request, acteur) as connection:
        held = await visible_intervenant(connection, acteur, intervenant_id)
        return await _form(request, connection, acteur, fiche, erreurs, refus, connue=held)


@router.get("/intervenants/{intervenant_id}/activite")
async def confirmer(request: Request, intervenant_id: UUID, acteur: ActeurDep) -> Response:
    """Say what will change, and ask."""
    return await _activite(request, acteur, intervenant_id)


@router.post("/intervenants/{intervenant_id}/activite")
async def activer(request: Request, intervenant_id: UUID, acteur: ActeurDep) -> Response:
    """Deactivate or reactivate, with the reason."""
    async with fields(request) as form:
        version, motif, actif = version_of(form), text(form, "motif"), text(form, "action") == "reactiver"
    try:
        async with commande(request, acteur) as command:
            person = await visible_intervenant(command.connection, acteur, intervenant_id)
            await set_actif(command, person.numero, version, actif=actif, motif=motif)
    except IntervenantAbsent:
        raise
    except Refus as refus:
        return await _activite(request, acteur, intervenant_id, motif, refus)
    return see_other(f"{_address(person)}?fait=personne-{'reactivee' if actif else 'desactivee'}", request)


async def _activite(
    request: Request, acteur: Acteur, intervenant_id: UUID, motif: str = "", refus: Refus | None = None
) -> Response:
    async with reading(request, acteur) as connection:
        person = await visible_intervenant(connection, acteur, intervenant_id)
        may_keep(acteur, person.academie)
        actives = await intervenants.convocations_actives(connection, [person.numero])
        return await page(
            request,
            connection,
            acteur,
            "annuaire/intervenant_activite.html",
            status=_status(refus, []),
            une=person,
            actives=actives.get(person.numero, 0),
            motif=motif,
            erreurs=errors_of(refus),
        )


async def _form(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    fiche: Fiche,
    erreurs: Fautes | None = None,
    refus: Refus | None = None,
    *,
    connue: Intervenant | None = None,
    demande: Demande | None = None,
) -> Response:
    """`connue`: the person as she is recorded; None for a new one."""
    told = (erreurs or []) + errors_of(refus)
    libelles = await nomenclature.libelles(connection)
    return await page(
        request,
        connection,
        acteur,
        "annuaire/intervenant.html",
        status=_status(refus, told),
        fiche=fiche,
        connue=connue,
        illisibles=illisibles(f"{connue.prenom} {connue.nom}") if connue else [],
        demande=demande,
        jumelle=await _jumelle(connection, refus),
        homonymes=await _homonymes(connection, demande) if demande else [],
        erreurs=told,
        depassee=isinstance(refus, VersionDepassee),
        ajoutee=fiche.action == "ajouter",
        ecrit=can_keep(acteur, fiche.academie or None),
        academies=[(one, NOMS.get(one, one)) for one in sorted(acteur.academies)],
        civilites=CIVILITES,
        libelles=libelles,
        disciplines=_cases(libelles, fiche.disciplines),
        profils=_cases({one: one for one in await exigences.profils(connection, fiche.academie)}, fiche.profils),
    )


async def _jumelle(connection: Connection, refus: Refus | None) -> Intervenant | None:
    """Who the new person may be."""
    if not isinstance(refus, JumelleConnue):
        return None
    return (await intervenants.get(connection, refus.numeros)).get(refus.numeros[0])


async def _homonymes(connection: Connection, demande: Demande) -> list[IntervenantListe]:
    """Whom the demande may mean among the people of the académie, active or not."""
    nom = f"{demande.nom} {demande.prenom}"
    filtre = FiltreAnnuaire(academies=[demande.academie], nom=nom, taille=_HOMONYMES)
    found, _ = await liste_intervenants(connection, filtre)
    return found


def _cases(libelles: dict[str, str], cochees: list[str]) -> list[dict[str, Any]]:
    """Boxes sorted by label; a ticked one stays even where the list no longer has it."""
    every = libelles | {one: libelles.get(one, one) for one in cochees}
    by_label = sorted(every.items(), key=lambda one: cle(one[1]))
    return [{"valeur": value, "libelle": label, "cochee": value in cochees} for value, label in by_label]


def _status(refus: Refus | None, erreurs: Fautes) -> int:
    return 422 if erreurs and refus is None else status_of(refus)


def _address(person: Intervenant) -> str:
    return f"/intervenants/{person.id}"
