"""Everything that can be hurt: brokers, processes of services, PostgreSQL and the mail server, in one form."""

from dataclasses import dataclass
from typing import Protocol

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from chassis.provisioning import with_database
from event_schemas.catalogue import HABILITATION, TOPICS
from imagin_dev.soak.mail_sink import MailSink
from imagin_dev.stack import Stack
from imagin_ops.services import SERVICES, ServiceSpec
from testkit.parts.cluster import KafkaCluster
from testkit.parts.kafka import EmbeddedKafka
from testkit.processes import ServiceProcess

_TERMINATE = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
)


GROWING = [name for name in TOPICS if name != HABILITATION]
"""Topics that may be given partitions. Not the rights: their versions never go down there, that is promised (0029)."""
_MOST_PARTITIONS = 2  # times the catalogue's number


class Victim(Protocol):
    """`stop` asks it to end (SIGTERM) and may take its time; `start` returns when it is ready."""

    name: str

    def kill(self) -> None: ...
    def stop(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    async def start(self) -> None: ...


@dataclass(slots=True)
class Broker:
    node: EmbeddedKafka
    name: str

    def kill(self) -> None:
        self.node.kill()

    def stop(self) -> None:
        self.node.terminate()

    def pause(self) -> None:
        self.node.pause()

    def resume(self) -> None:
        self.node.resume()

    async def start(self) -> None:
        await self.node.restart()


@dataclass(slots=True)
class Process:
    """`down`: its end was asked for."""

    stack: Stack
    service: ServiceSpec
    replica: int
    name: str
    down: bool = False

    @property
    def running(self) -> ServiceProcess:
        return self.stack.services[self.name]

    def kill(self) -> None:
        self.down = True
        self.running.kill()

    def stop(self) -> None:
        self.down = True
        self.running.terminate()

    def pause(self) -> None:
        self.running.pause()

    def resume(self) -> None:
        self.running.resume()

    async def start(self) -> None:
        """Ready or not: what it needs may be away."""
        self.stack.launch(self.service, self.replica)
        self.down = False


@dataclass(slots=True)
class Database:
    stack: Stack
    name: str = "postgresql"

    def kill(self) -> None:
        self.stack.postgres.kill()

    def stop(self) -> None:
        self.kill()

    def pause(self) -> None:
        self.stack.postgres.pause()

    def resume(self) -> None:
        self.stack.postgres.resume()

    async def start(self) -> None:
        await self.stack.postgres.restart()

    async def terminate_backends(self, service: ServiceSpec) -> None:
        """As a fail-over of the database does to all who are connected."""
        connection = await asyncpg.connect(with_database(self.stack.postgres.admin_url, "postgres"), timeout=5)
        try:
            await connection.execute(_TERMINATE, service.package)
        finally:
            await connection.close()


@dataclass(slots=True)
class MailServer:
    sink: MailSink
    name: str = "smtp"

    def kill(self) -> None:
        self.sink.kill()

    def stop(self) -> None:
        self.kill()

    def pause(self) -> None:
        self.sink.pause()

    def resume(self) -> None:
        self.sink.resume()

    async def start(self) -> None:
        await self.sink.start()


@dataclass(slots=True)
class Topics:
    """The cluster's topics, which an operator may give more partitions: keys move to others (0029)."""

    stack: Stack

    async def grow(self, name: str) -> int:
        """One partition more; returns how many there are. Raises KafkaError, TimeoutError."""
        admin = AIOKafkaAdminClient(**self.stack.kafka_connection)
        try:
            await admin.start()
            [described] = await admin.describe_topics([name])
            count = len(described["partitions"])
            if count < TOPICS[name].partitions * _MOST_PARTITIONS:
                count += 1
                await admin.create_partitions({name: NewPartitions(count)})
            return count
        finally:
            await admin.close()


@dataclass(slots=True)
class Victims:
    brokers: list[Broker]
    processes: list[Process]
    database: Database
    mail_server: MailServer
    topics: Topics

    @classmethod
    def of(cls, stack: Stack, sink: MailSink) -> "Victims":
        kafka = stack.kafka
        nodes = kafka.nodes if isinstance(kafka, KafkaCluster) else [kafka]
        brokers = [Broker(one, f"broker-{one.node}") for one in nodes if isinstance(one, EmbeddedKafka)]
        processes = [
            Process(stack, service, replica, stack.name_of(service, replica))
            for service in SERVICES
            for replica in stack.replicas
        ]
        return cls(brokers, processes, Database(stack), MailServer(sink), Topics(stack))

    def of_service(self, service: ServiceSpec) -> list[Process]:
        return [one for one in self.processes if one.service is service]
