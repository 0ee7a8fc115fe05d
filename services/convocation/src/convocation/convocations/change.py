"""Modifier la convocation (R44): qualité, dates, observation; the person and SANTORIN are told (K.b)."""

from dataclasses import dataclass
from uuid import UUID

from acces.commande import Commande
from chassis.database import Connection
from convocation.annuaire import reads as intervenants
from convocation.commun.refus import VersionDepassee
from convocation.convocations import reads as convocations_reads
from convocation.convocations import sql as convocations
from convocation.convocations.avertissements import Avertissement, conflits
from convocation.convocations.domain import Convocation, Saisie, annuler, modifier
from convocation.convocations.passage_outre import PassageOutre
from convocation.convocations.refus import ConvocationInconnue
from convocation.convocations.tell import saved, tell
from convocation.convocations.writing import mission_for_writing
from convocation.missions.domain import Mission


@dataclass(frozen=True, slots=True)
class Changee:
    """The convocation as it is now, and what should be looked at."""

    convocation: Convocation
    avertissements: list[Avertissement]


async def change_convocation(
    commande: Commande, convocation_id: UUID, expected: int, saisie: Saisie, outre: PassageOutre | None = None
) -> Changee:
    """Nothing is written or sent when nothing changed. Without `outre` warnings are told afterwards.

    Raises a Refus (AvertissementsALire too), Forbidden.
    """
    convocation, mission, ouvert = await _for_writing(commande, convocation_id, expected)
    changed = modifier(convocation, mission, ouvert=ouvert, saisie=saisie)
    if changed.version == convocation.version:
        return Changee(convocation, [])
    warnings = await conflicts_of(commande.connection, mission, changed)
    if outre is not None:
        outre.check(warnings)
    await _save(commande, convocation_id, changed, mission)
    if outre is not None:
        await outre.remember(commande, {convocation_id: changed.version}, warnings)
    return Changee(changed, warnings)


async def conflicts_of(connection: Connection, mission: Mission, convocation: Convocation) -> list[Avertissement]:
    """Days of the convocation on which the person is convoked elsewhere too."""
    numeros, dates = [convocation.numero], convocation.dates
    return conflits(await convocations.occupations(connection, numeros, dates, mission.mission_id, mission.academie))


async def cancel_convocation(commande: Commande, convocation_id: UUID, expected: int, motif: str) -> Convocation:
    """Supprimer la convocation (R45): it stays, cancelled; the right ends and the person is told (K.b)."""
    convocation, mission, ouvert = await _for_writing(commande, convocation_id, expected)
    cancelled = annuler(convocation, ouvert=ouvert, motif=motif)
    await _save(commande, convocation_id, cancelled, mission)
    return cancelled


async def _for_writing(commande: Commande, convocation_id: UUID, expected: int) -> tuple[Convocation, Mission, bool]:
    found = await convocations_reads.get(commande.connection, convocation_id)
    if found is None:
        raise ConvocationInconnue
    mission, ouvert = await mission_for_writing(commande, found[0])  # mission, opening, convocation: in this order
    found = await convocations_reads.get(commande.connection, convocation_id, lock=True)
    if found is None or found[1].version != expected:
        raise VersionDepassee
    return found[1], mission, ouvert


async def _save(commande: Commande, convocation_id: UUID, convocation: Convocation, mission: Mission) -> None:
    people = await intervenants.get(commande.connection, [convocation.numero])
    event = await saved(commande, convocation_id, convocation, people[convocation.numero], mission)
    await tell(commande.connection, [event])
