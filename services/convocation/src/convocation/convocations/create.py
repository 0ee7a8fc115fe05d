"""Convoquer (R41): a list of people on a mission, all or none, in one transaction with their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from acces.commande import Commande
from chassis.database import Connection
from convocation.annuaire import reads as intervenants
from convocation.annuaire.domain import Intervenant
from convocation.convocations import reads as convocations_reads
from convocation.convocations import sql as convocations
from convocation.convocations.avertissements import Avertissement, Occupation, avertissements, sur_les_personnes
from convocation.convocations.domain import Convocation, Saisie, convoquer
from convocation.convocations.passage_outre import PassageOutre
from convocation.convocations.publishing import publish
from convocation.convocations.refus import DejaConvoque
from convocation.convocations.tell import tell
from convocation.convocations.writing import mission_for_writing
from convocation.exigences import reads as exigences
from convocation.missions.domain import Mission
from convocation.signatures import reads as signatures
from event_schemas.identities import convocation_id


@dataclass(frozen=True, slots=True)
class Convoquees:
    """What came of it: each number's id and state, and what should be looked at."""

    par_numero: dict[str, tuple[UUID, Convocation]]
    avertissements: list[Avertissement]


@dataclass(frozen=True, slots=True)
class Examen:
    """Who would be convoked, and what to look at before."""

    nouvelles: list[Convocation]
    annuaire: dict[str, Intervenant]
    avertissements: list[Avertissement]


async def create_convocations(
    commande: Commande, mission_id: UUID, numeros: Sequence[str], saisie: Saisie, outre: PassageOutre | None = None
) -> Convoquees:
    """Without `outre` warnings are told afterwards. Raises a Refus (AvertissementsALire too), Forbidden."""
    connection = commande.connection
    mission, ouvert = await mission_for_writing(commande, mission_id)
    examen = await examine(connection, mission, numeros, saisie, ouvert=ouvert, lock=True)
    if outre is not None:
        outre.check(examen.avertissements)
    by_id = {convocation_id(mission_id, one.numero): one for one in examen.nouvelles}
    saved = await convocations.save(connection, mission_id, by_id, par=commande.acteur.sub, le=commande.now)
    lost = [numero for numero in numeros if numero not in saved]
    if lost:  # convoked by another command between our reading and our writing
        raise DejaConvoque(lost)
    if outre is not None:
        versions = {saved[one.numero]: one.version for one in examen.nouvelles}
        await outre.remember(commande, versions, examen.avertissements)
    events = [publish(saved[one.numero], one, examen.annuaire[one.numero], mission) for one in examen.nouvelles]
    await tell(connection, events)
    return Convoquees({one.numero: (saved[one.numero], one) for one in examen.nouvelles}, examen.avertissements)


async def examine(
    connection: Connection,
    mission: Mission,
    numeros: Sequence[str],
    saisie: Saisie,
    *,
    ouvert: bool,
    lock: bool = False,
) -> Examen:
    """What convoking would do and what it should be warned of; writes nothing. Raises a Refus."""
    annuaire = await intervenants.get(connection, numeros, lock=lock)
    requis = (await exigences.en_vigueur(connection, mission.academie, mission.code)).profils
    nouvelles = convoquer(
        mission,
        ouvert=ouvert,
        numeros=numeros,
        annuaire=annuaire,
        existantes=await convocations_reads.of_mission(connection, mission.mission_id, numeros, lock=lock),
        saisie=saisie,
        requis=requis,
    )
    dates = nouvelles[0].dates
    occupations = await convocations.occupations(connection, numeros, dates, mission.mission_id, mission.academie)
    personnes = sur_les_personnes([annuaire[numero] for numero in numeros], dates)
    return Examen(nouvelles, annuaire, personnes + await warn(connection, mission, nouvelles, occupations))


async def warn(
    connection: Connection,
    mission: Mission,
    nouvelles: Sequence[Convocation] = (),
    occupations: Sequence[Occupation] = (),
) -> list[Avertissement]:
    """What to look at once `nouvelles` are convoked; without them, on the mission as it is."""
    requis = (await exigences.en_vigueur(connection, mission.academie, mission.code)).profils
    held = await convocations_reads.of_mission(connection, mission.mission_id)
    actives = [one for one in held.values() if one.active] + list(nouvelles)
    signee = await signatures.get(connection, mission.uai) is not None
    return avertissements(mission, actives, requis=requis, signee=signee, occupations=occupations)
