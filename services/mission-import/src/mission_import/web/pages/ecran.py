"""What every page is given: who looks, the menu, what was just done; and how a form is read."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from acces.acteur import Acteur, Role
from acces.policy import Forbidden
from chassis.http import Problem
from mission_import.domain.errors import ClotureInconnue
from mission_import.policy import POLICY

IMPORTS = "/imports"
_FONCTIONS = {Role.GESTIONNAIRE: "Gestionnaire IMAGIN", Role.ADMINISTRATEUR: "Administrateur IMAGIN"}
_MENU = (("Imports", IMPORTS),)
_MAX_FIELDS = 5_010
# What a redirect may say was done, by code.
_FAITS = {
    "acceptee": ("Clôture acceptée", "Les missions la suivent\u00a0; les établissements les voient dans la minute."),
    "acceptees": (
        "Clôtures acceptées",
        "Les missions les suivent\u00a0; les établissements les voient dans la minute.",
    ),
    "refusee": ("Clôture refusée", "Les missions restent telles qu’elles sont."),
    "aucun-changement": (
        "Révision rejouée\u00a0: rien n’a changé",
        "Les missions la suivaient déjà\u00a0; personne n’est prévenu.",
    ),
    "depassee": ("Révision dépassée\u00a0: rien n’a changé", "Les missions suivent une révision plus récente."),
    "appliquee": ("Révision rejouée", "Des missions ne la suivaient plus\u00a0; elles la suivent de nouveau."),
    "politique": ("Choix enregistré", "Il vaut pour les clôtures qui arriveront\u00a0; ce qui attend reste à décider."),
    "importe": ("Fichier importé", "Chaque établissement voit ses missions dans la minute, sauf celles qui attendent."),
    "fichier-inchange": (
        "Fichier importé\u00a0: rien n’a changé",
        "Ses clôtures étaient déjà reçues, ou plus anciennes.",
    ),
}


def page(request: Request, acteur: Acteur, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """`template` within the frame that `acteur` sees."""
    fait = _FAITS.get(request.query_params.get("fait", ""))
    avis = [{"type": "success", "titre": fait[0], "texte": fait[1]}] if fait and status == 200 else []
    nom, fonction = acteur.nom or acteur.sub, _FONCTIONS.get(acteur.role, "")
    frame = {
        "utilisateur": {"nom": nom, "fonction": "" if nom.startswith(fonction) else fonction},
        "menu": _menu(request),
        "avis": avis,
    }
    rendered: HTMLResponse = request.app.state.pages.render(request, template, status=status, **frame | context)
    return rendered


def _menu(request: Request) -> list[dict[str, Any]]:
    """Convocation's pages are another process's: one entry leads there, and its menu back."""
    url, path = request.app.state.convocation_url, request.url.path
    elsewhere = [{"libelle": "Convocations", "url": f"{url}/", "actif": False}] if url else []
    return elsewhere + [
        {"libelle": label, "url": to, "actif": path == to or path.startswith(f"{to}/")} for label, to in _MENU
    ]


@contextmanager
def within_reach(acteur: Acteur, action: str) -> Iterator[None]:
    """What is another académie's does not exist on a page; a role without the right at all is refused (0009)."""
    POLICY.scope(acteur, action)
    try:
        yield
    except (Forbidden, ClotureInconnue):
        raise Problem(404, "inconnu", "Cette page n’existe pas.") from None


def see_other(url: str) -> RedirectResponse:
    """After a command: the page to look at, by GET."""
    return RedirectResponse(url, status_code=303)


def fields(request: Request) -> AbstractAsyncContextManager[FormData]:
    """`async with fields(request) as form`: an académie has fewer closings than that."""
    return request.form(max_files=0, max_fields=_MAX_FIELDS)


def texts(form: FormData, name: str) -> list[str]:
    """Every text of that name, without U+0000."""
    return [value.replace("\x00", "").strip() for value in form.getlist(name) if isinstance(value, str)]


def text(form: FormData, name: str) -> str:
    """The last text of that name, else an empty one."""
    return (texts(form, name) or [""])[-1]


def revision_of(typed: str) -> int:
    """The revision a form bears; 0, which no closing has, for what is none."""
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0
