"""A product that begins as the previous release, and what stands before its processes while they are replaced."""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest_asyncio

from chassis.provisioning import with_database, with_user
from imagin_dev.demo.books import Books
from imagin_dev.stack import Stack
from imagin_dev.upgrade.previous import python_path
from imagin_ops.services import CONVOCATION, SERVICES

PASSWORD = "upgrade-upgrade-upgrade"
OPS = "from imagin_ops.main import app; app()"


class Balancer:
    """One address before the processes of a service: each connection goes to the next of `ports` that takes it."""

    def __init__(self):
        self.ports, self._server, self._turn = [], None, 0

    async def start(self):
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)

    def stop(self):
        self._server.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _pass_on(self, reader, writer):
        for _ in self.ports:
            self._turn += 1
            with contextlib.suppress(OSError):
                behind = await asyncio.open_connection("127.0.0.1", self.ports[self._turn % len(self.ports)])
                await asyncio.gather(_copy(reader, behind[1]), _copy(behind[0], writer))
                return
        writer.close()


async def _copy(reader, writer):
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


class Upgrade(Stack):
    """Begins with the commands and processes of the previous release, whose sources are at `previous`."""

    def __init__(self, folder, previous, balancer):
        addresses = {f"{service.prefix}CONVOCATION_URL": balancer.url for service in SERVICES}
        quick = {f"{service.prefix}KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000" for service in SERVICES}
        settings = addresses | quick | {f"{CONVOCATION.prefix}PUBLIC_URL": balancer.url}
        super().__init__(folder, settings=settings, given=False)
        self.previous = self.python_path = previous
        self.shared_key = "upgrade-" + secrets.token_urlsafe(32)
        self.balancer = balancer

    def url(self, service, replica=1):
        return self.balancer.url if service is CONVOCATION else super().url(service, replica)

    async def create_databases(self):
        for service in SERVICES:
            url = with_database(self.postgres.admin_url, service.package)
            self.databases[service.name] = with_user(url, service.package, PASSWORD)

    async def create_topics(self):
        await self.ops("topics", "apply")
        await self.ops("db", "create")  # its command wants to know where Kafka is

    async def ops(self, *words):
        """The operators' command, of the release that the stack is of now."""
        return await self.python(OPS, *words)

    async def python(self, code, *words):
        """What `code` prints, run as the release that the stack is of now."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment |= {"IMAGIN_DATABASE_URL": self.postgres.admin_url, "IMAGIN_KAFKA_BOOTSTRAP": self.kafka.bootstrap}
        environment |= {"PYTHONPATH": self.python_path} if self.python_path else {}
        for service in SERVICES:
            environment[f"{service.prefix}DATABASE_URL"] = self.databases[service.name]
            environment[f"{service.prefix}DATABASE_PASSWORD"] = PASSWORD
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", code, *words], env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    async def start_services(self, *services, **extra):
        await super().start_services(*services, **extra)
        if CONVOCATION in services:
            self.balancer.ports.append(self.services[CONVOCATION.name].port)

    async def replace(self, service):
        """A process of the release that the stack is of now beside the one that runs, which is returned and goes on."""
        old = self.services[service.name]
        self.move(service)
        await self.start_services(service)
        return old

    async def end(self, old):
        """SIGTERM, once no new connection comes to it; returns the exit code."""
        self.balancer.ports = [port for port in self.balancer.ports if port != old.port]
        return await asyncio.to_thread(old.terminate)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-upgrade-"))
    balancer = Balancer()
    await balancer.start()
    try:
        previous = await asyncio.to_thread(python_path, folder / "previous")
        async with Upgrade(folder, previous, balancer) as running:
            yield running
    finally:
        balancer.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def books(stack):
    books = Books(stack.databases)
    await books.open()
    yield books
    await books.close()
