"""What a command tells: its events go into the outbox and are kept, so that they can be told again (replay)."""

from collections.abc import Sequence
from uuid import UUID

from acces.commande import Commande
from chassis import outbox
from chassis.database import Connection
from chassis.outbox import Outgoing
from convocation.annuaire.domain import Intervenant
from convocation.convocations import replay
from convocation.convocations import sql as convocations
from convocation.convocations.domain import Convocation
from convocation.convocations.publishing import publish
from convocation.missions.domain import Mission


async def saved(commande: Commande, id_: UUID, state: Convocation, person: Intervenant, mission: Mission) -> Outgoing:
    """One new version written, and its event to tell; `id_` counts for a first convocation only."""
    done = await convocations.save(
        commande.connection, mission.mission_id, {id_: state}, par=commande.acteur.sub, le=commande.now
    )
    return publish(done[person.numero], state, person, mission)


async def tell(connection: Connection, events: Sequence[Outgoing]) -> None:
    """`events`: one for each convocation, of the version that was just saved."""
    await replay.keep(connection, events)
    await outbox.append(connection, events)
