"""The whole product on one machine: Kafka, PostgreSQL, topics, databases, four services as processes.

Used by the demo, the bench and the end-to-end tests. Everything it starts ends with it, even when it is killed.
"""

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from acces.acteur import Acteur
from acces.cle_partagee import SharedKey
from acces.jetons import ISSUERS, Signer, create_keys
from acces.jetons import PATH as JWKS
from acces.jetons import SERVICES as AUDIENCES
from chassis.connecting import kafka_connection
from chassis.database import connect
from chassis.provisioning import create_service_database
from convocation.operations import open_session
from imagin_ops import topics
from imagin_ops.running import Installation
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SERVICES, ServiceSpec
from testkit.parts.errors import PartError
from testkit.parts.selection import Kafka, Parts, Postgres, choose_parts
from testkit.ports import free_ports
from testkit.processes import ServiceProcess

_READY_SECONDS = 30
_SEALS = [f"{CONVOCATION.prefix}{name}_KEYS" for name in ("LINK", "VERIFICATION", "CALENDAR")]
_SEALS += [f"{NOTIFIER.prefix}BOUNCE_KEYS"]
_WATCH_SECONDS = 0.5
Say = Callable[[str], None]


class PartEnded(PartError):
    """Parts that run for ever have ended, and nobody stopped them; a sentence for each says where its log is."""


class Stack:
    """`async with Stack(folder) as stack:` gives a running product; `services` maps a name to its process.

    `settings` are added to the environment of the service whose prefix they bear. With `replicas` each service has so
    many processes: the second of convocation is named « convocation-2 ». Several `brokers` are a cluster.
    `python_path`: sources that the next processes run instead of the installed ones. `shared_key`: what all sign with
    instead of their own keys, as the release before did.
    """

    def __init__(
        self,
        folder: Path,
        *,
        say: Say = lambda _: None,
        settings: Mapping[str, str] | None = None,
        given: bool = True,
        services: tuple[ServiceSpec, ...] = SERVICES,
        brokers: int = 1,
        replicas: int = 1,
    ) -> None:
        self.folder = folder
        self.mail_dir = folder / "mails"
        self.shared_key: str | None = None
        self._seals = {name: secrets.token_urlsafe(32) for name in _SEALS}
        self.keys = {name: json.dumps(create_keys()) for name in ISSUERS}
        self.databases: dict[str, str] = {}
        self.services: dict[str, ServiceProcess] = {}
        self.python_path: str | None = None
        self._ports: dict[str, tuple[int, int]] = {}  # for everybody, and for who runs it
        self._specs = services
        self.replicas = range(1, replicas + 1)
        self._brokers = brokers
        self._given = given
        self._say = say
        self._settings = settings or {}
        self._parts: Parts | None = None
        self._ahead: list[ServiceProcess] = []
        self._known_as = ""

    async def __aenter__(self) -> Self:
        try:
            await self._start_parts()
            await self.start_services(*self._specs)
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def parts(self) -> Parts:
        assert self._parts is not None, "the stack has not been started"
        return self._parts

    @property
    def kafka(self) -> Kafka:
        """The Kafka part: kill, restart, pause and resume it in tests."""
        return self.parts.kafka

    @property
    def postgres(self) -> Postgres:
        return self.parts.postgres

    @property
    def kafka_connection(self) -> dict[str, Any]:
        return kafka_connection(bootstrap=self.kafka.bootstrap)

    @staticmethod
    def name_of(service: ServiceSpec, replica: int = 1) -> str:
        """Of a process, in `services`."""
        return service.name if replica == 1 else f"{service.name}-{replica}"

    def url(self, service: ServiceSpec, replica: int = 1) -> str:
        return f"http://127.0.0.1:{self._ports[self.name_of(service, replica)][0]}"

    def ops_url(self, service: ServiceSpec, replica: int = 1) -> str:
        """Where the metrics of a process are."""
        return f"http://127.0.0.1:{self._ports[self.name_of(service, replica)][1]}"

    def token(self, acteur: Acteur, *, hours: float = 24) -> str:
        """A signed token for `acteur`, good at all services, by the issuer that may vouch for this role."""
        issuer = next(name for name, roles in ISSUERS.items() if acteur.role in roles)
        signs = SharedKey(self.shared_key) if self.shared_key else Signer(issuer, self.keys[issuer])
        return signs.mint(acteur, audience=AUDIENCES, now=datetime.now(UTC), hours=hours)

    async def headers(self, acteur: Acteur) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(acteur)}"}

    async def session(self, acteur: Acteur) -> str:
        """The value of the cookie of a new session, as sign-in opens it."""
        connection = await connect(self.databases[CONVOCATION.name])
        try:
            return await open_session(connection, acteur, datetime.now(UTC))
        finally:
            await connection.close()

    def installation(self) -> Installation:
        """Where the other commands find this stack."""
        urls = {service.name: self.url(service) for service in self._specs}
        ops_urls = {service.name: self.ops_url(service) for service in self._specs}
        keys, admin_url = self.keys["imagin"], self.postgres.admin_url
        return Installation(self.kafka.bootstrap, self.databases, urls, admin_url, keys, ops_urls=ops_urls)

    def operator_environment(self) -> dict[str, str]:
        """What the operator of this stack has set for the commands; the address of one process a service."""
        found = {
            "IMAGIN_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "IMAGIN_DATABASE_URL": self.postgres.admin_url,
            "IMAGIN_SIGNING_KEYS": self.keys["imagin"],
        }
        for one in self._specs:
            found |= {f"{one.prefix}URL": self.url(one), f"{one.prefix}OPS_URL": self.ops_url(one)}
            found[f"{one.prefix}DATABASE_URL"] = self.databases[one.name]
        return found

    async def _start_parts(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._parts = choose_parts(self.folder, given=self._given, brokers=self._brokers, on_progress=self._say)
        names = [self.name_of(service, replica) for service in SERVICES for replica in self.replicas]
        ports = free_ports(2 * len(names))
        self._ports = dict(zip(names, zip(ports[::2], ports[1::2], strict=True), strict=True))
        await self._parts.start(once_postgres_is_up=self._launch_ahead)
        self._say("topics")
        await self.create_topics()

    async def _launch_ahead(self) -> None:
        """Importing takes a process as long as Kafka's start: they wait for it, and for its topics.

        A Kafka that is still being fetched has no port yet.
        """
        await self.create_databases()
        self._known_as = self.kafka.bootstrap
        if self._known_as and ":0," not in f"{self._known_as},":
            self._ahead = self._launch(*self._specs)

    async def create_databases(self) -> None:
        """Into `databases`; a stack that begins as another release has this and the topics done by that one."""
        password = secrets.token_urlsafe(24)
        for service in self._specs:
            url = await create_service_database(self.postgres.admin_url, service.package, password=password)
            self.databases[service.name] = url

    async def move_to(self, postgres: Postgres) -> None:
        """From now on the databases are on that server, which has them and which the stack stops in the end."""
        old, self._parts = self.parts, Parts(self.kafka, postgres)
        place = urlsplit(postgres.admin_url).netloc.rpartition("@")[2]
        for name, url in self.databases.items():
            parts = urlsplit(url)
            account = parts.netloc.rpartition("@")[0]
            self.databases[name] = parts._replace(netloc=f"{account}@{place}").geturl()
        await old.postgres.stop()

    async def create_topics(self) -> None:
        await topics.apply(self.kafka_connection, replication=self._brokers)

    async def start_services(self, *services: ServiceSpec, **extra: str) -> None:
        """Start (again) these services and wait until they are ready; `extra` settings hold for this run (KILL_AT)."""
        ahead, self._ahead = self._ahead, []
        if ahead and self._known_as != self.kafka.bootstrap:  # its port was taken meanwhile
            await asyncio.gather(*(asyncio.to_thread(process.terminate) for process in ahead))
            ahead = []
        started = ahead or self._launch(*services, **extra)
        await asyncio.gather(*(process.wait_ready(_READY_SECONDS * len(self.replicas)) for process in started))

    def _launch(self, *services: ServiceSpec, **extra: str) -> list[ServiceProcess]:
        self._say("services : " + ", ".join(service.name for service in services))
        return [self.launch(service, replica, **extra) for service in services for replica in self.replicas]

    def launch(self, service: ServiceSpec, replica: int = 1, **extra: str) -> ServiceProcess:
        """Start (again) one process of `service`, without waiting."""
        name = self.name_of(service, replica)
        environment = self._environment(service, replica) | extra
        log = self.folder / f"{name}.log"
        process = ServiceProcess.of(service.package, environment, log=log, ports=self._ports[name])
        self.services[name] = process
        return process

    def move(self, service: ServiceSpec) -> None:
        """Its next process gets other ports: the present one lives on beside it."""
        port, ops_port = free_ports(2)
        self._ports[service.name] = port, ops_port

    def _environment(self, service: ServiceSpec, replica: int) -> dict[str, str]:
        """A process asks the process of convocation that bears its number: there is no balancer here."""
        prefix = service.prefix
        environment = {
            f"{prefix}DATABASE_URL": self.databases[service.name],
            f"{prefix}KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            **{name: key for name, key in self._seals.items() if name.startswith(prefix)},
        }
        if service is CONVOCATION:
            environment |= {f"{prefix}PUBLIC_URL": self.url(service), f"{prefix}DEVELOPMENT_SIGN_IN": "true"}
            environment[f"{prefix}IMPORTS_URL"] = self.url(MISSION_IMPORT, replica)
        else:
            environment[f"{prefix}CONVOCATION_URL"] = self.url(CONVOCATION, replica)
        if service is NOTIFIER:
            environment |= self._mail_settings()
        if self.shared_key:
            environment["IMAGIN_TOKEN_KEY"] = self.shared_key
        else:
            environment["IMAGIN_ISSUERS"] = json.dumps(self._issuers())
            if service.name in self.keys:
                environment[f"{prefix}SIGNING_KEYS"] = self.keys[service.name]
        if self.python_path:
            environment["PYTHONPATH"] = self.python_path
        return environment | {name: value for name, value in self._settings.items() if name.startswith(prefix)}

    def _issuers(self) -> dict[str, str]:
        """Where each issuer's public keys are: a service serves its own, those of the commands are a file."""
        found = {one.name: f"{self.url(one)}{JWKS}" for one in SERVICES if one.name in self.keys}
        for name in self.keys.keys() - found:
            file = self.folder / f"jwks-{name}.json"
            if not file.exists():  # a process may be reading it now
                file.write_text(json.dumps(Signer(name, self.keys[name]).public()), encoding="utf-8")
            found[name] = str(file)
        return found

    def _mail_settings(self) -> dict[str, str]:
        """The operator's IMAGIN_SMTP_URL wins, as his Kafka and PostgreSQL do. Nobody waits two minutes here."""
        smtp_url = os.environ.get("IMAGIN_SMTP_URL") if self._given else None
        smtp_url = self._settings.get(f"{NOTIFIER.prefix}SMTP_URL", smtp_url)
        way = (
            {f"{NOTIFIER.prefix}SMTP_URL": smtp_url} if smtp_url else {f"{NOTIFIER.prefix}MAIL_DIR": str(self.mail_dir)}
        )
        return way | {f"{NOTIFIER.prefix}SETTLE_SECONDS": "1"}

    async def watch(self) -> None:
        """Returns never. Raises PartEnded."""
        while True:
            if ended := await asyncio.to_thread(self._ended):
                raise PartEnded("\n  ".join(ended))
            await asyncio.sleep(_WATCH_SECONDS)

    def _ended(self) -> list[str]:
        """Kafka and PostgreSQL first: services may have ended for want of them."""
        parts = (("Kafka", self.kafka.ended()), ("PostgreSQL", self.postgres.ended()))
        services = [
            f"{name} s’est arrêté (code {one.returncode}) ; son journal : {one.log}"
            for name, one in self.services.items()
            if not one.alive()
        ]
        return [f"{name} s’est arrêté ; son journal : {log}" for name, log in parts if log] + services

    async def stop(self) -> None:
        """Stop the services (SIGTERM, then SIGKILL), then the parts."""
        running = [process for process in self.services.values() if process.alive()]
        await asyncio.gather(*(asyncio.to_thread(process.terminate) for process in running))
        if self._parts is not None:
            await self._parts.stop()
