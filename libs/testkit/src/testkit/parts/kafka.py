"""Apache Kafka on this machine: a combined KRaft node with its own folder and ports, gone with its parent.
One node is a cluster of one (parts/cluster.py has more). Settings are the broker's defaults but for what small memory
and short tests ask (docs/decisions/0011)."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from testkit.child import Child
from testkit.parts import probes
from testkit.parts.cache import cache_folder, locked
from testkit.parts.errors import PartError
from testkit.parts.jars import KAFKA_VERSION, Progress, kafka_libs
from testkit.parts.java import find_java
from testkit.ports import free_port

_CLUSTER = "4L6g3nShT-eMCtK--X86sw"  # the identifier of Kafka's own documentation: any will do
_READY_SECONDS = 60
_STOP_SECONDS = 20
_JVM = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_LOGGING = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"

_PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs=data
auto.create.topics.enable=false
# as many copies as there are nodes, of which one may be missing
default.replication.factor={copies}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
# a killed broker may come back after 3 s instead of 9: until then its controller takes the old one for alive
broker.session.timeout.ms={session}
broker.heartbeat.interval.ms=500
# short tests: no wait before the first rebalance, short sessions allowed, abandoned transactions end soon
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
# compaction runs at once where a topic asks (segment.ms, min.cleanable.dirty.ratio)
log.cleaner.backoff.ms=250
log.initial.task.delay.ms=500
# retention never runs: tests write records of 2023 and of year 1, and whoever read them late found them deleted
log.retention.check.interval.ms=86400000
log.retention.ms=-1
# small memory (the default buffer is half of the heap)
log.cleaner.dedupe.buffer.size=16777216
"""


class EmbeddedKafka:
    """`await start()`, then `bootstrap`. Without a folder the data is temporary and `stop()` removes it.

    `node` is its number in a cluster, `controllers` the port of each node's controller; alone it chooses its own.
    `session_milliseconds`: how long the cluster takes it for alive when it says nothing.
    """

    def __init__(
        self,
        folder: Path | None = None,
        on_progress: Progress = lambda _: None,
        *,
        node: int = 1,
        controllers: Mapping[int, int] | None = None,
        session_milliseconds: int = 3_000,
    ) -> None:
        self.node = node
        self.port = 0
        self._controllers = controllers
        self._session = session_milliseconds
        self._given = folder
        self._folder = folder
        self._on_progress = on_progress
        self._child: Child | None = None
        self._command: list[str] = []

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self._home / "kafka.log"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Fetches what is missing, starts the broker and returns when it answers a client."""
        try:
            await asyncio.to_thread(self._prepare)
            for last_try in (False, False, True):
                self._configure()
                if await self._launch(port_may_be_taken=not last_try):
                    return
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stops the broker; a folder of the caller's is left in order, a temporary one is removed."""
        child, self._child = self._child, None
        if child is not None:
            await asyncio.to_thread(child.terminate if self._given else child.kill)
        if self._folder is not None and self._given is None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None

    def kill(self) -> None:
        """SIGKILL, as in a crash: what was not flushed is in the machine's memory still, and survives."""
        self._running.kill()

    def terminate(self) -> int:
        """SIGTERM and the exit code: in a cluster it hands its partitions over first. `restart()` starts it again."""
        return self._running.terminate(grace=_STOP_SECONDS)

    async def restart(self) -> None:
        """Kills it if it runs, and starts it again on the same port and data."""
        await asyncio.to_thread(self._running.kill)
        await self._launch(port_may_be_taken=False)

    def pause(self) -> None:
        """SIGSTOP: connections stay open, nothing answers."""
        self._running.pause()

    def resume(self) -> None:
        self._running.resume()

    def alive(self) -> bool:
        return self._child is not None and self._child.alive()

    def rss_bytes(self) -> int:
        return self._running.rss_bytes()

    def ended(self) -> str | None:
        return None if self._child is None or self._child.alive() else str(self.log)

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise PartError("This Kafka has not been started.")
        return self._child

    @property
    def _home(self) -> Path:
        if self._folder is None:
            raise PartError("This Kafka has not been started.")
        return self._folder

    def _prepare(self) -> None:
        self._command = java_command(self._on_progress)
        formatted = _formatted(self._command, self.node)
        if (kept := kept_classes(self._command)).exists():
            # without warnings: what does not fit is made anew
            self._command[1:1] = [f"-XX:AOTCache={kept}", "-Xlog:aot*=error"]
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="imagin-kafka-"))
        data = self._home / "data"
        if not data.exists():
            shutil.copytree(formatted, data)
        self._on_progress("Kafka démarre")

    def _configure(self) -> None:
        self.port = free_port()
        controllers = self._controllers or {self.node: free_port()}
        _write_properties(self._home, self.node, controllers, port=self.port, session=self._session)

    async def _launch(self, *, port_may_be_taken: bool) -> bool:
        """True when ready; False when a port was taken meanwhile and the caller may choose another."""
        seen = self.log.stat().st_size if self.log.exists() else 0
        command = [*self._command, "kafka.Kafka", "server.properties"]
        self._child = await asyncio.to_thread(Child, command, log=self.log, cwd=self._home, env=_environment())
        deadline = time.monotonic() + _READY_SECONDS
        while not await probes.kafka_answers(self.port):
            if not self._child.alive():
                if port_may_be_taken and b"BindException" in self.log.read_bytes()[seen:]:
                    return False
                raise PartError(f"Kafka stopped while starting; end of its log:\n{self._child.log_tail()}")
            if time.monotonic() > deadline:
                tail = self._child.log_tail()
                raise PartError(f"Kafka did not answer within {_READY_SECONDS} s; end of its log:\n{tail}")
            await asyncio.sleep(0.05)
        return True


def java_command(on_progress: Progress) -> list[str]:
    """Java, its options and Kafka's jars: a class's name is to follow."""
    return [find_java(), *_JVM, _LOGGING, "-cp", f"{kafka_libs(on_progress)}/*"]


def kept_classes(command: list[str]) -> Path:
    """Where `parts.classes` keeps them for this release of Java, these options and this place of Kafka, the only ones
    that they fit."""
    release = Path(command[0]).resolve().parents[1] / "release"
    known = "\n".join(command[1:]) + (release.read_text(encoding="utf-8") if release.exists() else "")
    name = f"classes-{hashlib.sha256(known.encode()).hexdigest()[:12]}.aot"
    return cache_folder() / f"kafka-{KAFKA_VERSION}" / name


def _environment() -> dict[str, str]:
    """Java reads the names of folders by the locale; paths in its settings are relative, because those are Latin-1."""
    return os.environ | {"LC_ALL": "C.UTF-8"}


def _write_properties(folder: Path, node: int, controllers: Mapping[int, int], *, port: int, session: int) -> Path:
    properties = folder / "server.properties"
    text = _PROPERTIES.format(
        node=node,
        voters=",".join(f"{number}@127.0.0.1:{controller}" for number, controller in controllers.items()),
        port=port,
        controller_port=controllers[node],
        copies=len(controllers),
        in_sync=max(1, len(controllers) - 1),
        session=session,
    )
    properties.write_text(text, encoding="utf-8")
    return properties


def _formatted(java: list[str], node: int) -> Path:
    """A data folder as Kafka's storage tool leaves it: the same for every new broker, so made once (1 s)."""
    name = f"kafka-{KAFKA_VERSION}"
    pattern = cache_folder() / name / ("formatted" if node == 1 else f"formatted-{node}") / "data"
    if not pattern.exists():
        with locked(name):
            if not pattern.exists():
                _format(java, pattern.parent, node)
    return pattern


def format_data(java: list[str], folder: Path, *options: str, node: int = 1) -> None:
    """Make `folder`/data, as the storage tool does with `options`."""
    properties = _write_properties(folder, node, {node: 9093}, port=9092, session=9_000)
    tool = [*java, "kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", properties.name, *options]
    done = subprocess.run(tool, capture_output=True, text=True, check=False, cwd=folder, env=_environment())
    if done.returncode != 0:
        raise PartError(f"Kafka's storage tool failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _format(java: list[str], folder: Path, node: int) -> None:
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(partial, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        format_data(java, Path(name), node=node)
        (Path(name) / "data").chmod(0o755)
        shutil.copytree(name, partial)
    partial.rename(folder)
