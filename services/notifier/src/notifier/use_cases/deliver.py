"""A mail that is ready → engaged, SMTP, recorded (D28).

SENDING is committed before SMTP begins and the result right after it, together with the next mail's SENDING: a process
that dies leaves at most one mail a connection of which nobody knows whether it went out. That one goes again, the same.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection
from chassis.kill_points import kill_point
from chassis.tracing import Spans
from notifier.domain.notification import Etat, pause
from notifier.gateways.mail import Delivery, Fate, Mail, RelayUnavailable
from notifier.gateways.mime import Message
from notifier.metrics import EMAILS
from notifier.persistence import resultats
from notifier.persistence.notifications import Due
from notifier.persistence.resultats import Finish
from notifier.use_cases.report import report_each

GIVE_UP_AFTER = timedelta(days=5)
"""As a mail server does (RFC 5321, 4.5.4.1); then the établissement must know."""


class Identity(NamedTuple):
    """Whom mails come from, the domain of their Message-IDs, the sealed address that each comes back to.

    Without `return_address` they come back to the sender.
    """

    sender: str
    domain: str
    return_address: Callable[[UUID], str] | None = None

    def envelope_from(self, courrier: UUID) -> str:
        """Where this mail comes back to."""
        return self.return_address(courrier) if self.return_address else _bare(self.sender)


@dataclass(frozen=True, slots=True)
class Courrier:
    """A mail ready to go. `again`: it may have gone out before."""

    id: UUID
    message: Message
    rows: Sequence[Due]
    again: bool

    @property
    def mail(self) -> resultats.Mail:
        """In the queue's words."""
        return resultats.Mail(self.id, [row.key for row in self.rows])

    @property
    def numero(self) -> str:
        """Whose it is."""
        return self.rows[0].numero

    @property
    def domain(self) -> str:
        """Where it goes."""
        return self.message.to.domain.lower()


@dataclass(slots=True, eq=False)
class _Step:
    """What a connection has to record before it goes on, and what came of it."""

    finish: Finish | None
    courrier: Courrier | None
    engaged: bool = False
    error: BaseException | None = None


class Delivering:
    """The steps of one mail. `clock` gives the time of every decision; `lock`: who uses the database connection."""

    def __init__(self, mail: Mail, identity: Identity, clock: Callable[[], datetime], lock: asyncio.Lock) -> None:
        self._mail = mail
        self._identity = identity
        self._clock = clock
        self._lock = lock
        self._waiting: list[_Step] = []

    async def commit(self, connection: Connection, finish: Finish | None, courrier: Courrier | None) -> bool:
        """Record the last mail and engage the next in one commit; False when the next has changed meanwhile.

        Who waits for the commit before takes along what others wait with: each still waits for its own.
        """
        step = _Step(finish, courrier)
        self._waiting.append(step)
        try:
            async with self._lock:
                if step in self._waiting:
                    steps, self._waiting = self._waiting, []
                    await self._record(connection, steps)
        finally:
            if step in self._waiting:
                self._waiting.remove(step)
        if step.error is not None:
            raise step.error
        return step.engaged

    async def _record(self, connection: Connection, steps: Sequence[_Step]) -> None:
        now = self._clock()
        courriers = [step.courrier for step in steps if step.courrier is not None]
        try:
            async with connection.transaction():
                done = await resultats.finish(connection, [step.finish for step in steps if step.finish], now)
                await report_each(connection, [(row, Etat(row.etat), row.motif) for row in done])
                engaged = await resultats.engage(connection, [one.mail for one in courriers], now)
                kill_point("notifier.before_commit")
        except BaseException as error:
            for step in steps:
                step.error = error
            raise
        kill_point("notifier.after_commit")
        for step in steps:
            step.engaged = step.courrier is not None and step.courrier.id in engaged

    async def send(self, connection: Connection, courrier: Courrier) -> Finish:
        """What came of it, to be recorded. Raises RelayUnavailable once the mail is back in the queue."""
        try:
            with Spans() as spans:
                spans.call("send mail", (row.traceparent for row in courrier.rows))
                delivery = await self._mail.deliver(courrier.message, self._identity.envelope_from(courrier.id))
                if delivery.fate is not Fate.SENT:
                    spans.fail(delivery.fate.value)
        except RelayUnavailable as unavailable:
            etat = Etat.SENDING if courrier.again else Etat.PENDING
            await self.commit(connection, Finish(courrier.mail, etat, str(unavailable), self._clock()), None)
            raise
        finish = self._outcome(courrier, delivery)
        EMAILS.labels(finish.etat.value).inc()
        return finish

    def _outcome(self, courrier: Courrier, delivery: Delivery) -> Finish:
        now = self._clock()
        attempt = 1 + max(row.essais for row in courrier.rows)
        if delivery.fate is Fate.SENT:
            return Finish(courrier.mail, Etat.SENT, None, now)
        too_long = min(row.recue_le for row in courrier.rows) + GIVE_UP_AFTER < now
        if delivery.fate is Fate.FAILED or too_long:
            return Finish(courrier.mail, Etat.FAILED, delivery.reason, now)
        uncertain = courrier.again or delivery.fate is Fate.UNKNOWN
        etat = Etat.SENDING if uncertain else Etat.PENDING
        return Finish(courrier.mail, etat, delivery.reason, now + pause(attempt))


def _bare(address: str) -> str:
    """« IMAG'IN <a@b> » → a@b."""
    return address.rpartition("<")[2].rstrip("> ")
