"""One round of the queue: what is due → asked of convocation → one mail a person → delivered."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime
from itertools import chain, islice
from typing import NamedTuple

from chassis.database import Connection
from chassis.kill_points import kill_point
from event_schemas.academies import NOMS, local_time
from notifier.domain.courrier import Envoi
from notifier.domain.notification import Etat, Nuit, mail_id, message_id, pause
from notifier.domain.tri import Tri, mails, pointless, trier
from notifier.gateways.composition import Inenvoyable, compose
from notifier.gateways.convocation import ConvocationGateway, Demande
from notifier.gateways.mail import Mail
from notifier.persistence import notifications, resultats
from notifier.persistence.notifications import Due
from notifier.use_cases.deliver import GIVE_UP_AFTER, Courrier, Delivering, Identity
from notifier.use_cases.dispatch import Dispatch
from notifier.use_cases.report import report

_UNKNOWN = "document introuvable ou impossible à éditer"
_AT_ONCE = 10  # mails whose versions are asked for in one call
_AHEAD = 2  # such calls under way while mails go out: convocation is never waited for where it keeps pace


class _Prepared(NamedTuple):
    """A person's mail, if there is one. `refus`: why what is kept cannot be a mail."""

    tri: Tri[Due]
    courrier: Courrier | None = None
    refus: str | None = None


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
        self._database = asyncio.Lock()  # one connection, the leader's, for all that goes on at once
        self._dispatch = Dispatch(mail, Delivering(mail, identity, clock, self._database))
        self._clock = clock
        self._nuit = nuit
        self._batch_size = batch_size

    async def round(self, connection: Connection) -> int:
        """How many rows were looked at. Raises ConvocationUnavailable, RelayUnavailable: what is due stays so.

        A mail to a slow destination may still be in hand afterwards: later rounds are on the same connection, or `end`.
        """
        self._dispatch.check()
        now = self._clock()
        here = {academie: local_time(academie, now) for academie in NOMS}
        quiet = [academie for academie, moment in here.items() if self._nuit and moment in self._nuit]
        async with self._database:
            rows = await notifications.due(connection, now, quiet, self._batch_size, self._dispatch.held())
        if not rows:
            return 0
        kill_point("notifier.after_claim")
        await self._mail.ready()
        today = {academie: moment.date() for academie, moment in here.items()}
        try:
            async with aclosing(self._prepared(mails(rows), today)) as prepared:
                async for some in prepared:
                    kill_point("notifier.after_envois")
                    ready = [await self._ready(connection, one) for one in some]
                    await self._dispatch.deliver(connection, [one for one in ready if one is not None])
            await self._dispatch.drain(connection)
        finally:
            self._dispatch.forget()
        return len(rows)

    async def end(self, seconds: float) -> None:
        """Give the mails in hand so long; one that is then still in hand is of uncertain fate."""
        await self._dispatch.end(seconds)

    async def _prepared(self, found: list[list[Due]], today: Mapping[str, date]) -> AsyncGenerator[list[_Prepared]]:
        """Some mails at a time; the next ones are asked for, rendered and composed while these are sent."""
        chunks = (found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE))
        preparing = deque(asyncio.create_task(self._prepare(one, today)) for one in islice(chunks, _AHEAD))
        try:
            while preparing:
                prepared = await preparing[0]
                preparing.popleft()
                preparing.extend(asyncio.create_task(self._prepare(one, today)) for one in islice(chunks, 1))
                yield prepared
        finally:
            for task in preparing:
                task.cancel()
            await asyncio.gather(*preparing, return_exceptions=True)

    async def _prepare(self, found: list[list[Due]], today: Mapping[str, date]) -> list[_Prepared]:
        """Of this nothing is written: it may be given up at any moment."""
        answers = await self._ask(found)
        prepared = []
        for mail in found:
            prepared.append(self._compose(trier(mail, answers, today)))
            await asyncio.sleep(0)  # for the mails that are under way
        return prepared

    async def _ask(self, found: list[list[Due]]) -> Mapping[Due, Envoi | int]:
        rows = chain.from_iterable(found)
        asked = {
            row: Demande(row.key.convocation_id, row.key.version, row.connu.version, row.etat is Etat.SENDING)
            for row in rows
            if not pointless(row)
        }
        envois = await self._gateway.envois(list(dict.fromkeys(asked.values())))
        return {row: envois[demande] for row, demande in asked.items()}

    def _compose(self, tri: Tri[Due]) -> _Prepared:
        rows = tri.gardees
        if not rows:
            return _Prepared(tri)
        again = rows[0].mail_id if rows[0].etat is Etat.SENDING else None
        identity = again or mail_id(row.item for row in rows)
        try:
            message = compose(
                tri.items,
                message_id=message_id(identity, self._identity.domain),
                date=min(row.recue_le for row in rows),  # the same mail bears the same date
                sender=self._identity.sender,
            )
        except Inenvoyable as refused:  # bad data in a header is nobody else's concern
            return _Prepared(tri, refus=refused.motif)
        return _Prepared(tri, Courrier(identity, message, rows, again is not None))

    async def _ready(self, connection: Connection, prepared: _Prepared) -> Courrier | None:
        """The mail of what is kept; what ends without one is recorded."""
        tri = prepared.tri
        for etat, lines in tri.closes.items():
            await self._close(connection, lines, etat, None)
        for row in tri.attendent:
            await self._wait(connection, row)
        if prepared.refus is not None:
            await self._close(connection, tri.gardees, Etat.FAILED, prepared.refus)
        return prepared.courrier

    async def _wait(self, connection: Connection, row: Due) -> None:
        """Convocation knows it not yet, or cannot make its document: later, and not for ever."""
        now = self._clock()
        if row.recue_le + GIVE_UP_AFTER < now:
            await self._close(connection, [row], Etat.FAILED, _UNKNOWN)
        else:
            async with self._database:
                await resultats.postpone(connection, [row.key], now + pause(row.essais + 1), _UNKNOWN, now)

    async def _close(self, connection: Connection, rows: Sequence[Due], etat: Etat, motif: str | None) -> None:
        async with self._database, connection.transaction():
            told = await resultats.close(connection, [row.key for row in rows], etat, motif, self._clock())
            await report(connection, told, etat, motif)
