"""What every page is given: who looks, the menu, what was just done; and how a form is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from acces.acteur import Acteur, Role
from acces.policy import Forbidden
from chassis.problem import Problem
from mission_import.domain.errors import ClotureInconnue
from mission_import.policy import POLICY
from mission_import.web.application import application
from pages.frame import Groupe, menu, notices, utilisateur

IMPORTS = "/imports"
_FONCTIONS = {Role.GESTIONNAIRE: "Gestionnaire IMAGIN", Role.ADMINISTRATEUR: "Administrateur IMAGIN"}
_MENU = (("", "Imports", IMPORTS),)
MAX_FIELDS = 5_010  # an académie has fewer closings than that
# By the code that a redirect's address carries.
_FAITS = {
    "acceptee": (
        "Clôture acceptée",
        "Les missions la suivent\u00a0; les établissements les voient dans la minute, si la session est déclarée.",
    ),
    "acceptees": (
        "Clôtures acceptées",
        "Les missions les suivent\u00a0; les établissements les voient dans la minute, si la session est déclarée.",
    ),
    "refusee": ("Clôture refusée", "Les missions restent telles qu’elles sont."),
    "aucun-changement": (
        "Révision rejouée\u00a0: rien n’a changé",
        "Les missions la suivaient déjà\u00a0; personne n’est prévenu.",
    ),
    "depassee": ("Révision dépassée\u00a0: rien n’a changé", "Les missions suivent une révision plus récente."),
    "appliquee": ("Révision rejouée", "Des missions ne la suivaient plus\u00a0; elles la suivent de nouveau."),
    "politique": ("Choix enregistré", "Il vaut pour les clôtures qui arriveront\u00a0; ce qui attend reste à décider."),
    "importe": (
        "Fichier importé",
        "Chaque établissement voit ses missions dans la minute, si la session est déclarée, sauf celles qui attendent.",
    ),
    "fichier-inchange": (
        "Fichier importé\u00a0: rien n’a changé",
        "Ses clôtures étaient déjà reçues, ou plus anciennes.",
    ),
}


def page(request: Request, acteur: Acteur, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """`template` within the frame that `acteur` sees."""
    frame = {
        "utilisateur": utilisateur(request, acteur, _FONCTIONS),
        "menu": _menu(request),
        "aide": _aide(request),
        "avis": notices(request, _FAITS) if status == 200 else [],
    }
    return application(request).pages.render(request, template, status=status, **frame | context)


def _menu(request: Request) -> list[Groupe]:
    """Convocation's pages are another process's: one entry leads there, and its menu back."""
    url = application(request).convocation_url
    elsewhere = (("", "Convocations", f"{url}/"),) if url else ()
    return menu((*elsewhere, *_MENU), request.url.path)


def _aide(request: Request) -> str:
    """The help about imports is one of convocation's pages."""
    url = application(request).convocation_url
    return f"{url}/aide/imports" if url else ""


@contextmanager
def within_reach(acteur: Acteur, action: str) -> Iterator[None]:
    """What is another académie's does not exist on a page; a role without the right at all is refused (0009)."""
    POLICY.scope(acteur, action)
    try:
        yield
    except (Forbidden, ClotureInconnue):
        raise Problem(404, "inconnu", "Cette page n’existe pas.") from None
