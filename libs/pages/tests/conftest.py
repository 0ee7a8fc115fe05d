"""The demonstration that the tests of pages open: an application with every macro, and a real browser."""

import threading
import time
from datetime import date
from pathlib import Path
from typing import Annotated

import pytest
import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import PackageLoader

from pages import Pages
from pages.frame import menu
from testkit.ports import free_port

HERE = Path(__file__).parent
JOUR = date(2027, 2, 15)
NOMS = [
    "ABADIE Nathalie",
    "BENSAÏD Karim",
    "CHÂTELAIN Zoé",
    "DA COSTA Inês",
    "LE GOFF Yann",
    "N’DIAYE Awa",
    "ŒUVRARD Paul",
    "WEBER Éléonore",
]
ETATS = [("success", "Notifié"), ("info", "Transmis à SANTORIN"), ("error", "Rejeté"), ("", "Annulée")]
PERSONNES = [
    {
        "nom": nom,
        "qualite": "Correcteur Santorin",
        "copies": 35 * rang,
        "etat": ETATS[rang % 4],
        "annulee": rang % 4 == 3,
    }
    for rang, nom in enumerate(NOMS)
]
CASES = [{"valeur": nom, "libelle": nom, "aide": "Histoire-géographie", "cochee": True} for nom in NOMS]
CADRE = {
    "utilisateur": {"nom": "Claire Dupont", "fonction": "Cheffe d’établissement"},
    "contexte": {
        "etablissement": "Lycée des Deux-Rives, Lyon",
        "uai": "0699001A",
        "session": "2020-E3C1",
        "liens": [{"libelle": "Changer d’établissement", "url": "/"}],
    },
    "menu_groupe": "Centre Examen",
    "menu": [
        *menu((("", "Consultation des missions", "/missions"), ("", "Convocation par mission", "/demo")), "/demo"),
        *menu((("Personnes", "Délégations", "/delegations"), ("Personnes", "Demandes", "/demandes")), "/demo"),
    ],
    "fil": [
        {"libelle": "Accueil", "url": "/"},
        {"libelle": "Missions", "url": "/"},
        {"libelle": "Histoire-géographie", "url": ""},
    ],
    "personnes": PERSONNES,
    "jour": JOUR,
}


def demo(pages: Pages, app: FastAPI) -> list[str]:
    """Routes as a service writes them; returns the list where every convocation that came in is noted."""
    received: list[str] = []

    @app.get("/demo")
    def _page(request: Request, erreurs: bool = False, avis: str = "") -> HTMLResponse:
        wrong = [{"champ": "nom", "texte": "Écrivez le nom du signataire."}] if erreurs else []
        said = [{"type": "success", "titre": avis}] if avis else []
        return pages.render(request, "demo.html", status=422 if wrong else 200, erreurs=wrong, avis=said, **CADRE)

    @app.get("/affectation")
    def _form(request: Request) -> HTMLResponse:
        return pages.render(request, "affectation.html", **CADRE | {"personnes": CASES})

    @app.post("/affectation", response_model=None)
    def _convoke(request: Request, jour: Annotated[str, Form()] = "") -> HTMLResponse | RedirectResponse:
        time.sleep(0.3)
        received.append(jour)
        if jour:
            return RedirectResponse("/demo?avis=8 personnes convoquées", 303)
        wrong = [{"champ": "jour", "texte": "Choisissez la date de mission."}]
        return pages.render(request, "affectation.html", status=422, erreurs=wrong, **CADRE | {"personnes": CASES})

    @app.get("/disciplines")
    def _disciplines(discipline: str) -> HTMLResponse:
        fragment = '<hx-partial hx-target="#discipline-etat">1 discipline trouvée</hx-partial>'
        return HTMLResponse(f"<p>Trouvée pour {len(discipline)} lettres</p>{fragment}")

    @app.get("/refus")
    def _refusal(request: Request) -> HTMLResponse:
        return pages.render(
            request, "erreur.html", status=403, titre="Accès refusé", texte="Ce n’est pas à vous.", **CADRE
        )

    @app.get("/problem")
    def _problem() -> JSONResponse:
        return JSONResponse({"type": "interdit"}, 403, media_type="application/problem+json")

    return received


@pytest.fixture
def pages(monkeypatch):
    """Pages of an application whose package stands beside this file."""
    monkeypatch.syspath_prepend(str(HERE))
    return Pages(FastAPI(), templates=PackageLoader("demo_pages", "web/templates"))


@pytest.fixture(scope="module")
def served():
    """The address of the demonstration, served for real, and the convocations it received."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HERE))
        app = FastAPI()
        received = demo(Pages(app, templates=PackageLoader("demo_pages", "web/templates")), app)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", received
    server.should_exit = True
    thread.join()
