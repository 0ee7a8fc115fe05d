"""What the requests of convocation use."""

from dataclasses import dataclass

from fastapi import Request

from chassis import http
from convocation.settings import Settings
from pages import application as pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(pages.Application):
    """Every room's; `documents` adds what renders."""

    settings: Settings


def application(request: Request) -> Application:
    return http.application(request, Application)
