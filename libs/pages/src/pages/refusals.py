"""A refusal as a page, for who asks for pages."""

from fastapi import Request
from starlette.responses import Response


def refusal_page(request: Request, status: int, detail: str) -> Response | None:
    """The page of a refusal; None for a program, which gets problem+json.

    A person who is not signed in is sent to the sign-in (`app.state.sign_in`), where the service has one.
    """
    state = request.app.state
    if not _asks_for_a_page(request):
        return None
    if status == 401 and state.sign_in is not None:
        redirect: Response = state.sign_in(request)
        return redirect
    page: Response = state.pages.render(request, "erreur.html", status=status, titre=_titre(status), texte=detail)
    return page


def _asks_for_a_page(request: Request) -> bool:
    if request.url.path.startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def _titre(status: int) -> str:
    titres = {401: "Connexion nécessaire", 403: "Accès refusé", 404: "Page introuvable", 413: "Envoi trop grand"}
    return titres.get(status, "Cette demande n’a pas abouti")
