"""How many requests a client may make: 429 with Retry-After (RFC 6585)."""

from fastapi import Request

from acces import debit
from acces.http import ActeurDep
from santorin_bridge.web.application import application


async def limit_acteur(request: Request, acteur: ActeurDep) -> None:
    """The dependency of every router that asks for an acteur. Raises Problem 429."""
    await debit.limit_acteur(request, application(request).debit_api, acteur)
