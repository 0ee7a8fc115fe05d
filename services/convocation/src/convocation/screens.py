"""The screens (R19–R53): server-rendered HTML that needs no script; each room has its pages and templates."""

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from jinja2 import PackageLoader, PrefixLoader

from convocation.accueil import pages as accueil
from convocation.affectation import pages as affectation
from convocation.aide import pages as aide
from convocation.annuaire import pages as annuaire
from convocation.annuaire.imports import export
from convocation.annuaire.imports import pages as imports
from convocation.avancement import pages as avancement
from convocation.avis import pages as avis
from convocation.cadre import pages as cadre
from convocation.comptes import pages as comptes
from convocation.connexion import pages as connexion
from convocation.connexion import portail
from convocation.convocations import pages as convocations
from convocation.coordonnees import pages as coordonnees
from convocation.courriels import pages as courriels
from convocation.couverture import pages as couverture
from convocation.delegations import pages as delegations
from convocation.demandes import contact
from convocation.demandes import pages as demandes
from convocation.documents import pages as documents
from convocation.doublons import pages as doublons
from convocation.empechements import pages as empechements
from convocation.exigences import pages as exigences
from convocation.exports import pages as exports
from convocation.extraits import pages as extraits
from convocation.interventions import pages as interventions
from convocation.journal import pages as journal
from convocation.listes import pages as listes
from convocation.lots import pages as lots
from convocation.mes_missions import abonnement, lien
from convocation.mes_missions import pages as mes_missions
from convocation.ouvertures import pages as ouvertures
from convocation.papiers import pages as papiers
from convocation.preparation import pages as preparation
from convocation.rappels import pages as rappels
from convocation.sessions import pages as sessions
from convocation.settings import Settings
from convocation.signatures import pages as signatures
from pages import Pages

_SCREENS = (
    accueil,
    aide,
    connexion,
    listes,
    preparation,
    lots,
    avis,
    affectation,
    convocations,
    documents,
    papiers,
    signatures,
    coordonnees,
    demandes,
    couverture,
    avancement,
    rappels,
    interventions,
    sessions,
    imports,
    export,
    exports,
    exigences,
    contact,
    doublons,
    ouvertures,
    delegations,
    comptes,
    journal,
    courriels,
    mes_missions,
    extraits,
    empechements,
    abonnement,
    annuaire,  # last: /intervenants/{intervenant_id} would take its neighbours' addresses
)
_ROOMS = (
    "accueil",
    "aide",
    "affectation",
    "annuaire",
    "avancement",
    "avis",
    "cadre",
    "comptes",
    "connexion",
    "convocations",
    "coordonnees",
    "couverture",
    "delegations",
    "demandes",
    "documents",
    "doublons",
    "empechements",
    "exigences",
    "exports",
    "extraits",
    "interventions",
    "journal",
    "listes",
    "lots",
    "mes_missions",
    "ouvertures",
    "papiers",
    "preparation",
    "rappels",
    "sessions",
    "signatures",
)
_FOOTER = ("/accessibilite", "/mentions-legales", "/donnees-personnelles")


def templates() -> PrefixLoader:
    """A template is named by its room: `listes/missions.html`."""
    rooms = {room: PackageLoader(f"convocation.{room}") for room in _ROOMS}
    return PrefixLoader(rooms | {"imports": PackageLoader("convocation.annuaire.imports")})


def add_to(app: FastAPI, settings: Settings) -> Pages:
    """Mount the pages; without an acteur one gets the sign-in, signed links, the check of a convocation."""
    connexion.add_to(app)
    portail.add_to(app)
    lien.add_to(app)
    abonnement.add_to(app)
    for screen in _SCREENS:
        app.include_router(screen.router)
    for path in _FOOTER:
        app.add_route(path, cadre.pied_de_page)
    app.add_route("/verifier/{token}", documents.verifier)
    pictures = {"aide": Path(str(files("convocation.aide"))) / "statique"}
    return Pages(app, templates=templates(), theme=settings.theme, dsfr_dir=settings.dsfr_dir, statiques=pictures)
