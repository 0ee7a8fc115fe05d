"""Several nodes of Kafka as one cluster: each partition on all of them, one of which may be missing."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from testkit.parts.errors import PartError
from testkit.parts.jars import Progress
from testkit.parts.kafka import EmbeddedKafka
from testkit.ports import free_port


class KafkaCluster:
    """`await start()`, then `bootstrap`; each of `nodes` can be hurt alone.

    A broker's session is what deploy/README.md asks for, so that what is measured here holds for an installation.
    """

    def __init__(
        self,
        folder: Path | None = None,
        on_progress: Progress = lambda _: None,
        *,
        nodes: int = 3,
        session_milliseconds: int = 6_000,
    ) -> None:
        self.nodes: Sequence[EmbeddedKafka] = ()
        self._folder = folder
        self._on_progress = on_progress
        self._count = nodes
        self._session = session_milliseconds

    @property
    def bootstrap(self) -> str:
        return ",".join(node.bootstrap for node in self.nodes)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Returns when every node answers; tried once more on other ports when one was taken meanwhile."""
        for last_try in (False, True):
            self.nodes = self._made()
            results = await asyncio.gather(*(node.start() for node in self.nodes), return_exceptions=True)
            failures = [one for one in results if isinstance(one, BaseException)]
            if not failures:
                return
            await self.stop()
            if last_try or not isinstance(failures[0], PartError):
                raise failures[0]

    def _made(self) -> list[EmbeddedKafka]:
        controllers: dict[int, int] = {}
        while len(controllers) < self._count:
            if (port := free_port()) not in controllers.values():
                controllers[len(controllers) + 1] = port
        return [
            EmbeddedKafka(
                self._folder / f"kafka-{number}" if self._folder else None,
                self._on_progress,
                node=number,
                controllers=controllers,
                session_milliseconds=self._session,
            )
            for number in controllers
        ]

    async def stop(self) -> None:
        """All at once: who hands over its partitions last has nobody to give them to, and is killed."""
        for node in self.nodes:
            if node.alive():
                node.kill()
        await asyncio.gather(*(node.stop() for node in self.nodes))

    async def restart(self) -> None:
        """Kills them if they run, and starts them again on the same ports and data."""
        await asyncio.gather(*(node.restart() for node in self.nodes))

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()

    def pause(self) -> None:
        for node in self.nodes:
            node.pause()

    def resume(self) -> None:
        for node in self.nodes:
            node.resume()

    def rss_bytes(self) -> int:
        return sum(node.rss_bytes() for node in self.nodes)

    def ended(self) -> str | None:
        return next((log for node in self.nodes if (log := node.ended())), None)
