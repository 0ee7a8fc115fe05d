"""What the requests of santorin-bridge use."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request

from acces import http as acces
from chassis import http
from chassis.freshness import Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(acces.Application):
    """`stale_after`: the check of rights answers 503 when it knows less than what was told so long ago."""

    freshness: Freshness
    stale_after: timedelta


def application(request: Request) -> Application:
    return http.application(request, Application)
