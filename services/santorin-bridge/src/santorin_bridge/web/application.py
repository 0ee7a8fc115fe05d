"""What the requests of santorin-bridge use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request

from acces import http as acces
from acces.cle_partagee import SharedKey
from acces.debit import Debit
from acces.jetons import Signer
from chassis import http
from chassis.freshness import Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(acces.Application):
    """`stale_after`: the check of rights answers 503 when it knows less than what was told so long ago.

    `clients`: id → verifiers of the secrets; `signs` their tokens. Rates: `debit_api` by client, `debit_jetons` by
    address.
    """

    freshness: Freshness
    stale_after: timedelta
    clients: Mapping[str, tuple[str, ...]]
    token_seconds: int
    signs: Signer | SharedKey
    debit_api: Debit
    debit_jetons: Debit


def application(request: Request) -> Application:
    return http.application(request, Application)
