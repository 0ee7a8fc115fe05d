"""After a restored backup: rights are what SANTORIN can read; convocations and answers are read again (0032)."""

from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from uuid import UUID

from chassis.database import Connection
from chassis.restoring import Held, Restoration
from event_schemas.catalogue import ACCES, CONVOCATION, HABILITATION
from santorin_bridge.persistence import restauration

_PAGE = 1_000
_FIRST = UUID(int=0)


class Sort(StrEnum):
    """What is done."""

    OUVERT = "droit ouvert depuis la sauvegarde, ou changé : repris du topic"
    RETIRE = "droit retiré depuis la sauvegarde : repris du topic"


async def catch_up(restoration: Restoration) -> Mapping[str, list[str]]:
    """Returns what is done, by convocation. Raises StillRunning, TopicUnavailable."""
    connection = restoration.connection
    await restoration.begin()
    await restauration.begin(connection)
    async for page in restoration.told(HABILITATION):
        await restauration.add(connection, [(event.state, event.body) for event in page])
    async for page in restoration.told(CONVOCATION):
        hashes = {(UUID(event.aggregate), event.version): event.hash for event in page}
        await restauration.follow(connection, hashes)
    async for _ in restoration.told(ACCES):
        pass  # their versions are noted
    await restoration.note_held(ACCES)
    await restoration.forget_sent()
    taken = await restauration.take(connection)
    await restauration.count_acces_on(connection)
    done = {
        Sort.OUVERT: sorted(one.droit for one in taken if one.status == "GRANTED"),
        Sort.RETIRE: sorted(one.droit for one in taken if one.status != "GRANTED"),
    }
    return {sort: names for sort, names in done.items() if names}


async def held(connection: Connection, topic: str) -> AsyncIterator[list[Held]]:  # noqa: ARG001  # one topic alone
    """The versions that this service has of convocations."""
    page = await restauration.held(connection, _FIRST, _PAGE)
    while page:
        yield [(row.id, row.version) for row in page]
        page = await restauration.held(connection, page[-1].id, _PAGE)
