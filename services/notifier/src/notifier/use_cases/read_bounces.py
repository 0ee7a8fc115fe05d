"""Bounces → BOUNCED: a mail that was sent has come back, and the établissement is told (D28)."""

from collections.abc import Callable
from datetime import datetime

import structlog

from chassis.database import Connection
from notifier.domain.notification import Etat
from notifier.domain.retour import motif
from notifier.gateways.retours import Retours
from notifier.metrics import EMAILS
from notifier.persistence import resultats
from notifier.use_cases.send_mails import report

log = structlog.get_logger()


async def read_bounces(connection: Connection, retours: Retours, clock: Callable[[], datetime]) -> int:
    """Read what has come back; returns how many mails it was about. Each message is put aside after its commit."""
    found = 0
    async for lu in retours.messages():
        if lu.retour is not None and lu.retour.definitif:
            why = motif(lu.retour.code)
            async with connection.transaction():
                told = await resultats.bounce(connection, lu.retour.mail_id, why, clock())
                await report(connection, told, Etat.BOUNCED, why)
            found += 1
            EMAILS.labels(Etat.BOUNCED.value).inc()
        await lu.ranger()
    return found
