"""Apache Kafka on this machine: one combined KRaft node, own folder and ports, gone with its parent.
Settings are the broker's defaults but for what one node, small memory and short tests ask (docs/decisions/0011)."""

import asyncio
import shutil
import subprocess
import tempfile
import time
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
_JVM = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_LOGGING = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
# one node
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# a killed broker may come back after 3 s instead of 9: until then its controller takes the old one for alive
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# short tests: no wait before the first rebalance, short sessions allowed, abandoned transactions end soon
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
# compaction and retention run at once where a topic asks (segment.ms, min.cleanable.dirty.ratio)
log.cleaner.backoff.ms=250
log.initial.task.delay.ms=500
log.retention.check.interval.ms=1000
# small memory (the default buffer is half of the heap)
log.cleaner.dedupe.buffer.size=16777216
"""


class EmbeddedKafka:
    """`await start()`, then `bootstrap`. Without a folder the data is temporary and `stop()` removes it."""

    def __init__(self, folder: Path | None = None, on_progress: Progress = lambda _: None) -> None:
        self.port = 0
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

    async def restart(self) -> None:
        """Kills it if it runs, and starts it again on the same port and data."""
        await asyncio.to_thread(self._running.kill)
        await self._launch(port_may_be_taken=False)

    def pause(self) -> None:
        """SIGSTOP: connections stay open, nothing answers."""
        self._running.pause()

    def resume(self) -> None:
        self._running.resume()

    def rss_bytes(self) -> int:
        return self._running.rss_bytes()

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
        java, libs = find_java(), kafka_libs(self._on_progress)
        self._command = [java, *_JVM, _LOGGING, "-cp", f"{libs}/*"]
        formatted = _formatted(self._command)
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="imagin-kafka-"))
        data = self._home / "data"
        if not data.exists():
            shutil.copytree(formatted, data)
        self._on_progress("Kafka démarre")

    def _configure(self) -> None:
        self.port = free_port()
        _write_properties(self._home, port=self.port, controller_port=free_port())

    async def _launch(self, *, port_may_be_taken: bool) -> bool:
        """True when ready; False when a port was taken meanwhile and the caller may choose another."""
        seen = self.log.stat().st_size if self.log.exists() else 0
        command = [*self._command, "kafka.Kafka", str(self._home / "server.properties")]
        self._child = await asyncio.to_thread(Child, command, log=self.log, cwd=self._home)
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


def _write_properties(folder: Path, *, port: int, controller_port: int) -> Path:
    properties = folder / "server.properties"
    text = _PROPERTIES.format(port=port, controller_port=controller_port, data=folder / "data")
    properties.write_text(text, encoding="utf-8")
    return properties


def _formatted(java: list[str]) -> Path:
    """A data folder as Kafka's storage tool leaves it: the same for every new broker, so made once (1 s)."""
    pattern = cache_folder() / f"kafka-{KAFKA_VERSION}" / "formatted" / "data"
    if not pattern.exists():
        with locked(f"kafka-{KAFKA_VERSION}"):
            if not pattern.exists():
                _format(java, pattern.parent)
    return pattern


def format_data(java: list[str], folder: Path, *options: str) -> None:
    """Make `folder`/data, as the storage tool does with `options`."""
    properties = _write_properties(folder, port=9092, controller_port=9093)
    tool = [*java, "kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(properties), *options]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PartError(f"Kafka's storage tool failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _format(java: list[str], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        format_data(java, Path(name))
        (Path(name) / "data").chmod(0o755)
        shutil.copytree(name, folder.with_name("formatted.partial"), dirs_exist_ok=True)
    folder.with_name("formatted.partial").rename(folder)
