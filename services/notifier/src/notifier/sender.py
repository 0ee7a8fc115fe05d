"""The sending loop: claim → commit → ask convocation → mail → record, one leader a database.

A mail found under way after a crash is sent again with the same Message-ID: SMTP has one window nobody can close (D28).
"""

import asyncio
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

import structlog

from chassis import outbox
from chassis.database import Connection, is_transient
from chassis.kill_points import kill_point
from chassis.leadership import leadership
from notifier.domain.notification import Etat, message_id
from notifier.domain.wording import Envoi, sujet, texte
from notifier.gateways.convocation import UNKNOWN, ConvocationGateway, ConvocationUnavailable
from notifier.gateways.mail import Delivery, Fate, Mail
from notifier.metrics import EMAILS
from notifier.persistence import notifications
from notifier.persistence.notifications import Claimed, Outcome
from notifier.publishing import publish

log = structlog.get_logger()
_LOCK = 4_207_101
_SILENCE_SECONDS = 120
_RETRY_SECONDS = 1.0
_MAX_PAUSE_SECONDS = 900.0


class Identity(NamedTuple):
    """Whom mails come from, and the domain of their Message-IDs."""

    sender: str
    domain: str


class Sender:
    """`run` for ever; `wake` after rows were committed."""

    def __init__(
        self,
        database_url: str,
        gateway: ConvocationGateway,
        mail: Mail,
        identity: Identity,
        wake_relay: Callable[[], None],
        *,
        batch_size: int = 200,
        poll_seconds: float = 0.5,
    ) -> None:
        self._database_url = database_url
        self._gateway = gateway
        self._mail = mail
        self._identity = identity
        self._wake_relay = wake_relay
        self._batch_size = batch_size
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        while True:
            try:
                await self._lead()
            except Exception as error:
                if not isinstance(error, ConvocationUnavailable) and not is_transient(error):
                    raise
                log.info("sender.waits", error=error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _lead(self) -> None:
        async with leadership(self._database_url, _LOCK, silence_seconds=_SILENCE_SECONDS) as connection:
            assert connection is not None, "nothing stops the sender before it leads"
            await notifications.release(connection)
            while True:
                if not await self.round(connection):
                    await asyncio.sleep(self._poll_seconds)

    async def round(self, connection: Connection) -> int:
        """Send one batch; returns how many were claimed. Raises ConvocationUnavailable: the claimed are released."""
        claimed = await notifications.claim(connection, self._batch_size)
        if not claimed:
            return 0
        kill_point("notifier.after_claim")
        envois = await self._gateway.envois([(one.convocation_id, one.version) for one in claimed])
        outcomes = await self._send(
            claimed, [envois.get((one.convocation_id, one.version), UNKNOWN) for one in claimed]
        )
        kill_point("notifier.after_send")
        await self._record(connection, outcomes)
        return len(claimed)

    async def _send(self, claimed: Sequence[Claimed], answers: Sequence[Envoi | int]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        messages: list[tuple[Claimed, EmailMessage]] = []
        for one, answer in zip(claimed, answers, strict=True):
            if not isinstance(answer, Envoi):
                outcomes.append(_not_sent(one, answer))
                continue
            try:
                messages.append((one, self._message(one, answer)))
            except ValueError:  # a line break in a header: bad data, and nobody else's concern
                outcomes.append(Outcome(one, Etat.ECHOUEE, "en-tête refusé"))
        deliveries = await self._mail.deliver([message for _, message in messages]) if messages else []
        sent = [_outcome(one, delivery) for (one, _), delivery in zip(messages, deliveries, strict=True)]
        return outcomes + sent

    def _message(self, one: Claimed, envoi: Envoi) -> EmailMessage:
        message = EmailMessage()
        message["Message-ID"] = message_id(one.convocation_id, one.version, self._identity.domain)
        message["Date"] = format_datetime(one.received_at)  # the same mail bears the same date
        message["From"] = self._identity.sender
        message["To"] = envoi.courriel
        message["Subject"] = sujet(envoi)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(texte(envoi))
        message["Content-Language"] = "fr"  # after set_content, which drops what it did not write itself
        return message

    async def _record(self, connection: Connection, outcomes: Sequence[Outcome]) -> None:
        told = [one for one in outcomes if one.etat in {Etat.ENVOYEE, Etat.ECHOUEE}]
        async with connection.transaction():
            await notifications.finish(connection, outcomes)
            versions = await notifications.next_reports(connection, [one.claimed.convocation_id for one in told])
            await outbox.append(connection, [publish(one, versions[one.claimed.convocation_id]) for one in told])
        self._wake_relay()
        for one in outcomes:
            EMAILS.labels(one.etat.value).inc()


def _not_sent(one: Claimed, status: int) -> Outcome:
    """410: a higher version speaks instead. 404: convocation does not have it (yet): try again."""
    if status == UNKNOWN:
        return Outcome(one, Etat.EN_ATTENTE, "convocation inconnue", _pause(one))
    return Outcome(one, Etat.PERIMEE)


def _outcome(one: Claimed, delivery: Delivery) -> Outcome:
    if delivery.fate is Fate.SENT:
        return Outcome(one, Etat.ENVOYEE)
    if delivery.fate is Fate.FAILED:
        return Outcome(one, Etat.ECHOUEE, delivery.reason)
    return Outcome(one, Etat.EN_ATTENTE, delivery.reason, _pause(one))


def _pause(one: Claimed) -> float:
    """Seconds until the next try: doubling from one, a quarter of an hour at most."""
    return min(_MAX_PAUSE_SECONDS, 2.0 ** min(one.attempt, 10))
