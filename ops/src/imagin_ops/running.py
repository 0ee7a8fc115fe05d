"""What the operator's commands work on: the installation that the environment gives, else the demo that runs here."""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from chassis.connecting import kafka_connection
from chassis.given import Misconfigured, check_brokers, check_database_url, read_secret_file
from imagin_ops.connections import masked
from imagin_ops.output import fail, say
from imagin_ops.services import SERVICES, ServiceSpec

KEYS = "IMAGIN_SIGNING_KEYS"
_BOOTSTRAP, _ADMIN = "IMAGIN_KAFKA_BOOTSTRAP", "IMAGIN_DATABASE_URL"
_PROMETHEUS = "IMAGIN_PROMETHEUS_URL"
_SMTP, _SMTP_CA = "NOTIFIER_SMTP_URL", "NOTIFIER_SMTP_CA_FILE"
_SECURITY = [f"IMAGIN_KAFKA_{one}" for one in ("SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_USERNAME", "CA_FILE")]
_PROCESS = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[^/:\s]+)(:[0-9]{1,5})?(/\S*)?")


def given(variable: str) -> str:
    """The variable's value, else what stands in the file that `<variable>_FILE` names, else nothing.

    Exits with 2 where that file cannot be read.
    """
    path = os.environ.get(f"{variable}_FILE")
    try:
        return os.environ.get(variable) or (read_secret_file(variable, path) if path else "")
    except Misconfigured as error:
        fail(str(error), code=2)


@dataclass(frozen=True, slots=True)
class Installation:
    """Addresses of one installation, empty where they are not given; all but two of them by service name.

    `urls`: where the processes answer to all; `ops_urls`: where they have their metrics; `prometheus_url`: who keeps
    them.

    A command asks for what it needs, and only for that: what is not given ends it with a sentence and exit code 2.
    """

    bootstrap: str
    databases: dict[str, str]
    urls: dict[str, str]
    admin_url: str | None = None
    signing_keys: str | None = None
    pid: int | None = None
    ops_urls: dict[str, str] = field(default_factory=dict)
    prometheus_url: str = ""
    smtp_url: str | None = None
    smtp_ca_file: str | None = None

    def told(self) -> dict[str, str]:
        """What was given, by its variable: no password, no key."""
        named = {
            _BOOTSTRAP: self.bootstrap,
            **{name: given(name) for name in _SECURITY},
            _ADMIN: masked(self.admin_url or ""),
            **{f"{one.prefix}DATABASE_URL": masked(self.databases.get(one.name, "")) for one in SERVICES},
            **{f"{one.prefix}URL": self.urls.get(one.name) for one in SERVICES},
            **{f"{one.prefix}OPS_URL": self.ops_urls.get(one.name) for one in SERVICES},
            _SMTP: masked(self.smtp_url or ""),
            _SMTP_CA: self.smtp_ca_file,
            _PROMETHEUS: self.prometheus_url,
            KEYS: "***" if self.signing_keys else None,
        }
        return {name: value for name, value in named.items() if value}

    @property
    def kafka(self) -> dict[str, Any]:
        """aiokafka's arguments, with IMAGIN_KAFKA_* security where it is set. Exits with 2 where it is wrong."""
        self.need({_BOOTSTRAP: self.bootstrap})
        try:
            if not any(map(given, _SECURITY)):
                return kafka_connection(bootstrap=check_brokers(self.bootstrap))
            from imagin_ops.securing import secured  # noqa: PLC0415  # pydantic: a tenth of a second

            return secured(self.bootstrap)
        except ValueError as error:
            fail(f"{_BOOTSTRAP}: {error}", code=2)
        except Misconfigured as error:
            fail("\n  ".join(error.sentences), code=2)

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
        return _each(self.urls.get(service.name, ""))

    def ops_ports(self, service: ServiceSpec) -> list[str]:
        """Where the service's processes have their metrics: none, one, or several with commas between."""
        return _each(self.ops_urls.get(service.name, ""))

    def need(self, wanted: dict[str, Any]) -> None:
        """End with exit code 2 and the names of the variables that have no value."""
        if missing := [name for name, value in wanted.items() if not value]:
            self._refuse(missing)

    def _refuse(self, missing: list[str]) -> NoReturn:
        names = f"{', '.join(missing)} {'n’est pas donné' if len(missing) == 1 else 'ne sont pas donnés'}"
        if self.pid:
            fail(f"{names} par la démonstration {self.pid}", code=2)
        if others := _addresses():
            fail(
                f"{names}, mais {others[0]} l’est : c’est donc une installation qui est visée, et une démonstration "
                "n’est prise à sa place que par IMAGIN_DEMO=<pid>",
                code=2,
            )
        fail(f"{names}, et aucune démonstration ne tourne ici", code=2)

    def tell_writing(self, *places: str) -> None:
        """Say on stderr, before a command writes, where it does."""
        whose = f"la démonstration {self.pid}" if self.pid else "l’installation donnée par l’environnement"
        say(f"agit sur {whose} : {', '.join(places)}")


def _each(urls: str) -> list[str]:
    return [url.strip().rstrip("/") for url in urls.split(",") if url.strip()]


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
    if not wanted and _addresses():
        return _environment()
    demos = [demo for demo in _demos() if not wanted or wanted == str(demo.pid)]
    if len(demos) > 1:
        pids = ", ".join(str(demo.pid) for demo in demos)
        fail(f"plusieurs démonstrations tournent ({pids}) : choisissez par IMAGIN_DEMO=<pid>", code=2)
    if wanted and not demos:
        fail(f"aucune démonstration {wanted} ne tourne ici (IMAGIN_DEMO)", code=2)
    return demos[0] if demos else _environment()


def _addresses() -> list[str]:
    """The variables that are given and say which installation is meant: any one of them is enough."""
    services = [f"{service.prefix}{name}" for service in SERVICES for name in ("DATABASE_URL", "URL", "OPS_URL")]
    return [name for name in (_BOOTSTRAP, _ADMIN, _PROMETHEUS, *services) if given(name)]


def _environment() -> Installation:
    return Installation(
        bootstrap=given(_BOOTSTRAP),
        databases={service.name: _database(f"{service.prefix}DATABASE_URL") for service in SERVICES},
        urls={service.name: _processes(f"{service.prefix}URL") for service in SERVICES},
        ops_urls={service.name: _processes(f"{service.prefix}OPS_URL") for service in SERVICES},
        admin_url=_database(_ADMIN),
        signing_keys=given(KEYS),
        prometheus_url=_processes(_PROMETHEUS).rstrip("/"),
        smtp_url=given(_SMTP),
        smtp_ca_file=given(_SMTP_CA),
    )


def _database(variable: str) -> str:
    url = given(variable)
    try:
        return url and check_database_url(url)
    except ValueError as error:
        fail(f"{variable}: {error}", code=2)


def _processes(variable: str) -> str:
    urls = given(variable)
    if not all(map(_PROCESS.fullmatch, _each(urls))):
        fail(f"{variable}: a process is http://host:port, with commas between several", code=2)
    return urls


def _demos() -> list[Installation]:
    found = []
    for file in _folder().glob("*.json"):
        if _runs(int(file.stem)):
            found.append(Installation(**json.loads(file.read_text(encoding="utf-8"))))
        else:
            file.unlink(missing_ok=True)
    return found


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
