"""Import: accepted closings → missions created, changed or withdrawn, and their events, in the caller's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime

from chassis import outbox
from chassis.cloudevents import Event
from chassis.database import Connection
from event_schemas.academies import local_time
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.domain.generation import generate
from mission_import.domain.inscriptions import Cloture, Epreuve, Etablissement
from mission_import.domain.mission import Mission
from mission_import.persistence import clotures, missions
from mission_import.publishing import publish


async def import_closings(
    connection: Connection, events: Sequence[Event], held: Collection[str], now: datetime
) -> None:
    """Apply closings in their order; several revisions of one closing may follow each other in a batch.

    `held`: the closings of which there is a revision already.
    """
    await clotures.save(connection, events, held)
    by_cloture = await missions.load(connection, list(held))
    changed: list[tuple[Mission, Event]] = []
    for event in events:
        cloture = _cloture(event.state)
        existing = by_cloture.setdefault(event.aggregate, {})
        for mission in generate(cloture, existing, local_time(cloture.etablissement.academie, now).date()):
            existing[mission.cle] = mission
            changed.append((mission, event))
    outgoing = [publish(mission, event.as_cause) for mission, event in changed]
    first = {row.aggregate_id for row in outgoing if row.version == 1}
    latest = {row.aggregate_id: mission for row, (mission, _) in zip(outgoing, changed, strict=True)}
    await missions.create(connection, {key: mission for key, mission in latest.items() if key in first})
    await missions.change(connection, {key: mission for key, mission in latest.items() if key not in first})
    await outbox.append(connection, outgoing)


def _cloture(state: InscriptionsClosed) -> Cloture:
    return Cloture(
        session=state.session,
        revision=state.revision,
        etablissement=Etablissement(
            state.uai, state.etablissement.nom, state.etablissement.commune, state.etablissement.academie
        ),
        epreuves=tuple(
            Epreuve(epreuve.code, epreuve.libelle, epreuve.type, epreuve.voie, epreuve.candidats_inscrits)
            for epreuve in state.epreuves
        ),
    )
