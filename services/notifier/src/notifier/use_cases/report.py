"""What became of a mail → an event of each convocation in it."""

from collections.abc import Sequence

from chassis import outbox
from chassis.database import Connection
from notifier.domain.notification import Etat
from notifier.persistence import resultats
from notifier.persistence.resultats import Told
from notifier.publishing import publish


async def report(connection: Connection, told: Sequence[Told], etat: Etat, motif: str | None) -> None:
    """What was sent, failed or came back is told; the rest is not over yet.

    Of reminders and answers, report only failures: the address no longer works.
    """
    if etat not in {Etat.SENT, Etat.FAILED, Etat.BOUNCED}:
        return
    news = {one.convocation_id: one for one in told if etat is not Etat.SENT or not one.jours}
    versions = await resultats.next_reports(connection, list(news))
    await outbox.append(connection, [publish(one, versions[key], etat, motif) for key, one in news.items()])
