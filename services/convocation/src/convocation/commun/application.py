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

    @property
    def secure(self) -> bool:
        """Whether people reach the pages by https, so that the cookie is sent over it alone."""
        return self.settings.public_url.startswith("https:")


def application(request: Request) -> Application:
    return http.application(request, Application)
