"""Server-rendered pages of every service: one markup (DSFR's class names), two skins, no script needed.

A page loads from its own host alone and is never stored; templates/macros.html and layout.html tell how to write one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pages.filters import FILTERS
from pages.settings import Theme
from pages.static_files import Statique

SERVICE = "IMAG’IN E3C"
HEADERS = {
    "Cache-Control": "no-store",  # pages bear names of people, and Back after signing out must show none
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # addresses are nobody else's business; without any, browsers send Origin: null
    "X-Frame-Options": "DENY",
}
PIED = (
    {"libelle": "Accessibilité\u00a0: partiellement conforme", "url": "/accessibilite"},
    {"libelle": "Mentions légales", "url": "/mentions-legales"},
    {"libelle": "Données personnelles", "url": "/donnees-personnelles"},
)


class Pages:
    """Renders `templates`, then ours, within the layout."""

    def __init__(
        self,
        app: Starlette,
        *,
        templates: BaseLoader,
        theme: Theme = "imagin",
        dsfr_dir: Path | None = None,
        statiques: Mapping[str, Path] | None = None,
    ) -> None:
        """`statiques`: more folders of static files, by the first part of their names."""
        ours = PackageLoader("pages", "templates")
        self.environment = Environment(
            # "pages/layout.html" stays within reach of a service that has a layout.html of its own
            loader=ChoiceLoader([templates, ours, PrefixLoader({"pages": ours})]),
            autoescape=True,
            auto_reload=False,  # else it looks for a newer file two dozen times a page
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters.update(FILTERS)
        official = {"dsfr": dsfr_dir} if dsfr_dir and theme == "dsfr" else {}
        statique = Statique(app, official | dict(statiques or {}))
        self.environment.globals.update(statique=statique, theme=theme, service=SERVICE)

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A whole page, or a fragment when the template chooses so (`cible`)."""
        given = _LAYOUT | {"request": request, "cible": cible(request), "statut": status} | context
        page = self.environment.get_template(template).render(given)
        return HTMLResponse(page, status, HEADERS | _takeover(request, status, page))

    def signed_out(self, request: Request, suite: str | None) -> Response:
        """After signing out here. `suite`: where the browser does so at its provider as well, None for nowhere."""
        if suite is None:
            answer: Response = RedirectResponse("/connexion", status_code=303)
        else:
            answer = self.render(request, "deconnexion.html", suite=suite)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # not cookies: those of a neighbouring service stay
        return answer


_LAYOUT: dict[str, Any] = {
    "utilisateur": None,
    "contexte": None,
    "menu": (),
    "menu_groupe": "",
    "fil": (),
    "avis": (),
    "erreurs": (),
    "pied": PIED,
}


def cible(request: Request) -> str:
    """The id of the element that htmx will fill with the answer; empty for a browser that loads a page."""
    return request.headers.get("hx-target", "").partition("#")[2]


def _takeover(request: Request, status: int, page: str) -> dict[str, str]:
    """A whole page that answers a request for a fragment (after a redirect, or a refusal) replaces the page.

    So a route answers htmx as it answers a plain form: 303 to a page, or a page of error.
    """
    if "hx-request" not in request.headers or not page.lstrip().startswith("<!DOCTYPE"):
        return {}
    selects = request.headers.get("hx-request-type") == "full"  # hx-select: the client takes a part of the page
    if selects and (status < 400 or status == 422):
        return {}
    headers = {"HX-Retarget": "body", "HX-Reselect": "body", "HX-Reswap": "innerHTML show:top"}
    address = quote(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
    if request.method == "GET" and status < 400 and not request.headers.get("hx-current-url", "").endswith(address):
        headers["HX-Push-Url"] = address
    return headers
