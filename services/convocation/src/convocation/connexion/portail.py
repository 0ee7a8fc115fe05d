"""People sign in at their provider (FIM/ARENA, ProConnect) and come back with who they are and what they may act as.

For everybody: no acteur is asked for. Who comes back shows the cookie of the browser that left, once.
"""

import hmac
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from acces import securite
from acces.http import is_wanted_here, secret_of
from acces.securite import Evenement
from chassis.problem import Problem
from convocation.commun.application import application
from convocation.commun.limites import limit_porte
from convocation.comptes.refus import CompteDesactive
from convocation.connexion import sql
from convocation.connexion.commands import recognise
from convocation.connexion.forms import local
from convocation.entrees.commands import Entree, Provenance, close_from
from convocation.entrees.navigateur import navigateur_of
from convocation.identite.decouverte import ProviderUnavailable
from convocation.identite.fonctions import Droits, Table, compte
from convocation.identite.fournisseur import Depart, Fournisseur, Identite, SignInRefused
from convocation.identite.settings import Genre
from convocation.identite.vecteur import lire
from pages.commands import itself, see_other
from pages.forms import fields, text

log = structlog.get_logger()
_ROUTE = "/connexion/{genre}"
_COOKIE_STATE = 12  # characters of a state that tell one sign-in of a browser from another
_RENFORCER = "Votre fonction demande une connexion à deux facteurs : activez-la sur votre portail, puis recommencez."


def add_to(app: FastAPI) -> None:
    """After the sign-in for development, whose address is alike."""
    app.add_route(_ROUTE, partir, methods=["GET"])
    app.add_route(f"{_ROUTE}/retour", revenir, methods=["GET"])
    app.add_route(f"{_ROUTE}/fermeture", fermer, methods=["POST"])


async def partir(request: Request) -> Response:
    """To the provider, and back to `suite` afterwards.

    The provider may know the browser and ask nothing: another site's link signs nobody in, its visitor is asked first.
    """
    await limit_porte(request, _ROUTE)
    suite = local(request.query_params.get("suite", "/"))
    _fournisseur(request)
    if not is_wanted_here(request):
        return see_other(f"/connexion?suite={quote(suite)}")
    return await _partir(request, suite=suite)


async def _partir(request: Request, *, suite: str, acr: str | None = None) -> Response:
    state, genre = application(request), _genre(request)
    try:
        depart = await _fournisseur(request).begin(acr=acr)
    except ProviderUnavailable:
        raise _absent() from None
    async with itself(request) as connection:
        secret = await sql.keep(
            connection,
            genre,
            state=depart.state,
            nonce=depart.nonce,
            verifier=depart.verifier,
            suite=suite,
            renforcement=acr is not None,
            now=state.clock(),
        )
    response = see_other(depart.url)
    options: dict[str, Any] = {"httponly": True, "samesite": "lax", "secure": state.secure}
    response.set_cookie(_cookie(request, depart.state), secret, max_age=int(sql.LASTS.total_seconds()), **options)
    return response


async def revenir(request: Request) -> Response:
    """From the provider: the answer must be to what this browser asked."""
    await limit_porte(request, f"{_ROUTE}/retour")
    _fournisseur(request)  # 404 for one that is not set, before anybody is looked for
    en_route = await _en_route(request)
    identite = await _identite(request, en_route)
    return await _entrer(request, identite, en_route)


async def _en_route(request: Request) -> sql.EnRoute:
    given, now = request.query_params, application(request).clock()
    state = given.get("state", "")
    async with itself(request) as connection:
        found = await sql.take(connection, _genre(request), request.cookies.get(_cookie(request, state), ""), now)
    if found is None or not hmac.compare_digest(found.state.encode(), state.encode()):
        raise _refus(request, "Cette connexion n’a pas été demandée ici, ou il y a trop longtemps.")
    if "code" not in given:
        raise _refus(request, "Le portail n’a pas confirmé votre connexion.")
    return found


async def _identite(request: Request, en_route: sql.EnRoute) -> Identite:
    depart = Depart("", en_route.state, en_route.nonce, en_route.verifier)
    try:
        return await _fournisseur(request).finish(code=request.query_params["code"], depart=depart)
    except SignInRefused:
        raise _refus(request, "La réponse du portail n’est pas celle que nous attendions.") from None
    except ProviderUnavailable:
        raise _absent() from None


async def _entrer(request: Request, identite: Identite, en_route: sql.EnRoute) -> Response:
    """A session; or to the provider again for a stronger sign-in, once; or a refusal with its reason."""
    state, vecteur = application(request), lire(identite.claims)
    if vecteur.defauts:
        log.warning("connexion.vecteur", count=len(vecteur.defauts))
    response = see_other(en_route.suite)
    async with itself(request) as connection, connection.transaction():
        try:
            known, fonctions = await recognise(connection, identite, vecteur, state.settings.table, state.clock())
        except CompteDesactive as refus:
            raise _refus(request, refus.phrase) from None
        demande = None if en_route.renforcement else _demande(known, state.settings.table)
        if fonctions and demande is None:
            qui = compte(identite.issuer, identite.sub)
            provenance = Provenance(identite.issuer, identite.sub, identite.sid, identite.id_token)
            entree = Entree(qui, fonctions, provenance=provenance, navigateur=navigateur_of(request))
            if len(fonctions) > 1:
                response = see_other("/fonctions")
            await state.sessions.open_by(connection, response, entree)
    if demande is not None:
        return await _partir(request, suite=en_route.suite, acr=demande)
    if not fonctions:  # the account is known all the same: an administrateur finds it and may give it a right
        raise _refus(request, known.refus or _RENFORCER)
    await state.sessions.close(secret_of(request))
    response.delete_cookie(_cookie(request, en_route.state), httponly=True, samesite="lax", secure=state.secure)
    securite.tell(request, Evenement.SIGNED_IN, fonctions[0])
    return response


def _demande(known: Droits, table: Table) -> str | None:
    """What the provider is asked for, so that the rest may be had; None where there is nothing that it could do."""
    return next((asked for one in known.a_renforcer if (asked := table.exigence(one.role).demande)), None)


async def fermer(request: Request) -> Response:
    """The provider says that a session, or all of a person, is over (OpenID Connect Back-Channel Logout 1.0)."""
    await limit_porte(request, f"{_ROUTE}/fermeture")
    fournisseur = _fournisseur(request)
    async with fields(request, max_fields=5) as form:
        token = text(form, "logout_token")
    try:
        told = await fournisseur.logout(token)
    except (SignInRefused, ProviderUnavailable):
        securite.tell(request, Evenement.TOKEN_REFUSED)
        return JSONResponse({"error": "invalid_request"}, 400)
    async with itself(request) as connection, connection.transaction():
        first = await sql.first_time(connection, told.issuer, told.jti, application(request).clock())
        if first:
            await close_from(connection, told.issuer, sid=told.sid, sub=told.sub)
    return Response(status_code=200) if first else JSONResponse({"error": "invalid_request"}, 400)


async def end_session_url(request: Request, provenance: Provenance | None) -> str | None:
    """Where the browser signs out at the provider it came from; None where there is none, or nobody answers."""
    state = application(request)
    issuers = {one.issuer: genre for genre, one in state.settings.fournisseurs.items()}
    if provenance is None or provenance.emetteur not in issuers:
        return None
    fournisseur = state.fournisseurs[issuers[provenance.emetteur]]
    try:
        return await fournisseur.end_session_url(provenance.id_token, back_to=f"{state.public_url}/connexion")
    except ProviderUnavailable:
        return None


def _genre(request: Request) -> str:
    genre: str = request.path_params["genre"]
    return genre


def _fournisseur(request: Request) -> Fournisseur:
    genre, known = _genre(request), application(request).fournisseurs
    if genre not in set(Genre) or Genre(genre) not in known:
        raise Problem(404, "inconnu", "Cette adresse n’existe pas.")
    return known[Genre(genre)]


def _cookie(request: Request, state: str) -> str:
    """One for each sign-in under way: two windows that open at once are both signed in."""
    return f"{'__Host-' if application(request).secure else ''}imagin_depart_{state[:_COOKIE_STATE]}"


def _refus(request: Request, phrase: str) -> Problem:
    securite.tell(request, Evenement.SIGN_IN_REFUSED)
    return Problem(403, "connexion-refusee", phrase)


def _absent() -> Problem:
    return Problem(503, "indisponible", "Le portail ne répond pas : réessayez dans quelques minutes.")
