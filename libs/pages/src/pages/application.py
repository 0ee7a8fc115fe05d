"""What the requests of a service with pages use; a refusal is a page for who asks for pages."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from acces import http
from pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(http.Application):
    """`sign_in` answers a person who is not signed in."""

    pages: Pages
    sign_in: Callable[[Request], Response]

    def refusal_page(self, request: Request, status: int, detail: str) -> Response | None:
        """The page of a refusal, or the sign-in; None for a program, which gets problem+json."""
        if not asks_for_a_page(request):
            return None
        if status == 401:
            return self.sign_in(request)
        return self.pages.render(request, "erreur.html", status=status, titre=_titre(status), texte=detail)


def asks_for_a_page(request: Request) -> bool:
    """A browser does, a program does not."""
    if request.url.path.startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def _titre(status: int) -> str:
    titres = {403: "Accès refusé", 404: "Page introuvable", 413: "Envoi trop grand"}
    return titres.get(status, "Cette demande n’a pas abouti")
