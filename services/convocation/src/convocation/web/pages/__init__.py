"""The établissement's screens (R19–R53): server-rendered HTML that needs no script."""

from fastapi import FastAPI

from convocation.settings import Settings
from convocation.web.pages import (
    accueil,
    affectation,
    annuaire,
    apercu,
    calendrier,
    contact,
    convocations,
    couverture,
    demandes,
    documents,
    doublons,
    empechement,
    exigences,
    import_annuaire,
    intervenant,
    journal,
    liens,
    mail_en_echec,
    mes_missions,
    missions,
    ouvertures,
    sessions,
    signature,
    traiter_empechement,
)
from pages import Pages

_SCREENS = (
    *(accueil, missions, affectation, convocations, documents, signature, apercu, demandes, couverture),
    *(import_annuaire, exigences, annuaire, contact, doublons, ouvertures, journal),
    *(mail_en_echec, mes_missions, empechement, traiter_empechement, calendrier),
    intervenant,  # last: /intervenants/{intervenant_id} would take its neighbours' addresses
)
_ROUTERS = tuple(one.router for one in _SCREENS)
_FOOTER = ("/accessibilite", "/mentions-legales", "/donnees-personnelles")


def add_to(app: FastAPI, settings: Settings) -> None:
    """Mount the pages; without an acteur one gets the sign-in, signed links, the check of a convocation."""
    app.state.pages = Pages(app, package="convocation", theme=settings.theme, dsfr_dir=settings.dsfr_dir)
    sessions.add_to(app)
    liens.add_to(app)
    calendrier.add_to(app)
    for router in _ROUTERS:
        app.include_router(router)
    for path in _FOOTER:
        app.add_route(path, accueil.pied_de_page)
    app.add_route("/verifier/{token}", documents.verifier)
