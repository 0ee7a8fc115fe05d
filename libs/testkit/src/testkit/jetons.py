"""Tokens of tests: one key set an issuer, drawn once a run; `sources` names them as the setting `issuers` does."""

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from acces.acteur import Acteur
from acces.jetons import ISSUERS, SERVICES, Signer, create_keys


@cache
def signer(issuer: str) -> Signer:
    """What signs for `issuer`."""
    return Signer(issuer, json.dumps(create_keys()))


def mint(acteur: Acteur, *, now: datetime | None = None, hours: float = 1) -> str:
    """A token by the issuer that may vouch for this role, good at all services."""
    issuer = next(name for name, roles in ISSUERS.items() if acteur.role in roles)
    return signer(issuer).mint(acteur, audience=SERVICES, now=now or datetime.now(UTC), hours=hours)


@cache
def sources() -> dict[str, str]:
    """A file of public keys by issuer, until the process ends."""
    folder = Path(_folder().name)
    for name in ISSUERS:
        (folder / name).write_text(json.dumps(signer(name).public()), encoding="utf-8")
    return {name: str(folder / name) for name in ISSUERS}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="imagin-jwks-")
