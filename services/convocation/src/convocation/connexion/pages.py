"""Sign-in for development, signing out, and for who is signed in: one's open sessions and functions."""

from urllib.parse import quote, urlsplit
from uuid import UUID

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from acces import securite
from acces.acteur import Acteur, Role
from acces.http import ActeurDep, Router, present, refuse_cross_site, secret_of
from acces.securite import Evenement
from acces.session import delete_cookie
from chassis.database import Connection
from chassis.problem import Problem
from convocation.cadre.ecran import FONCTIONS, page
from convocation.commun.application import application
from convocation.commun.limites import limit_porte
from convocation.connexion import reads
from convocation.connexion.forms import local
from convocation.connexion.portail import end_session_url
from convocation.connexion.presenters import choix, connexions
from convocation.entrees.commands import Entree
from convocation.entrees.navigateur import navigateur_of
from convocation.identite.settings import Genre
from convocation.missions import reads as places
from pages.commands import itself, reading, see_other
from pages.forms import fields, text, whole_number

_PORTAILS = {
    Genre.FIM: ("Se connecter par le portail ARENA", "Personnels de l’éducation nationale"),
    Genre.PROCONNECT: ("Se connecter avec ProConnect", "Agents d’un autre ministère"),
}
router = Router(include_in_schema=False)


def add_to(app: FastAPI) -> None:
    """Plain routes, because routers ask for an acteur; `router` has those of who is signed in."""
    app.add_route("/connexion", connexion)
    app.add_route("/connexion/developpement", sign_in_by_link, methods=["GET"])
    app.add_route("/connexion/developpement", sign_in, methods=["POST"])
    app.add_route("/deconnexion", sign_out, methods=["POST"])


async def connexion(request: Request) -> Response:
    """Where the setting allows it, people to sign in as; else where one signs in."""
    state = application(request)
    settings, pages = state.settings, state.pages
    suite = local(request.query_params.get("suite", "/"))
    portails = [(genre.value, *_PORTAILS[genre]) for genre in settings.fournisseurs]
    if not settings.development_sign_in:
        template = "connexion/connexion_portail.html"
        return pages.render(request, template, status=401, portails=portails, suite=suite)
    q = request.query_params.get("q", "")[:100]
    async with itself(request) as connection:
        found = await reads.etablissements(connection, q, limit=15)
        people = await reads.intervenants(connection, q, limit=10)
        academies = await reads.academies(connection)
    return pages.render(
        request,
        "connexion/connexion.html",
        fonctions=FONCTIONS,
        Role=Role,
        q=q,
        suite=suite,
        places=found,
        people=people,
        academies=academies,
        portails=portails,
    )


async def sign_in_by_link(request: Request) -> Response:
    """The links that the demo prints (`sign_in_url`)."""
    return await _signed_in(request, request.query_params.get("role", ""), request.query_params.get("code", ""), "/")


async def sign_in(request: Request) -> Response:
    refuse_cross_site(request)
    async with fields(request) as form:
        role, code, suite = text(form, "role"), text(form, "code"), text(form, "suite")
    return await _signed_in(request, role, code, local(suite))


async def _signed_in(request: Request, role: str, code: str, suite: str) -> Response:
    """`code`: the UAI of a chef or délégué, the académie of a gestionnaire, the number of an intervenant."""
    await limit_porte(request, "/connexion/developpement")
    state = application(request)
    if not state.settings.development_sign_in:
        securite.tell(request, Evenement.SIGN_IN_REFUSED)
        raise Problem(404, "inconnu", "La connexion de développement n’est pas ouverte.")
    async with itself(request) as connection:
        acteur = await _acteur(connection, role, code[:40])
    response = see_other(suite)
    await state.sessions.close(secret_of(request))
    await state.sessions.open(response, Entree(acteur.sub, (acteur,), navigateur=navigateur_of(request)))
    securite.tell(request, Evenement.SIGNED_IN, acteur)
    return response


async def _acteur(connection: Connection, named: str, code: str) -> Acteur:
    role = Role(named) if named in set(Role) else None
    if role in {Role.CHEF, Role.DELEGUE}:
        place = next(iter(await reads.etablissements(connection, code, limit=1)), None)
        if place is not None:
            uai, academie = place.uai, place.academie
            return Acteur(f"{role.value}.{uai}", role, FONCTIONS[role], frozenset({uai}), frozenset({academie}))
    elif role is Role.GESTIONNAIRE and code.isdecimal():
        return Acteur(f"gestionnaire.{code}", role, f"{FONCTIONS[role]} {code}", frozenset(), frozenset({code}))
    elif role is Role.ADMINISTRATEUR:
        return Acteur("administrateur", role, FONCTIONS[role])
    elif role is Role.INTERVENANT:
        person = await reads.intervenant(connection, code)
        if person is not None:
            return Acteur(person.numero, role, f"{person.prenom} {person.nom}")
    raise Problem(404, "inconnu", "Personne ne correspond à cette demande de connexion.")


async def sign_out(request: Request) -> Response:
    """The session ends here, then at the provider it came from. A service that asks is told where that is."""
    refuse_cross_site(request)
    state, secret = application(request), secret_of(request)
    acteur, provenance = await present(request), await state.sessions.provenance(secret)
    await state.sessions.close(secret)
    securite.tell(request, Evenement.SIGNED_OUT, acteur)
    suite = await end_session_url(request, provenance)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"suite": suite})
    response = state.pages.signed_out(request, suite)
    delete_cookie(response, secure=state.secure)
    return response


@router.get("/mes-connexions")
async def mes_connexions(request: Request, acteur: ActeurDep) -> Response:
    """The open sessions of the person, this one marked."""
    await _entree(request)
    found = await application(request).sessions.ouvertes(secret_of(request))
    listed = connexions(found, min(acteur.academies, default="*"))
    async with reading(request, acteur) as connection:
        return await page(request, connection, acteur, "connexion/mes_connexions.html", connexions=listed)


@router.post("/mes-connexions")
async def terminer(request: Request, acteur: ActeurDep) -> Response:
    """End the other session that is named, or all others; the same twice is once."""
    await _entree(request)
    async with fields(request) as form:
        named = text(form, "connexion")
    try:
        entree_id = UUID(named) if named else None
    except ValueError:
        raise Problem(404, "inconnu", "Vous n’avez pas cette connexion.") from None
    ended = await application(request).sessions.close_others(secret_of(request), entree_id)
    securite.tell(request, Evenement.OTHERS_CLOSED, acteur, count=ended)
    return see_other("/mes-connexions?fait=connexions-terminees")


@router.get("/fonctions")
async def fonctions(request: Request, acteur: ActeurDep) -> Response:
    """All that the person may act as, to choose from without signing out."""
    entree = await _entree(request)
    async with reading(request, acteur) as connection:
        uais = sorted({uai for one in entree.fonctions for uai in one.uais})
        found = await places.etablissements(connection, uais)
        names = {one.uai: f"{one.etablissement_nom}, {one.etablissement_commune}" for one in found}
        listed = choix(entree.fonctions, names)
        template = "connexion/fonctions.html"
        return await page(request, connection, acteur, template, choix=listed, choisie=entree.choisie)


@router.post("/fonctions")
async def choisir(request: Request, _: ActeurDep) -> Response:
    """The first page of the function chosen: the page one came from may not be the other's."""
    await _entree(request)
    async with fields(request) as form:
        choisie = whole_number(text(form, "choisie"), digits=3)  # from 1: what is no number is none of them
    try:
        await application(request).sessions.choose(secret_of(request), choisie - 1)
    except IndexError:
        raise Problem(404, "inconnu", "Vous n’avez pas cette fonction.") from None
    acteur = await application(request).sessions.find(secret_of(request))
    securite.tell(request, Evenement.FUNCTION_CHOSEN, acteur.acteur if acteur else None)
    return see_other("/")


async def _entree(request: Request) -> Entree:
    entree = await application(request).sessions.entree(secret_of(request))
    if entree is None:
        raise Problem(404, "inconnu", "Un programme n’a qu’une fonction.")
    return entree


def to_sign_in(request: Request) -> Response:
    """Where a page sends who has no cookie: to the sign-in, and back afterwards."""
    suite = request.url.path if request.method == "GET" else _shown(request)
    return see_other(f"/connexion?suite={quote(suite)}")


def _shown(request: Request) -> str:
    """The page whose script asks; « / » for a form, which would be lost there."""
    try:
        return local(urlsplit(request.headers.get("hx-current-url", "")).path)
    except ValueError:  # no address
        return "/"
