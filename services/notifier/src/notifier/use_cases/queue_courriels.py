"""Mails that convocation asks for go into the queue: again what did not arrive, and answers to an empêchement."""

from collections.abc import Collection, Sequence
from datetime import datetime

from chassis.cloudevents import Event
from chassis.database import Connection
from event_schemas.courriels import CourrielDemande
from notifier.persistence import courriels_demandes


async def queue_courriels(
    connection: Connection,
    events: Sequence[Event[CourrielDemande]],
    held: Collection[str],
    *,
    now: datetime,
    pas_avant: datetime,
) -> None:
    """They go out at `pas_avant` or later; `held`: as a reader gets it."""
    await courriels_demandes.save(connection, events, held)
    renvois = [one for one in events if one.state.objet == "RENVOI"]
    await courriels_demandes.restart(connection, renvois, now, pas_avant)
    reponses = [one for one in events if one.state.objet == "REPONSE"]
    await courriels_demandes.answer(connection, reponses, now, pas_avant)
