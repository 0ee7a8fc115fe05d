"""What a command tells: its events go into the outbox and are kept, so that they can be told again (replay)."""

from collections.abc import Sequence

from chassis import outbox
from chassis.database import Connection
from chassis.outbox import Outgoing
from convocation.persistence import replay


async def tell(connection: Connection, events: Sequence[Outgoing]) -> None:
    """`events`: one for each convocation, of the version that was just saved."""
    await replay.keep(connection, events)
    await outbox.append(connection, events)
