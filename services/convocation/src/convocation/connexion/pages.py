"""Sign-in for development, and signing out. OIDC will replace only who issues the cookie."""

from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.responses import Response

from acces import securite
from acces.acteur import COOKIE, Acteur, Role
from acces.http import present, refuse_cross_site
from acces.securite import Evenement
from acces.session import open_session
from chassis.database import Connection
from chassis.http import Problem
from convocation.cadre.ecran import FONCTIONS
from convocation.commun.application import application
from convocation.commun.limites import limit_porte
from convocation.connexion import sql
from pages.commands import reading, see_other
from pages.forms import fields, text

_HOURS = 8  # a working day


def add_to(app: FastAPI) -> None:
    """Plain routes, because routers ask for an acteur."""
    app.add_route("/connexion", connexion)
    app.add_route("/connexion/developpement", sign_in_by_link, methods=["GET"])
    app.add_route("/connexion/developpement", sign_in, methods=["POST"])
    app.add_route("/deconnexion", sign_out, methods=["POST"])


async def connexion(request: Request) -> Response:
    """Where the setting allows it, people to sign in as; else where one signs in."""
    state = application(request)
    settings, pages = state.settings, state.pages
    if not settings.development_sign_in:
        return pages.render(request, "connexion/connexion_portail.html", status=401)
    q, suite = request.query_params.get("q", "")[:100], _local(request.query_params.get("suite", "/"))
    async with reading(request) as connection:
        places = await sql.etablissements(connection, q, limit=15)
        people = await sql.intervenants(connection, q, limit=10)
        academies = await sql.academies(connection)
    return pages.render(
        request,
        "connexion/connexion.html",
        fonctions=FONCTIONS,
        Role=Role,
        q=q,
        suite=suite,
        places=places,
        people=people,
        academies=academies,
    )


async def sign_in_by_link(request: Request) -> Response:
    """The links that the demo prints (`sign_in_url`)."""
    return await _signed_in(request, request.query_params.get("role", ""), request.query_params.get("code", ""), "/")


async def sign_in(request: Request) -> Response:
    refuse_cross_site(request)
    async with fields(request) as form:
        role, code, suite = text(form, "role"), text(form, "code"), text(form, "suite")
    return await _signed_in(request, role, code, _local(suite))


async def _signed_in(request: Request, role: str, code: str, suite: str) -> Response:
    """`code`: the UAI of a chef or délégué, the académie of a gestionnaire, the number of an intervenant."""
    await limit_porte(request, "/connexion/developpement")
    state = application(request)
    if not state.settings.development_sign_in:
        securite.tell(request, Evenement.SIGN_IN_REFUSED)
        raise Problem(404, "inconnu", "La connexion de développement n’est pas ouverte.")
    async with reading(request) as connection:
        acteur = await _acteur(connection, role, code[:40])
    response = see_other(suite)
    open_session(response, acteur, state.token_key, now=state.clock(), hours=_HOURS, secure=state.secure)
    securite.tell(request, Evenement.SIGNED_IN, acteur)
    return response


async def _acteur(connection: Connection, named: str, code: str) -> Acteur:
    role = Role(named) if named in set(Role) else None
    if role in {Role.CHEF, Role.DELEGUE}:
        place = next(iter(await sql.etablissements(connection, code, limit=1)), None)
        if place is not None:
            uai, academie = place.uai, place.academie
            return Acteur(f"{role.value}.{uai}", role, FONCTIONS[role], frozenset({uai}), frozenset({academie}))
    elif role is Role.GESTIONNAIRE and code.isdecimal():
        return Acteur(f"gestionnaire.{code}", role, f"{FONCTIONS[role]} {code}", frozenset(), frozenset({code}))
    elif role is Role.ADMINISTRATEUR:
        return Acteur("administrateur", role, FONCTIONS[role])
    elif role is Role.INTERVENANT:
        person = await sql.intervenant(connection, code)
        if person is not None:
            return Acteur(person.numero, role, f"{person.prenom} {person.nom}")
    raise Problem(404, "inconnu", "Personne ne correspond à cette demande de connexion.")


async def sign_out(request: Request) -> Response:
    refuse_cross_site(request)
    response = see_other("/connexion")
    securite.tell(request, Evenement.SIGNED_OUT, present(request))
    response.delete_cookie(COOKIE)
    return response


def _local(url: str) -> str:
    """A page of ours: an address with a host would lead away."""
    return url if url.startswith("/") and not url.startswith(("//", "/\\")) else "/"


def to_sign_in(request: Request) -> Response:
    """Where a page sends who has no cookie: to the sign-in, and back afterwards."""
    suite = request.url.path if request.method == "GET" else "/"
    return see_other(f"/connexion?suite={quote(suite)}")
