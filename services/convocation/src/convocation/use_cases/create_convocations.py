"""Convoquer (R41): a list of people on a mission, all or none, in one transaction with their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis import outbox
from convocation.domain.avertissements import avertissements
from convocation.domain.convocation import Convocation, Saisie, convoquer
from convocation.domain.errors import DejaConvoque
from convocation.persistence import convocations, intervenants, missions, signatures
from convocation.publishing import publish
from convocation.use_cases.context import Commande, mission_for_writing
from event_schemas.identities import convocation_id


@dataclass(frozen=True, slots=True)
class Convoquees:
    """What came of it: each number's id and state, and what should be looked at."""

    par_numero: dict[str, tuple[UUID, Convocation]]
    avertissements: list[dict[str, Any]]


async def create_convocations(
    commande: Commande, mission_id: UUID, numeros: Sequence[str], saisie: Saisie
) -> Convoquees:
    """Raises a Refus, Forbidden."""
    connection = commande.connection
    mission, ouvert = await mission_for_writing(commande, mission_id)
    annuaire = await intervenants.get(connection, numeros)
    requis = await missions.profils_requis(connection, mission.code)
    nouvelles = convoquer(
        mission,
        ouvert=ouvert,
        numeros=numeros,
        annuaire=annuaire,
        existantes=await convocations.of_mission(connection, mission_id, numeros, lock=True),
        saisie=saisie,
        requis=requis,
    )
    occupes = await convocations.busy(connection, numeros, nouvelles[0].dates, mission_id, mission.academie)
    by_id = {convocation_id(mission_id, one.numero): one for one in nouvelles}
    saved = await convocations.save(connection, mission_id, by_id, par=commande.acteur.sub, le=commande.now)
    lost = [numero for numero in numeros if numero not in saved]
    if lost:  # convoked by another command between our reading and our writing
        raise DejaConvoque(lost)
    events = [publish(saved[one.numero], one, annuaire[one.numero], mission) for one in nouvelles]
    await outbox.append(connection, events)
    actives = [one for one in (await convocations.of_mission(connection, mission_id)).values() if one.active]
    signee = await signatures.get(connection, mission.uai) is not None
    return Convoquees(
        {one.numero: (saved[one.numero], one) for one in nouvelles},
        avertissements(mission, actives, requis=requis, signee=signee, occupes=occupes),
    )
