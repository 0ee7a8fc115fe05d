"""What became of a mail → an event of each convocation in it."""

from collections.abc import Sequence

from chassis import outbox
from chassis.database import Connection
from notifier.domain.notification import Etat
from notifier.persistence import resultats
from notifier.persistence.resultats import Told
from notifier.publishing import publish


async def report(connection: Connection, told: Sequence[Told], etat: Etat, motif: str | None) -> None:
    """What was sent, failed or came back is told; the rest is not over yet."""
    if etat not in {Etat.SENT, Etat.FAILED, Etat.BOUNCED}:
        return
    versions = await resultats.next_reports(connection, [one.convocation_id for one in told])
    await outbox.append(connection, [publish(one, versions[one.convocation_id], etat, motif) for one in told])
