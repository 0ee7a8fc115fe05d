"""Kafka and PostgreSQL as containers (IMAGIN_TEST_PARTS=containers), with the interface of the embedded parts.
Where the ryuk image is absent, containers of a test run that was killed must be removed by hand."""

import asyncio
from typing import Any

import docker
from docker.errors import DockerException, ImageNotFound
from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config

from testkit.parts import probes
from testkit.parts.errors import PartError
from testkit.parts.jars import Progress
from testkit.ports import free_port

KAFKA_IMAGE = "apache/kafka:4.1.0"
POSTGRES_IMAGE = "postgres:15"
_READY_SECONDS = 90
_KAFKA_PORT = 9093
_KAFKA_SETTINGS = {
    "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "TRANSACTION_STATE_LOG_NUM_PARTITIONS": "4",
    "OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "AUTO_CREATE_TOPICS_ENABLE": "false",
    "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    "TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS": "1000",
    "BROKER_SESSION_TIMEOUT_MS": "3000",
    "BROKER_HEARTBEAT_INTERVAL_MS": "500",
    "LOG_CLEANER_BACKOFF_MS": "250",
    "LOG_INITIAL_TASK_DELAY_MS": "500",
    "LOG_RETENTION_CHECK_INTERVAL_MS": "1000",
}


class _ApacheKafka(KafkaContainer):
    """testcontainers' class speaks to another image's start scripts; this one to apache/kafka's."""

    def __init__(self, image: str, outside_port: int) -> None:
        super().__init__(image, port=_KAFKA_PORT)
        self.outside_port = outside_port
        self.kraft_enabled = True

    def tc_start(self) -> None:
        outside = f"{self.listener_name}://127.0.0.1:{self.outside_port}"
        script = (
            "chmod -f u+w /opt/kafka/config/*\n"  # an image built from read-only sources cannot write its settings
            f"export KAFKA_ADVERTISED_LISTENERS={outside},BROKER://$(hostname -i):9092\n"
            "exec /etc/kafka/docker/run\n"
        )
        self.create_file(script.encode(), self.TC_START_SCRIPT)


class _Contained:
    """What both have in common: a container on a fixed port of this machine, hurt through the engine."""

    image: str

    def __init__(self, on_progress: Progress = lambda _: None) -> None:
        self.port = 0
        self._on_progress = on_progress
        self._container: Any = None

    async def start(self) -> None:
        self._on_progress(f"{self.image} démarre")
        try:
            await asyncio.to_thread(self._start)
            await self._wait_ready()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        container, self._container = self._container, None
        if container is not None:
            await asyncio.to_thread(container.stop)

    def kill(self) -> None:
        """SIGKILL to everything in the container; its data stays."""
        self._wrapped.reload()
        if self._wrapped.status in {"running", "paused"}:
            self._wrapped.kill()
            self._wrapped.wait()

    async def restart(self) -> None:
        """Kills it if it runs, and starts it again on the same port and data."""
        await asyncio.to_thread(self.kill)
        await asyncio.to_thread(self._wrapped.start)
        await self._wait_ready()

    def pause(self) -> None:
        self._wrapped.pause()

    def resume(self) -> None:
        self._wrapped.unpause()

    def rss_bytes(self) -> int:
        usage = self._wrapped.stats(stream=False)["memory_stats"]
        return int(usage.get("usage", 0))

    def ended(self) -> str | None:
        if self._container is None:
            return None
        container = self._wrapped
        container.reload()
        return None if container.status in {"running", "paused"} else f"docker logs {container.short_id}"

    async def _wait_ready(self) -> None:
        raise NotImplementedError

    def _make(self) -> Any:
        raise NotImplementedError

    @property
    def _wrapped(self) -> Any:
        if self._container is None:
            raise PartError(f"{self.image} has not been started.")
        return self._container.get_wrapped_container()

    def _log_tail(self) -> str:
        if self._container is None or self._container._container is None:  # noqa: SLF001  # get_wrapped would start it
            return ""
        return str(self._wrapped.logs(tail=15).decode(errors="replace"))

    def _start(self) -> None:
        _configure()
        self.port = free_port()
        self._container = self._make()
        try:
            self._container.start()
        except ImageNotFound as error:
            raise PartError(f"The image {self.image} is not here and cannot be pulled.") from error
        except (DockerException, RuntimeError, TimeoutError) as error:
            raise PartError(f"{self.image} did not start: {error}\n{self._log_tail()}") from error


class ContainerKafka(_Contained):
    image = KAFKA_IMAGE

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _make(self) -> Any:
        kafka = _ApacheKafka(self.image, self.port)
        for name, value in _KAFKA_SETTINGS.items():
            kafka.with_env(f"KAFKA_{name}", value)
        return _on_loopback(kafka, _KAFKA_PORT, self.port)

    async def _wait_ready(self) -> None:
        if not await probes.until(lambda: probes.kafka_answers(self.port), seconds=_READY_SECONDS):
            raise PartError(f"{self.image} did not answer; end of its log:\n{self._log_tail()}")


class ContainerPostgres(_Contained):
    image = POSTGRES_IMAGE

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres:testkit@127.0.0.1:{self.port}/postgres"

    def _make(self) -> Any:
        postgres = PostgresContainer(self.image, username="postgres", password="testkit", dbname="postgres")  # noqa: S106
        return _on_loopback(postgres, 5432, self.port)

    async def _wait_ready(self) -> None:
        if not await probes.until(lambda: probes.postgres_answers(self.admin_url), seconds=_READY_SECONDS):
            raise PartError(f"{self.image} did not answer; end of its log:\n{self._log_tail()}")


def _on_loopback(container: Any, inside: int, outside: int) -> Any:
    """testcontainers would publish on all addresses, on a port that changes with each start."""
    container.ports = {f"{inside}/tcp": ("127.0.0.1", outside)}
    return container


def _configure() -> None:
    """Ryuk only where its image is here already: it is never worth a pull that hangs."""
    try:
        engine = docker.from_env()
    except DockerException as error:
        raise PartError("IMAGIN_TEST_PARTS=containers needs a Docker engine, and none answers.") from error
    try:
        engine.images.get(testcontainers_config.ryuk_image)
    except ImageNotFound:
        testcontainers_config.ryuk_disabled = True
    finally:
        engine.close()
