"""How many requests a client (or, before it has a token, an address) may make: 429 with Retry-After (RFC 6585)."""

import time

from fastapi import FastAPI, Request

from acces.http import ActeurDep
from chassis.http import Problem
from santorin_bridge.domain.debit import Debit, peer
from santorin_bridge.metrics import LIMITED
from santorin_bridge.settings import Settings


def add_to(app: FastAPI, settings: Settings) -> None:
    """The buckets of this process: each process has its own."""
    app.state.monotonic_ns = time.monotonic_ns
    app.state.debit_api = Debit(per_second=settings.api_requests_per_second, burst=settings.api_requests_burst)
    app.state.debit_jetons = Debit(per_second=settings.token_requests_per_second, burst=settings.token_requests_burst)


async def limit_acteur(request: Request, acteur: ActeurDep) -> None:
    """The dependency of every router that asks for an acteur. Raises Problem 429.

    A coroutine, so that it runs on the event loop: buckets need no lock.
    """
    _take(request, request.app.state.debit_api, f"{acteur.role}:{acteur.sub}", request.scope["route"].path)


def limit_peer(request: Request, route: str) -> None:
    """For a route without an acteur: every attempt of an address counts, the failing ones too. Raises Problem 429."""
    _take(request, request.app.state.debit_jetons, peer(request.client.host if request.client else ""), route)


def _take(request: Request, debit: Debit, key: str, route: str) -> None:
    seconds = debit.take(key, request.app.state.monotonic_ns())
    if seconds:
        LIMITED.labels(route).inc()
        detail = f"Trop de requêtes : réessayez dans {seconds} s."
        raise Problem(429, "trop-de-requetes", detail, headers={"Retry-After": str(seconds)})
