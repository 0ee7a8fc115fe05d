"""What became of a mail → an event of each convocation in it."""

from collections.abc import Sequence

from chassis import outbox
from chassis.database import Connection
from notifier.domain.notification import Etat
from notifier.persistence import resultats
from notifier.persistence.resultats import Told
from notifier.publishing import publish


async def report(connection: Connection, told: Sequence[Told], etat: Etat, motif: str | None) -> None:
    """All of them have this one result."""
    await report_each(connection, [(one, etat, motif) for one in told])


async def report_each(connection: Connection, told: Sequence[tuple[Told, Etat, str | None]]) -> None:
    """What was sent, failed or came back is told; the rest is not over yet.

    Of reminders and answers, report only failures: the address no longer works.
    """
    news = {one.convocation_id: (one, etat, motif) for one, etat, motif in told if _is_news(one, etat)}
    if not news:
        return
    versions = await resultats.next_reports(connection, list(news))
    await outbox.append(
        connection, [publish(one, versions[key], etat, motif) for key, (one, etat, motif) in news.items()]
    )


def _is_news(one: Told, etat: Etat) -> bool:
    return etat in {Etat.FAILED, Etat.BOUNCED} or (etat is Etat.SENT and not one.jours)
