"""What the operator's commands work on: the installation that the environment gives, else the demo that runs here."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

import psutil

from acces.jetons import Signer
from chassis.settings import kafka_connection
from imagin_ops.output import fail, say
from imagin_ops.services import SERVICES, ServiceSpec

_BOOTSTRAP, _ADMIN, _KEYS = "IMAGIN_KAFKA_BOOTSTRAP", "IMAGIN_DATABASE_URL", "IMAGIN_SIGNING_KEYS"


@dataclass(frozen=True, slots=True)
class Installation:
    """Addresses of one installation, empty where they are not given; `databases` and `urls` by service name.

    A command asks for what it needs, and only for that: what is not given ends it with a sentence and exit code 2.
    """

    bootstrap: str
    databases: dict[str, str]
    urls: dict[str, str]
    admin_url: str | None = None
    signing_keys: str | None = None
    pid: int | None = None

    @property
    def kafka(self) -> dict[str, Any]:
        """aiokafka's connection arguments, with IMAGIN_KAFKA_* security where it is set."""
        self.need({_BOOTSTRAP: self.bootstrap})
        ca_file = os.environ.get("IMAGIN_KAFKA_CA_FILE")
        return kafka_connection(
            bootstrap=self.bootstrap,
            security_protocol=os.environ.get("IMAGIN_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT"),
            sasl_mechanism=os.environ.get("IMAGIN_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
            username=os.environ.get("IMAGIN_KAFKA_SASL_USERNAME"),
            password=os.environ.get("IMAGIN_KAFKA_SASL_PASSWORD"),
            ca_file=Path(ca_file) if ca_file else None,
        )

    @property
    def admin(self) -> str:
        """The URL of PostgreSQL's administrator."""
        self.need({_ADMIN: self.admin_url})
        return self.admin_url or ""

    def database(self, service: ServiceSpec) -> str:
        """The URL of the service's database."""
        return self.databases_of([service])[service.name]

    def databases_of(self, services: Sequence[ServiceSpec]) -> dict[str, str]:
        """The URLs of these services' databases, by name."""
        self.need({f"{one.prefix}DATABASE_URL": self.databases.get(one.name) for one in services})
        return {one.name: self.databases[one.name] for one in services}

    def replicas(self, service: ServiceSpec) -> list[str]:
        """Where the service's processes answer: none, one, or several with commas between."""
        given = self.urls.get(service.name, "").split(",")
        return [url.strip().rstrip("/") for url in given if url.strip()]

    def api(self, service: ServiceSpec) -> tuple[str, Signer]:
        """Where the service's API answers (its first process), and what signs a token for it."""
        urls = self.replicas(service)
        self.need({f"{service.prefix}URL": urls, _KEYS: self.signing_keys})
        try:
            return urls[0], Signer("imagin", self.signing_keys or "")
        except ValueError as error:
            fail(f"{_KEYS} ne convient pas : {error}", code=2)

    def need(self, wanted: dict[str, Any]) -> None:
        """End with exit code 2 and the names of the variables that have no value."""
        if missing := [name for name, value in wanted.items() if not value]:
            self._refuse(missing)

    def _refuse(self, missing: list[str]) -> NoReturn:
        names = f"{', '.join(missing)} {'n’est pas donné' if len(missing) == 1 else 'ne sont pas donnés'}"
        if self.pid:
            fail(f"{names} par la démonstration {self.pid}", code=2)
        if given := _given():
            fail(
                f"{names}, mais {given[0]} l’est : c’est donc une installation qui est visée, et une démonstration "
                "n’est prise à sa place que par IMAGIN_DEMO=<pid>",
                code=2,
            )
        fail(f"{names}, et aucune démonstration ne tourne ici", code=2)

    def tell_writing(self, *places: str) -> None:
        """Say on stderr, before a command writes, where it does."""
        whose = f"la démonstration {self.pid}" if self.pid else "l’installation donnée par l’environnement"
        say(f"agit sur {whose} : {', '.join(places)}")


def _folder() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "imagin" / "running"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def announce(installation: Installation) -> Path:
    """Let the other commands find this demo; the file (owner's eyes only) is to be removed at the end."""
    file = _folder() / f"{os.getpid()}.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(installation) | {"pid": os.getpid()}), encoding="utf-8")
    return file


def find() -> Installation:
    """The installation of the environment once one of its addresses is given there, else the one running demo.

    IMAGIN_DEMO=<pid> takes a demo whatever the environment says. Exits with 2 where a choice is missing or wrong.
    """
    wanted = os.environ.get("IMAGIN_DEMO")
    if not wanted and _given():
        return _environment()
    demos = [demo for demo in _demos() if not wanted or wanted == str(demo.pid)]
    if len(demos) > 1:
        pids = ", ".join(str(demo.pid) for demo in demos)
        fail(f"plusieurs démonstrations tournent ({pids}) : choisissez par IMAGIN_DEMO=<pid>", code=2)
    if wanted and not demos:
        fail(f"aucune démonstration {wanted} ne tourne ici (IMAGIN_DEMO)", code=2)
    return demos[0] if demos else _environment()


def _given() -> list[str]:
    """The variables with a value that say which installation is meant: any one of them is enough."""
    services = [f"{service.prefix}{name}" for service in SERVICES for name in ("DATABASE_URL", "URL")]
    return [name for name in (_BOOTSTRAP, _ADMIN, *services) if os.environ.get(name)]


def _environment() -> Installation:
    return Installation(
        bootstrap=os.environ.get(_BOOTSTRAP, ""),
        databases={service.name: os.environ.get(f"{service.prefix}DATABASE_URL", "") for service in SERVICES},
        urls={service.name: os.environ.get(f"{service.prefix}URL", "") for service in SERVICES},
        admin_url=os.environ.get(_ADMIN),
        signing_keys=os.environ.get(_KEYS),
    )


def _demos() -> list[Installation]:
    found = []
    for file in _folder().glob("*.json"):
        if psutil.pid_exists(int(file.stem)):
            found.append(Installation(**json.loads(file.read_text(encoding="utf-8"))))
        else:
            file.unlink(missing_ok=True)
    return found
