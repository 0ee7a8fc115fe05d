"""After a restored backup: mails whose result was told are not sent again; the rest is read again and sent (0032)."""

from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from uuid import UUID

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.restoring import Held, Restoration
from event_schemas.catalogue import CONVOCATION, COURRIEL, NOTIFICATION
from event_schemas.convocations import Convocation
from event_schemas.courriels import CourrielDemande
from event_schemas.notifications import Notification
from notifier.persistence import restauration
from notifier.persistence.notifications import NATURES
from notifier.persistence.restauration import Demande, Dite, Rendu

_PAGE = 1_000
_FIRST = UUID(int=0)


class Sort(StrEnum):
    """What is done, in the order in which somebody should look at it."""

    A_PREVENIR = "aucun résultat n’a été dit : le mail part, une seconde fois s’il était déjà parti"
    ECHOUEE = "mail échoué ou revenu depuis la sauvegarde : noté"
    PREVENUE = "prévenue depuis la sauvegarde : noté, aucun mail ne repart"


async def catch_up(restoration: Restoration) -> Mapping[str, list[str]]:
    """Returns what is done, by convocation. Raises StillRunning, TopicUnavailable."""
    connection = restoration.connection
    await restoration.begin()
    await restauration.begin(connection)
    async for page in restoration.told(NOTIFICATION):
        await restauration.add_rendus(connection, [_rendu(event) for event in page])
    async for page in restoration.told(CONVOCATION):
        await restauration.add_dites(connection, [_dite(event) for event in page])
    async for page in restoration.told(COURRIEL):
        await restauration.add_demandes(connection, [_demande(event) for event in page])
    await restoration.note_held(NOTIFICATION)
    await restoration.forget_sent()
    noted = await restauration.note(connection, restoration.now)
    done = {
        Sort.A_PREVENIR: await restauration.waiting(connection),
        Sort.ECHOUEE: sorted(str(row.convocation_id) for row in noted if row.etat != "SENT"),
        Sort.PREVENUE: sorted(str(row.convocation_id) for row in noted if row.etat == "SENT"),
    }
    return {sort: names for sort, names in done.items() if names}


async def held(connection: Connection, topic: str) -> AsyncIterator[list[Held]]:
    """The versions that this service has of convocation's aggregates."""
    page = await restauration.held(connection, topic, _FIRST, _PAGE)
    while page:
        yield [(row.id, row.version) for row in page]
        page = await restauration.held(connection, topic, page[-1].id, _PAGE)


def _rendu(event: Event[Notification]) -> Rendu:
    state = event.state
    return Rendu(state.convocation_id, state.convocation_version, state.etat == "ENVOYEE", event.time)


def _dite(event: Event[Convocation]) -> Dite:
    state = event.state
    return Dite(
        event.aggregate,
        event.version,
        event.hash,
        NATURES[event.type],
        state.intervenant.numero,
        state.mission.academie,
        min(state.dates),
        event.correlation_id,
        event.time,
    )


def _demande(event: Event[CourrielDemande]) -> Demande:
    return Demande(event.aggregate, event.version, event.hash, event.state.objet == "RENVOI", event.time)
