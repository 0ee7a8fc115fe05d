"""The rectorat's pages on imports (K.a, R54, R55): server-rendered HTML that needs no script."""

from fastapi import FastAPI
from jinja2 import PackageLoader

from mission_import.settings import Settings
from mission_import.web.pages import attente, fichier, imports, politiques, revue, sans_suite, sessions
from pages import Pages

_ROUTERS = tuple(one.router for one in (imports, sans_suite, fichier, politiques, attente, revue))


def add_to(app: FastAPI, settings: Settings) -> Pages:
    """Mount the pages; without an acteur one gets only where to sign in."""
    templates = PackageLoader("mission_import", "web/templates")
    pages = Pages(app, templates=templates, theme=settings.theme, dsfr_dir=settings.dsfr_dir)
    sessions.add_to(app)
    for router in _ROUTERS:
        app.include_router(router)
    return pages
