"""What the operator's commands work on: the environment's cluster and databases, or the demo that runs here."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from chassis.settings import kafka_connection
from imagin_ops.output import fail
from imagin_ops.services import SERVICES


@dataclass(frozen=True, slots=True)
class Installation:
    """Addresses of one installation; `databases` and `urls` by service name, the rest where it is known."""

    bootstrap: str
    databases: dict[str, str]
    urls: dict[str, str]
    admin_url: str | None = None
    token_key: str | None = None
    pid: int | None = None

    @property
    def kafka(self) -> dict[str, Any]:
        """aiokafka's connection arguments, with IMAGIN_KAFKA_* security where it is set."""
        ca_file = os.environ.get("IMAGIN_KAFKA_CA_FILE")
        return kafka_connection(
            bootstrap=self.bootstrap,
            security_protocol=os.environ.get("IMAGIN_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT"),
            sasl_mechanism=os.environ.get("IMAGIN_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
            username=os.environ.get("IMAGIN_KAFKA_SASL_USERNAME"),
            password=os.environ.get("IMAGIN_KAFKA_SASL_PASSWORD"),
            ca_file=Path(ca_file) if ca_file else None,
        )


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
    """The environment's installation, else the one running demo; exits with 2 when there is none, or several."""
    bootstrap = os.environ.get("IMAGIN_KAFKA_BOOTSTRAP")
    databases = {service.name: os.environ.get(f"{service.prefix}DATABASE_URL") for service in SERVICES}
    if bootstrap and all(databases.values()):
        urls = {service.name: os.environ.get(f"{service.prefix}URL", "") for service in SERVICES}
        known = {name: url for name, url in databases.items() if url}
        admin_url, token_key = os.environ.get("IMAGIN_DATABASE_URL"), os.environ.get("IMAGIN_TOKEN_KEY")
        return Installation(bootstrap, known, urls, admin_url, token_key)
    wanted = os.environ.get("IMAGIN_DEMO")
    demos = [demo for demo in _demos() if wanted in {None, str(demo.pid)}]
    if len(demos) > 1:
        pids = ", ".join(str(demo.pid) for demo in demos)
        fail(f"plusieurs démonstrations tournent ({pids}) : choisissez par IMAGIN_DEMO=<pid>", code=2)
    if not demos:
        names = "IMAGIN_KAFKA_BOOTSTRAP et <SERVICE>_DATABASE_URL"
        fail(f"aucune démonstration ne tourne ici et {names} ne sont pas donnés", code=2)
    return demos[0]


def _demos() -> list[Installation]:
    found = []
    for file in _folder().glob("*.json"):
        if psutil.pid_exists(int(file.stem)):
            found.append(Installation(**json.loads(file.read_text(encoding="utf-8"))))
        else:
            file.unlink(missing_ok=True)
    return found
