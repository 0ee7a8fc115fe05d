"""« Détails de l'affectation » (R27–R41): one form, with or without script; searching and convoking are its buttons.

Everything is posted, so that no URL holds names or numbers of people.
"""

import secrets
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.affectation.presenters import ChoixDesPersonnes, people_to_tick, shortcuts
from convocation.cadre.ecran import page
from convocation.commun import idempotence
from convocation.commun.application import application
from convocation.commun.limites import count_read, limit_recherche
from convocation.commun.refus import Refus
from convocation.commun.refusals import status_of
from convocation.convocations.access import mission_to_fill
from convocation.convocations.commands import PassageOutre, create_convocations, examine_with, known
from convocation.convocations.domain import LIBELLES
from convocation.convocations.examen import APourvoir, Connu, sur_la_mission
from convocation.convocations.forms import Saisies, read_saisies
from convocation.convocations.refus import AvertissementsALire
from convocation.demandes import reads as demandes
from convocation.missions.domain import CONSEIL_DATE, LIBELLES_TYPE, Mission, MissionType, intitule
from convocation.nomenclature import reads as nomenclature
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.domain import est_ouvert
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields

router = Router(include_in_schema=False)


@router.get("/missions/{mission_id}/affectation")
async def ouvrir(request: Request, mission_id: UUID, acteur: ActeurDep) -> Response:
    """The empty form (R27)."""
    async with reading(request, acteur) as connection:
        place = await mission_to_fill(connection, acteur, mission_id)
        return await _show(request, connection, acteur, place, Saisies(cle=secrets.token_urlsafe(16)))


@router.post("/missions/{mission_id}/affectation", dependencies=[Depends(limit_recherche)])
async def remplir(request: Request, mission_id: UUID, acteur: ActeurDep) -> Response:
    """« Convoquer », or one of the searches on the way there."""
    saisies = await _read(request)
    if saisies.action == "convoquer":
        return await _convoquer(request, acteur, mission_id, saisies)
    async with reading(request, acteur) as connection:
        place = await mission_to_fill(connection, acteur, mission_id)
        return await _show(request, connection, acteur, place, saisies)


async def _read(request: Request) -> Saisies:
    async with fields(request) as form:
        saisies = read_saisies(form)
    if saisies.action == "ajouter-date":
        saisies.dates.append("")
    return saisies


async def _convoquer(request: Request, acteur: Acteur, mission_id: UUID, saisies: Saisies) -> Response:
    done = f"/missions/{mission_id}?fait="
    try:
        saisie = saisies.saisie()
        async with commande(request, acteur) as command:
            typed = [str(mission_id), saisies.numeros, saisies.qualite, saisies.dates, saisies.observation]
            typed += [saisies.coordinateur] if saisies.coordinateur else []
            if not await idempotence.first_time(command.connection, acteur, saisies.cle, typed, command.now):
                return see_other(f"{done}deja-enregistree", request)
            outre = PassageOutre(frozenset(saisies.lus), saisies.motif)
            await create_convocations(command, mission_id, saisies.numeros, saisie, outre)
    except Refus as refus:
        async with reading(request, acteur) as connection:
            place = await mission_to_fill(connection, acteur, mission_id)
            return await _show(request, connection, acteur, place, saisies, refus)
    return see_other(f"{done}convoquees&n={len(saisies.numeros)}", request)


async def _show(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    place: APourvoir,
    saisies: Saisies,
    refus: Refus | None = None,
) -> Response:
    mission, connu = place.mission, await _connu(request, connection, place)
    disciplines = await nomenclature.disciplines(connection, "")
    choix = await people_to_tick(connection, mission, saisies, disciplines, connu.existantes)
    await count_read(request, acteur, [*choix.groupe, *choix.ailleurs, *choix.trouvees])
    avertissements = await _avertissements(connection, mission, choix, saisies, connu)
    to_read = isinstance(refus, AvertissementsALire)
    return await page(
        request,
        connection,
        acteur,
        "affectation/affectation.html",
        status=status_of(refus),
        mission=mission,
        intitule=intitule(mission.libelle, mission.voie),
        type_libelle=LIBELLES_TYPE[mission.type],
        numerisation=mission.type is MissionType.NUMERISATION,
        saisies=saisies,
        choix=choix,
        avertissements=avertissements,
        a_lire=to_read,
        erreurs=[] if to_read else _erreurs(refus, saisies, choix),
        qualites=list(LIBELLES.items()),
        conseil=CONSEIL_DATE,
        aujourdhui=connu.aujourdhui,
        disciplines=disciplines,
        raccourcis=await shortcuts(connection, mission, disciplines, connu.disciplines),
        contact=await demandes.contact(connection, mission.academie),
    )


async def _connu(request: Request, connection: Connection, place: APourvoir) -> Connu:
    mission, now = place.mission, application(request).clock()
    decisions = await ouvertures.decisions(connection, mission.session, mission.academie, mission.uai)
    ouvert = est_ouvert(decisions, mission.academie, mission.uai, now)
    jour = local_time(mission.academie, now).date()
    return await known(connection, mission, ouvert=ouvert, aujourdhui=jour, place=place)


def _erreurs(refus: Refus | None, saisies: Saisies, choix: ChoixDesPersonnes) -> list[dict[str, str]]:
    """Names instead of numbers."""
    noms = [choix.noms.get(numero, numero) for numero in refus.numeros] if refus else []
    whose = f" ({', '.join(noms)})" if noms else ""
    return [one | {"texte": f"{one['texte']}{whose}"} for one in saisies.erreurs(refus)]


async def _avertissements(
    connection: Connection, mission: Mission, choix: ChoixDesPersonnes, saisies: Saisies, connu: Connu
) -> list[object]:
    """What there is to read before convoking; about the mission as it is while the entry is not complete."""
    try:
        examen = await examine_with(connection, mission, choix.coches, saisies.saisie(), connu)
    except Refus:
        return list(sur_la_mission(mission, connu))
    return list(examen.avertissements)
