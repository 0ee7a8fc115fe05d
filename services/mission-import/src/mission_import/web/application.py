"""What the requests of mission-import use."""

from dataclasses import dataclass

from fastapi import Request

from chassis import http
from pages import application as pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(pages.Application):
    """`convocation_url`: where convocation's pages are, None where nobody said."""

    convocation_url: str | None


def application(request: Request) -> Application:
    return http.application(request, Application)
