"""The bare pipeline's processes, beside the product's stack on the same Kafka and PostgreSQL."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress

import asyncpg
import psutil

from imagin_dev.bench import bare
from imagin_dev.stack import Stack
from testkit import topics
from testkit.databases import create_database, drop_database
from testkit.ports import free_port
from testkit.processes import ServiceProcess


class BarePipeline:
    """`await start("importer", "reader")`: one process and one fresh database a node, fresh topics.

    `prepare` and `run` are its halves, for who writes onto the topics in between or runs a node again.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.databases: dict[str, str] = {}
        self.nodes: dict[str, ServiceProcess] = {}

    async def start(self, *names: str) -> None:
        await self.prepare(*names)
        await self.run(*names)

    async def prepare(self, *names: str) -> None:
        for topic in bare.TOPICS:
            await topics.delete_topic(self._stack.kafka.bootstrap, topic)
            await topics.create_topic(self._stack.kafka.bootstrap, topic, partitions=6)
        for name in names:
            self.databases[name] = await self._database(f"bare_{name}")

    async def run(self, *names: str) -> None:
        for name in names:
            self.nodes[name] = self._node(name)
        await asyncio.gather(*(node.wait_ready() for node in self.nodes.values()))

    async def _database(self, name: str) -> str:
        await drop_database(self._stack.postgres.admin_url, name)
        url = await create_database(self._stack.postgres.admin_url, name)
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(bare.SCHEMA)
        finally:
            await connection.close()
        return url

    def _node(self, name: str) -> ServiceProcess:
        port = free_port()
        environment = {
            "BARE_DATABASE_URL": self.databases[name],
            "BARE_KAFKA_BOOTSTRAP": self._stack.kafka.bootstrap,
            "BARE_HTTP_PORT": str(port),
        }
        command = [sys.executable, "-m", "imagin_dev.bench.bare", name]
        return ServiceProcess(command, environment=environment, port=port, log=self._stack.folder / f"bare-{name}.log")

    async def stop(self) -> None:
        for node in self.nodes.values():
            with suppress(ProcessLookupError):
                await asyncio.to_thread(node.kill)
        self.nodes = {}


_PARTS = {"postgresql": "postgres", "kafka": "java"}  # by the names of their programs


def cpu_seconds(processes: Mapping[str, ServiceProcess]) -> dict[str, float]:
    """What each of them has used so far, and the parts: neighbours on the machine move it less than the clock."""
    children = psutil.Process().children(recursive=True)
    parts = {name: sum(_seconds(one) for one in children if one.name() == program) for name, program in _PARTS.items()}
    return {name: _seconds(psutil.Process(one.pid)) for name, one in processes.items()} | parts


def _seconds(process: psutil.Process) -> float:
    """With those of its children that have ended: PostgreSQL has a process for each connection."""
    return float(sum(process.cpu_times()[:4]))
