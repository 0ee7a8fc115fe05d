"""What every page is given: who looks, the menu, what was just done; and how a form is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from acces.acteur import Acteur, Role
from acces.policy import Forbidden
from chassis.http import Problem
from mission_import.domain.errors import ClotureInconnue
from mission_import.policy import POLICY
from mission_import.web.application import application

IMPORTS = "/imports"
_FONCTIONS = {Role.GESTIONNAIRE: "Gestionnaire IMAGIN", Role.ADMINISTRATEUR: "Administrateur IMAGIN"}
_MENU = (("Imports", IMPORTS),)
MAX_FIELDS = 5_010  # an académie has fewer closings than that
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
    return application(request).pages.render(request, template, status=status, **frame | context)


def _menu(request: Request) -> list[dict[str, Any]]:
    """Convocation's pages are another process's: one entry leads there, and its menu back."""
    url, path = application(request).convocation_url, request.url.path
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
