"""One round of the queue: what is due → asked of convocation → one mail a person → engaged, SMTP, recorded (D28).

SENDING is committed before SMTP begins and the result right after it, together with the next mail's SENDING: a process
that dies leaves at most one mail of which nobody knows whether it went out, and that one goes again, the same.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import chain, zip_longest
from typing import NamedTuple, cast
from uuid import UUID

from chassis import outbox
from chassis.database import Connection
from chassis.kill_points import kill_point
from event_schemas.academies import NOMS, local_time
from notifier.domain.courrier import Envoi
from notifier.domain.notification import Etat, Nuit, mail_id, message_id, pause
from notifier.domain.retour import verp
from notifier.domain.tri import Tri, mails, pointless, trier
from notifier.gateways.composition import compose
from notifier.gateways.convocation import ConvocationGateway, Demande
from notifier.gateways.mail import Delivery, Fate, Mail, RelayUnavailable
from notifier.metrics import EMAILS
from notifier.persistence import notifications, resultats
from notifier.persistence.notifications import Due, Key
from notifier.persistence.resultats import Finish, Told
from notifier.publishing import publish

_GIVE_UP_AFTER = timedelta(days=5)  # as a mail server does (RFC 5321, 4.5.4.1); then the établissement must know
_HEADER_REFUSED = "en-tête refusé"
_AHEAD = 10


class Identity(NamedTuple):
    """Whom mails come from, the domain of their Message-IDs, where they come back to (None: to the sender)."""

    sender: str
    domain: str
    bounces: str | None = None
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Courrier:
    """A mail ready to go. `again`: it may have gone out before."""

    id: UUID
    message: EmailMessage
    rows: Sequence[Due]
    again: bool

    @property
    def keys(self) -> list[Key]:
        return [row.key for row in self.rows]


class Sending:
    """`round` tells what is due; `clock` gives the time of every decision. `nuit`: when mails rest, local time."""

    def __init__(
        self,
        gateway: ConvocationGateway,
        mail: Mail,
        identity: Identity,
        clock: Callable[[], datetime],
        *,
        nuit: Nuit | None = None,
        batch_size: int = 100,
    ) -> None:
        self._gateway = gateway
        self._mail = mail
        self._identity = identity
        self._clock = clock
        self._nuit = nuit
        self._batch_size = batch_size

    async def round(self, connection: Connection) -> int:
        """How many rows were looked at. Raises ConvocationUnavailable, RelayUnavailable: what is due stays so."""
        now = self._clock()
        here = {academie: local_time(academie, now) for academie in NOMS}
        quiet = [academie for academie, moment in here.items() if self._nuit and moment in self._nuit]
        rows = await notifications.due(connection, now, quiet, self._batch_size)
        if not rows:
            return 0
        kill_point("notifier.after_claim")
        await self._mail.ready()
        today = {academie: moment.date() for academie, moment in here.items()}
        async with aclosing(self._asked(mails(rows))) as asked:
            async for some, answers in asked:
                kill_point("notifier.after_envois")
                ready = [await self._courrier(connection, trier(mail, answers, today)) for mail in some]
                await self._deliver(connection, [one for one in ready if one is not None])
        return len(rows)

    async def _asked(self, found: list[list[Due]]) -> AsyncGenerator[tuple[list[list[Due]], Mapping[Due, Envoi | int]]]:
        """Some mails at a time with what convocation says of them; it renders the next ones while these are sent."""
        chunks = [found[start : start + _AHEAD] for start in range(0, len(found), _AHEAD)]
        asking = asyncio.create_task(self._ask(chunks[0]))
        try:
            for chunk, following in zip_longest(chunks, chunks[1:]):
                answers = await asking
                if following is not None:
                    asking = asyncio.create_task(self._ask(following))
                yield chunk, answers
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _ask(self, found: list[list[Due]]) -> Mapping[Due, Envoi | int]:
        rows = chain.from_iterable(found)
        asked = {
            row: Demande(row.key.convocation_id, row.key.version, row.connu.version, row.etat is Etat.SENDING)
            for row in rows
            if not pointless(row)
        }
        envois = await self._gateway.envois(list(dict.fromkeys(asked.values())))
        return {row: envois[demande] for row, demande in asked.items()}

    async def _courrier(self, connection: Connection, tri: Tri) -> Courrier | None:
        """The mail of what is kept; what ends without one is recorded."""
        now = self._clock()
        for etat, lines in tri.closes.items():
            await self._close(connection, cast("Sequence[Due]", lines), etat, None)
        for row in cast("Sequence[Due]", tri.attendent):
            later = now + pause(row.essais + 1)
            await resultats.postpone(connection, [row.key], later, "convocation ne le dit pas", now)
        rows = cast("Sequence[Due]", tri.gardees)
        if not rows:
            return None
        again = rows[0].mail_id if rows[0].etat is Etat.SENDING else None
        identity = again or mail_id(row.key for row in rows)
        try:
            message = compose(
                tri.items,
                message_id=message_id(identity, self._identity.domain),
                date=min(row.recue_le for row in rows),  # the same mail bears the same date
                sender=self._identity.sender,
            )
        except ValueError:  # bad data in a header is nobody else's concern
            await self._close(connection, rows, Etat.FAILED, _HEADER_REFUSED)
            return None
        return Courrier(identity, message, rows, again is not None)

    async def _close(self, connection: Connection, rows: Sequence[Due], etat: Etat, motif: str | None) -> None:
        async with connection.transaction():
            told = await resultats.close(connection, [row.key for row in rows], etat, motif, self._clock())
            if etat is Etat.FAILED:
                await report(connection, told, etat, motif)

    async def _deliver(self, connection: Connection, courriers: Sequence[Courrier]) -> None:
        """One at a time; raises RelayUnavailable once the mail in hand is back in the queue."""
        finish: Finish | None = None
        for courrier in courriers:
            engaged = await self._turn(connection, finish, courrier)
            finish = None
            if not engaged:
                continue
            try:
                delivery = await self._mail.deliver(courrier.message, self._envelope_from(courrier.id))
            except RelayUnavailable as unavailable:
                etat = Etat.SENDING if courrier.again else Etat.PENDING
                await self._turn(connection, Finish(courrier.id, etat, str(unavailable), self._clock()), None)
                raise
            finish = self._outcome(courrier, delivery)
            EMAILS.labels(finish.etat.value).inc()
        if finish is not None:
            await self._turn(connection, finish, None)

    async def _turn(self, connection: Connection, finish: Finish | None, courrier: Courrier | None) -> bool:
        """Record the last mail and engage the next in one commit; False when the next has changed meanwhile."""
        now = self._clock()
        engaged = False
        async with connection.transaction():
            if finish is not None:
                told = await resultats.finish(connection, finish, now)
                await report(connection, told, finish.etat, finish.motif)
            if courrier is not None:
                engaged = await resultats.engage(connection, courrier.id, courrier.keys, now)
                if not engaged:
                    await resultats.finish(connection, Finish(courrier.id, Etat.PENDING, None, now), now)
            kill_point("notifier.before_commit")
        kill_point("notifier.after_commit")
        return engaged

    def _envelope_from(self, courrier: UUID) -> str:
        bounces = self._identity.bounces
        return verp(bounces, courrier, self._identity.secret) if bounces else _bare(self._identity.sender)

    def _outcome(self, courrier: Courrier, delivery: Delivery) -> Finish:
        now = self._clock()
        attempt = 1 + max(row.essais for row in courrier.rows)
        if delivery.fate is Fate.SENT:
            return Finish(courrier.id, Etat.SENT, None, now)
        too_long = min(row.recue_le for row in courrier.rows) + _GIVE_UP_AFTER < now
        if delivery.fate is Fate.FAILED or too_long:
            return Finish(courrier.id, Etat.FAILED, delivery.reason, now)
        uncertain = courrier.again or delivery.fate is Fate.UNKNOWN
        etat = Etat.SENDING if uncertain else Etat.PENDING
        return Finish(courrier.id, etat, delivery.reason, now + pause(attempt))


async def report(connection: Connection, told: Sequence[Told], etat: Etat, motif: str | None) -> None:
    """What was sent, failed or came back is an event of each convocation of the mail; the rest is not over yet."""
    if etat not in {Etat.SENT, Etat.FAILED, Etat.BOUNCED}:
        return
    versions = await resultats.next_reports(connection, [one.convocation_id for one in told])
    await outbox.append(connection, [publish(one, versions[one.convocation_id], etat, motif) for one in told])


def _bare(address: str) -> str:
    """« IMAG'IN <a@b> » → a@b."""
    return address.rpartition("<")[2].rstrip("> ")
