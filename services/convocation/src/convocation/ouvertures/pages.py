"""« Ouverture du service » (R12): what holds now, and the form by which the administrateur decides."""

from collections.abc import Mapping
from dataclasses import asdict
from math import ceil
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Refus
from convocation.commun.refusals import errors_of, status_of
from convocation.missions import reads as missions
from convocation.ouvertures import presenters, reads, sql
from convocation.ouvertures.access import may_decide
from convocation.ouvertures.commands import close_nation, open_service
from convocation.ouvertures.domain import NATIONALE, Cible, Decision, PorteeOuverture
from convocation.ouvertures.forms import (
    DECISIONS,
    LISTE,
    POUR,
    SaisieOuverture,
    faults_of_uais,
    instant_saisi,
    read_uais,
)
from convocation.ouvertures.refus import FermetureARelire, OuvertureRefusee
from event_schemas.academies import NOMS
from pages.commands import commande, reading, see_other
from pages.forms import fields

router = Router(include_in_schema=False)
_TAILLE, _MAX_FAUTES = 50, 20
_ETATS = {
    "OUVERT": ("success", "Ouvert"),
    "A_VENIR": ("info", "Ouvrira"),
    "TERMINE": ("warning", "Terminé"),
    "FERME": ("", "Fermé"),
}
# The fields of the API that the form has under another name.
_CHAMPS = {"code": "pour", "ouverte": "decision"}


@router.get("/ouvertures")
async def voir(request: Request, acteur: ActeurDep) -> Response:
    """What holds in a session, the latest one unless `session` says another."""
    return await _show(request, acteur, SaisieOuverture(session=request.query_params.get("session", "")), [])


@router.post("/ouvertures")
async def decider(request: Request, acteur: ActeurDep) -> Response:
    """The same decision for all that are named, or for none."""
    may_decide(acteur)
    async with fields(request) as form:
        saisie = SaisieOuverture.read(form)
    erreurs = await _decide(request, acteur, saisie)
    if not erreurs and saisie.ferme_la_nation:
        return await _close(request, acteur, saisie)
    if erreurs:
        return await _show(request, acteur, saisie, erreurs)
    return see_other(f"/ouvertures?{urlencode({'session': saisie.session, 'fait': 'ouverture'})}", request)


async def _decide(request: Request, acteur: Acteur, saisie: SaisieOuverture) -> list[dict[str, str]]:
    """Take the decision, or say what is wrong with it."""
    try:
        async with commande(request, acteur) as command:
            erreurs = saisie.faults(await missions.a_ouvrir(command.connection, command.now))
            if not erreurs:
                places, erreurs = await _places(command.connection, saisie)
            if not erreurs and not saisie.ferme_la_nation:
                decisions = {cible: _decision(saisie, academie) for cible, academie in places.items()}
                await open_service(command, saisie.session, decisions, saisie.motif)
    except OuvertureRefusee as refus:
        return [{"champ": _CHAMPS.get(refus.champ, refus.champ), "texte": refus.phrase}]
    return erreurs


async def _close(request: Request, acteur: Acteur, saisie: SaisieOuverture) -> Response:
    """What is under way, read before the nation's service is closed; once it was read, the closing."""
    refus: Refus | None = None
    if saisie.en_cours is not None:
        try:
            async with commande(request, acteur) as command:
                await close_nation(command, saisie.session, saisie.motif, saisie.en_cours, aussi=bool(saisie.aussi))
        except FermetureARelire as refused:
            refus = refused
        else:
            return see_other(f"/ouvertures?{urlencode({'session': saisie.session, 'fait': 'ouverture'})}", request)
    async with reading(request, acteur) as connection:
        found = await reads.en_cours(connection, saisie.session, application(request).clock())
        return await page(
            request,
            connection,
            acteur,
            "ouvertures/fermer.html",
            status=status_of(refus),
            saisie=asdict(saisie),
            vus=" ".join(map(str, found)),
            en_cours=presenters.phrases(found),
            restent=found.restent,
            erreurs=errors_of(refus),
        )


async def _places(connection: Connection, saisie: SaisieOuverture) -> tuple[Mapping[Cible, str], list[dict[str, str]]]:
    """What the decision is about, each with the académie whose clocks count, and the faults of the list by line.

    Raises OuvertureRefusee for a list that is empty or too long.
    """
    if saisie.pour == NATIONALE.code:
        return {NATIONALE: NATIONALE.code}, []
    if saisie.pour != LISTE:
        return {Cible(PorteeOuverture.ACADEMIE, saisie.pour): saisie.pour}, []
    lines = read_uais(saisie.uais)
    connus = await missions.academies(connection, sorted(set(lines.values())))
    found = [{"champ": "uais", "texte": texte} for texte in faults_of_uais(lines, connus)]
    if len(found) > _MAX_FAUTES:
        more = f"Et {len(found) - _MAX_FAUTES} autres lignes à corriger."
        found = [*found[:_MAX_FAUTES], {"champ": "uais", "texte": more}]
    return {Cible(PorteeOuverture.ETABLISSEMENT, uai): academie for uai, academie in connus.items()}, found


def _decision(saisie: SaisieOuverture, academie: str) -> Decision | None:
    """In the académie's local time, Paris's for all académies. Raises OuvertureRefusee."""
    if saisie.decision == "retirer":
        return None
    typed = ("debut", saisie.debut), ("fin", saisie.fin)
    debut, fin = (instant_saisi(value, academie, name) for name, value in typed)
    return Decision(saisie.decision == "ouvrir", debut, fin)


async def _show(request: Request, acteur: Acteur, saisie: SaisieOuverture, erreurs: list[dict[str, str]]) -> Response:
    may_decide(acteur)
    now, asked = application(request).clock(), request.query_params.get("page", "")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
    async with reading(request, acteur) as connection:
        sessions = await missions.a_ouvrir(connection, now)
        session = saisie.session if saisie.session in sessions else next(iter(sessions), "")
        decisions = await sql.general(connection, session)
        exceptions = await sql.exceptions(connection, session, taille=_TAILLE, page=number)
        context: dict[str, Any] = {
            "saisie": asdict(saisie) | {"session": session},
            "erreurs": erreurs,
            "sessions": [(one, one) for one in sessions],
            "pour": POUR,
            "decisions": DECISIONS,
            "etats": _ETATS,
            "noms": NOMS,
            "nationale": presenters.nationale(decisions, now),
            "academies": presenters.par_academie(decisions, await sql.academies(connection, session, now), now),
            "exceptions": [presenters.exception(row, now) for row in exceptions],
            "page": number,
            "pages": ceil(exceptions[0].total / _TAILLE) if exceptions else 1,
            "vers": lambda n: f"?{urlencode({'session': session, 'page': n})}",
        }
        return await page(
            request, connection, acteur, "ouvertures/ouvertures.html", status=422 if erreurs else 200, **context
        )
