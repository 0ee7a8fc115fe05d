"""The API of a service as a command asks it. Apart: what signs takes longer to import than most commands need."""

from acces.jetons import Signer
from imagin_ops.output import fail
from imagin_ops.running import KEYS, Installation
from imagin_ops.services import ServiceSpec


def api(installation: Installation, service: ServiceSpec) -> tuple[str, Signer]:
    """Where the service's API answers (its first process), and what signs a token for it."""
    urls = installation.replicas(service)
    installation.need({f"{service.prefix}URL": urls, KEYS: installation.signing_keys})
    try:
        return urls[0], Signer("imagin", installation.signing_keys or "")
    except ValueError as error:
        fail(f"{KEYS} ne convient pas : {error}", code=2)
