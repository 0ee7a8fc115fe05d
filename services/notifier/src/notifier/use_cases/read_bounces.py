"""Mails that came back → BOUNCED, and the établissement is told (D28)."""

from collections.abc import Callable
from datetime import datetime

import structlog

from chassis.database import Connection
from notifier.domain.lettre import LettreFinie
from notifier.domain.notification import Etat
from notifier.domain.retour import motif
from notifier.gateways.convocation import ConvocationGateway
from notifier.gateways.retours import Retours
from notifier.metrics import BOUNCES_UNREAD, EMAILS
from notifier.persistence import resultats
from notifier.use_cases.report import report

log = structlog.get_logger()


async def read_bounces(
    connection: Connection, retours: Retours, gateway: ConvocationGateway, clock: Callable[[], datetime]
) -> None:
    """Read what is there; each lot is put aside after its commit, so that nothing is lost and twice changes nothing.

    What is of no convocation's mail may be of a letter, which convocation knows. A mailbox that is not there is said
    and waited for: mails go out all the same. Raises ConvocationUnavailable: the lot is read again.
    """
    try:
        async for lot in retours.lots():
            letters = []
            async with connection.transaction():
                for retour in lot.retours:
                    why = motif(retour.code)
                    told = await resultats.bounce(connection, retour.mail_id, why, clock())
                    await report(connection, told, Etat.BOUNCED, why)
                    letters += [] if told else [LettreFinie(retour.mail_id, "REVENUE", why)]
            if letters:
                await gateway.lettres_revenues(letters)
            await lot.ranger()
            EMAILS.labels(Etat.BOUNCED.value).inc(len(lot.retours))
            BOUNCES_UNREAD.inc(lot.illisibles)
    except FileNotFoundError as error:
        log.warning("bounces.no_folder", error=error)
