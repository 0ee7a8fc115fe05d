"""Mails that are ready → a few connections, one mail at a time to a destination domain (D28).

So a domain for which the mail server is slow has one connection. Its other people are *held*: nobody looks at them
while its mail is in hand, then they are let go one after another, and all of them once it is no longer slow.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from chassis.database import Connection
from notifier.gateways.mail import Mail, RelayUnavailable
from notifier.persistence.resultats import Finish
from notifier.use_cases.deliver import Courrier, Delivering

log = structlog.get_logger()
_SLOW_SECONDS = 5.0
_FEWER_SECONDS = 60.0


@dataclass(slots=True, eq=False)
class _Hand:
    """Sends one mail after another. `slow`: nobody waits for the mail in it."""

    courrier: Courrier
    slow: bool = False


class Dispatch:
    """`deliver` uses as many connections as `mail` has."""

    def __init__(self, mail: Mail, delivering: Delivering) -> None:
        self._mail = mail
        self._delivering = delivering
        self._allowed = mail.connections
        self._hands: dict[str, _Hand] = {}  # by domain
        self._held: dict[str, deque[str]] = {}  # people by slow domain
        self._queue: list[Courrier] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    def held(self) -> list[str]:
        """Who is not to be looked at now: who has a mail in hand, or waits behind one of a slow domain."""
        for domain, people in self._held.items():
            if people and domain not in self._hands:
                people.popleft()
        in_hand = [hand.courrier.numero for hand in self._hands.values()]
        return in_hand + [numero for people in self._held.values() for numero in people]

    async def deliver(self, connection: Connection, courriers: Sequence[Courrier]) -> None:
        """Returns when no more of them wait than there are connections: none is idle while the next ones are prepared.

        Raises RelayUnavailable when no connection is left that takes mails.
        """
        self._queue += courriers
        await self._wait(connection, self._allowed)

    async def drain(self, connection: Connection) -> None:
        """Returns when each mail has its result, or is slow, or is held behind a slow one. Raises RelayUnavailable."""
        await self._wait(connection, 0)

    def forget(self) -> None:
        """Nothing more is begun of what was given to `deliver`."""
        self._queue.clear()

    async def _wait(self, connection: Connection, left: int) -> None:
        while True:
            self._news.clear()
            self.check()
            for courrier in self._startable():
                self._start(connection, courrier)
            if len(self._queue) <= left and (left or all(hand.slow for hand in self._hands.values())):
                return
            await self._news.wait()

    def check(self) -> None:
        """Raise what a mail that nobody waited for ended with."""
        for task in [one for one in self._tasks if one.done()]:
            self._tasks.remove(task)
            task.result()

    async def end(self, seconds: float) -> None:
        """Give the mails in hand so long; what is then still in hand is of uncertain fate and goes again as it is."""
        tasks, self._tasks = self._tasks, set()
        self.forget()
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._hands.clear()  # of one that was cancelled before it began
            self._held.clear()

    def _startable(self) -> Iterator[Courrier]:
        while len(self._hands) < self._allowed and (courrier := self._take()) is not None:
            yield courrier

    def _take(self, mine: _Hand | None = None) -> Courrier | None:
        """The next mail to a domain that no other hand has; the people of a slow one that has one are held."""
        queue = self._queue
        for courrier in list(queue):
            hand = self._hands.get(courrier.domain)
            if hand is None or hand is mine:
                queue.remove(courrier)
                return courrier
            if hand.slow and courrier.domain in self._held:
                queue.remove(courrier)
                self._held[courrier.domain].append(courrier.numero)
        return None

    def _start(self, connection: Connection, courrier: Courrier) -> None:
        hand = self._hands[courrier.domain] = _Hand(courrier)
        task = asyncio.create_task(self._work(connection, hand))
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._news.set())

    async def _work(self, connection: Connection, hand: _Hand) -> None:
        try:
            finish = await self._send(connection, None, hand)
            while not hand.slow and (courrier := self._take(hand)) is not None:
                del self._hands[hand.courrier.domain]
                hand.courrier, self._hands[courrier.domain] = courrier, hand
                if len(self._queue) == self._allowed:
                    self._news.set()
                finish = await self._send(connection, finish, hand)
            if finish is not None:
                await self._delivering.commit(connection, finish, None)
        except RelayUnavailable as unavailable:
            self._one_fewer(unavailable)
        finally:
            del self._hands[hand.courrier.domain]

    async def _send(self, connection: Connection, finish: Finish | None, hand: _Hand) -> Finish | None:
        if not await self._delivering.commit(connection, finish, hand.courrier):
            return None
        if hand.courrier.domain in self._held:
            self._slow(hand)
        await self._mail.turn()
        loop = asyncio.get_running_loop()
        began = loop.time()
        timer = loop.call_later(_SLOW_SECONDS, self._slow, hand)
        try:
            return await self._delivering.send(connection, hand.courrier)
        finally:
            timer.cancel()
            if loop.time() - began < _SLOW_SECONDS:
                self._held.pop(hand.courrier.domain, None)

    def _slow(self, hand: _Hand) -> None:
        """Nobody waits for this one any more."""
        if hand.courrier.domain not in self._held:
            log.warning("sender.slow_destination", count=len(self._hands))
            self._held[hand.courrier.domain] = deque()
        hand.slow = True
        self._news.set()

    def _one_fewer(self, unavailable: RelayUnavailable) -> None:
        """A server that takes no more of us at once is not down: for a while there are only the others."""
        others = len(self._hands) - 1
        if not others:
            raise unavailable
        log.warning("sender.fewer_connections", count=others, cause=str(unavailable))
        self._allowed = others
        asyncio.get_running_loop().call_later(_FEWER_SECONDS, self._all_again)

    def _all_again(self) -> None:
        self._allowed = self._mail.connections
