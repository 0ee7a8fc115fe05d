"""How many requests a client (or, before it has a token, an address) may make: 429 with Retry-After (RFC 6585)."""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from acces.http import ActeurDep
from chassis.http import Problem
from santorin_bridge.metrics import LIMITED
from santorin_bridge.web.application import application
from santorin_bridge.web.debit import Debit


async def limit_acteur(request: Request, acteur: ActeurDep) -> None:
    """The dependency of every router that asks for an acteur. Raises Problem 429."""
    key = f"{acteur.role}:{acteur.sub}"
    await _take(application(request).debit_api, key, request.scope["route"].path)


async def limit_peer(request: Request, route: str) -> None:
    """For a route without an acteur: every attempt of an address counts, the failing ones too. Raises Problem 429."""
    await _take(application(request).debit_jetons, peer(request.client.host if request.client else ""), route)


def peer(host: str) -> str:
    """The key of an address: an IPv6 one by its /64, of which a single subscriber has every address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:64]
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else host


async def _take(debit: Debit, key: str, route: str) -> None:
    seconds = await debit.take(key)
    if seconds:
        LIMITED.labels(route).inc()
        detail = f"Trop de requêtes : réessayez dans {seconds} s."
        raise Problem(429, "trop-de-requetes", detail, headers={"Retry-After": str(seconds)})
