"""After a restored backup: missions are what they were told to be; their closings are read again afterwards (0032)."""

from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from uuid import UUID

from chassis import outbox
from chassis.cloudevents import Cause
from chassis.database import Connection
from chassis.restoring import Held, Restoration
from event_schemas import identities
from event_schemas.catalogue import MISSION, REPONSE
from mission_import.domain.mission import Mission
from mission_import.persistence import missions, reponses, restauration
from mission_import.publishing import publish

_PAGE = 1_000
_FIRST = UUID(int=0)


class Sort(StrEnum):
    """What is done."""

    REPRISE = "changée depuis la sauvegarde : reprise comme elle a été dite, rien n’est dit"
    RELEVEE = "connue de convocation à une version que rien ne dit plus : dite de nouveau, au-dessus"
    INTROUVABLE = "connue de convocation seulement : sa clôture, lue de nouveau, la refait"


async def catch_up(restoration: Restoration) -> Mapping[str, list[str]]:
    """Returns what is done, as "mission UAI épreuve" each. Raises StillRunning, TopicUnavailable."""
    connection = restoration.connection
    await restoration.begin()
    await restauration.begin(connection)
    async for page in restoration.told(MISSION):
        await restauration.add(connection, [event.state for event in page])
    await restoration.note_held(MISSION)
    async for _ in restoration.told(REPONSE):
        pass  # their versions are noted: what is answered now is above them
    await reponses.take(connection)
    await restoration.forget_sent()
    done = {
        Sort.REPRISE: await restauration.take(connection),
        Sort.RELEVEE: await _raise(connection),
        Sort.INTROUVABLE: await restauration.unknown(connection),
    }
    return {sort: names for sort, names in done.items() if names}


async def _raise(connection: Connection) -> list[str]:
    raised = await restauration.raise_versions(connection)
    ids = {UUID(one.mission.partition(" ")[0]) for one in raised}
    loaded = await missions.load(connection, sorted({one.cloture for one in raised}))
    again = [one for of_cloture in loaded.values() for one in of_cloture.values() if _id(one) in ids]
    await outbox.append(connection, [publish(one, Cause()) for one in again])
    return [one.mission for one in raised]


def _id(mission: Mission) -> UUID:
    return identities.mission_id(mission.session, mission.etablissement.uai, mission.cle.voie, mission.cle.code)


async def held(connection: Connection, topic: str) -> AsyncIterator[list[Held]]:  # noqa: ARG001  # one topic alone
    """The versions that this service has of convocations."""
    page = await restauration.held(connection, _FIRST, _PAGE)
    while page:
        yield [(row.id, row.version) for row in page]
        page = await restauration.held(connection, page[-1].id, _PAGE)
