"""Replay: the events of convocations told again as they were, at the same version: readers know them."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Connection
from convocation.convocations import replay
from convocation.convocations.publishing import TYPES
from event_schemas.catalogue import CONVOCATION

AT_ONCE = 1_000


async def replay_convocations(connection: Connection, convocations: Sequence[UUID]) -> int:
    """Tell the present version of each again, in one transaction a thousand; returns how many were told.

    Not told are those whose event was not kept (written before it was).
    """
    told = 0
    for start in range(0, len(convocations), AT_ONCE):
        async with connection.transaction():
            some = convocations[start : start + AT_ONCE]
            told += await replay.tell_again(connection, some, CONVOCATION, TYPES)
    return told
