"""Which convocations an acteur sees and may act on, and what a command on them begins with."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from acces.acteur import Acteur
from acces.commande import Commande
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.commun.refus import VersionDepassee
from convocation.convocations import reads, sql
from convocation.convocations.domain import Convocation
from convocation.convocations.examen import APourvoir
from convocation.convocations.reads import LigneConvocation
from convocation.convocations.refus import ConvocationInconnue, PlusRienAFaire
from convocation.missions.access import may_see, mission_to_convoke_on, seen, to_convoke_on
from convocation.missions.domain import Mission
from convocation.missions.refus import MissionInconnue, SessionArchivee
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.domain import est_ouvert

_LIRE = "convocation.lire"


class _Situee(Protocol):
    uai: str
    academie: str
    numero: str
    type: str


async def visible_convocation(
    connection: Connection, acteur: Acteur, convocation_id: UUID, action: str = _LIRE
) -> LigneConvocation:
    """The convocation, unless it is another établissement's or person's: then it does not exist.

    Raises ConvocationInconnue, Forbidden for who may see it but not do `action`, and SessionArchivee for a write.
    """
    POLICY.scope(acteur, _LIRE)
    row = await reads.convocation(connection, convocation_id)
    if row is None:
        raise ConvocationInconnue
    POLICY.visible(acteur, _LIRE, ConvocationInconnue, **whose(row))
    POLICY.authorise(acteur, action, **whose(row))
    if row.archivee and action != _LIRE:
        raise SessionArchivee
    return row


def allowed(acteur: Acteur, row: LigneConvocation, actions: Sequence[str]) -> dict[str, bool]:
    """Which of these actions the buttons offer."""
    return {action: not row.archivee and POLICY.allows(acteur, action, **whose(row)) for action in actions}


def whose(row: _Situee) -> dict[str, str]:
    """Whose a convocation is, as the policy asks for it."""
    return {"uai": row.uai, "academie": row.academie, "intervenant": row.numero, "mission": row.type}


async def mission_for_writing(commande: Commande, mission_id: UUID) -> tuple[Mission, bool]:
    """The mission and whether its service is open, both held until the end of the transaction.

    Neither a closing of the service nor a withdrawal of the mission can cross the command.
    Raises MissionInconnue, Forbidden.
    """
    mission = await mission_to_convoke_on(commande.connection, commande.acteur, mission_id, lock=True)
    return mission, await held_open(commande, mission)


async def held_open(commande: Commande, mission: Mission) -> bool:
    """Whether the service of a mission is open, held as it is; the mission is held already."""
    decisions = await ouvertures.decisions(
        commande.connection, mission.session, mission.academie, mission.uai, lock=True
    )
    return est_ouvert(decisions, mission.academie, mission.uai, commande.now)


async def mission_to_fill(connection: Connection, acteur: Acteur, mission_id: UUID, *, lock: bool = False) -> APourvoir:
    """The mission to convoke on and what it asks for; `lock`: for a command.

    Raises MissionInconnue, Forbidden, SessionArchivee.
    """
    may_see(acteur)
    found = await sql.a_pourvoir(connection, mission_id, lock=lock)
    if found is None:
        raise MissionInconnue
    to_convoke_on(acteur, seen(acteur, found.mission))
    return found


async def convocation_for_writing(
    commande: Commande, convocation_id: UUID, expected: int
) -> tuple[Convocation, Mission, bool]:
    """The convocation at the version read, its mission, and whether the service is open; all held.

    Raises ConvocationInconnue, Forbidden, VersionDepassee.
    """
    row = await visible_convocation(commande.connection, commande.acteur, convocation_id, "convocation.ecrire")
    # Every command locks in this order: mission, opening, convocation.
    mission, ouvert = await mission_for_writing(commande, row.mission_id)
    found = await reads.get(commande.connection, convocation_id, lock=True)
    if found is None or found[1].version != expected:
        raise VersionDepassee
    return found[1], mission, ouvert


async def locked_convocation(commande: Commande, convocation_id: UUID, action: str) -> LigneConvocation:
    """The convocation on which the acteur may do `action`, held. Raises ConvocationInconnue, Forbidden."""
    # First locked, then read: what is read is what the command before this one has left.
    await reads.get(commande.connection, convocation_id, lock=True)
    return await visible_convocation(commande.connection, commande.acteur, convocation_id, action)


async def convocation_as_read(commande: Commande, convocation_id: UUID, expected: int, action: str) -> LigneConvocation:
    """The same at the version read. Raises ConvocationInconnue, Forbidden, VersionDepassee."""
    row = await locked_convocation(commande, convocation_id, action)
    if row.version != expected:
        raise VersionDepassee
    return row


async def own_convocation(commande: Commande, convocation_id: UUID, expected: int, action: str) -> LigneConvocation:
    """The same, of the person herself, and active. Raises PlusRienAFaire too."""
    row = await convocation_as_read(commande, convocation_id, expected, action)
    if not row.active:
        raise PlusRienAFaire
    return row
