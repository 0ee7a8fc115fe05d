"""The signed link of a mail opens its person's pages for two hours (R57); a lost one is replaced (0035).

For everybody: no acteur is asked for. GET writes nothing and opens nothing: scanners of mails follow links too.
"""

from datetime import timedelta
from typing import Any

import structlog
from fastapi import FastAPI, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur, Role
from acces.commande import Commande
from acces.http import present, refuse_cross_site, secret_of
from acces.securite import Evenement
from convocation.cadre.ecran import FONCTIONS, MES_MISSIONS
from convocation.commun.application import application
from convocation.commun.jetons import read_lien, same_address
from convocation.commun.limites import limit_porte
from convocation.entrees.commands import Entree
from convocation.entrees.navigateur import navigateur_of
from convocation.mes_missions import sql
from convocation.mes_missions.commands import note_lien, replace_liens
from convocation.mes_missions.sql import PersonneDuLien
from francais.adresses import AdresseRefusee, adresse
from pages.commands import commande, itself, see_other
from pages.forms import fields, text
from pages.frame import notices

log = structlog.get_logger()
_LASTS = timedelta(hours=2)
_LIEN, _PERDU = "/lien/{token}", "/lien-perdu"
# Its forms must say where they come from (refuse_cross_site): the host, and nothing of the address.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}
_MAX_TEXT = 300
_INDIQUEZ = "Indiquez votre adresse, comme prenom.nom@ac-exemple.fr."
_REPONSE = (
    "Si cette adresse est celle d’une personne convoquée, un mail avec un nouveau lien y arrive dans les minutes qui"
    " viennent. Les liens des mails précédents ne s’ouvrent plus."
)
_FAITS = {"demande": ("Demande enregistrée", _REPONSE)}
_VISITEUR = Acteur("lien-perdu", Role.INTERVENANT, "Page «\u00a0J’ai perdu ce mail\u00a0», sans connexion")


def add_to(app: FastAPI) -> None:
    """Any path: what is no token at all gets the same answer as a forged one."""
    app.add_route("/lien/{token:path}", proposer, methods=["GET"])
    app.add_route("/lien/{token:path}", ouvrir, methods=["POST"])
    app.add_route(_PERDU, perdu, methods=["GET"])
    app.add_route(_PERDU, remplacer, methods=["POST"])


async def proposer(request: Request) -> Response:
    """Whose pages the link opens, and a button; whose session is open, where it is another's."""
    await limit_porte(request, _LIEN)
    person, here = await _personne(request), await present(request)
    if person is None:
        return _plus_valable(request)
    return _sealed(see_other(MES_MISSIONS)) if _is(here, person) else _ask(request, person, here)


async def ouvrir(request: Request) -> Response:
    """Sign in instead of whoever is signed in, if that is who the page named."""
    refuse_cross_site(request)
    await limit_porte(request, _LIEN)
    async with fields(request) as form:
        told = text(form, "session")
    person, here = await _personne(request), await present(request)
    if person is None:
        return _plus_valable(request)
    if _is(here, person):
        return _sealed(see_other(MES_MISSIONS))
    return await _enter(request, person) if told == _session(here) else _ask(request, person, here)


async def perdu(request: Request) -> Response:
    """« J'ai perdu ce mail »."""
    return _perdu(request, avis=notices(request, _FAITS))


async def remplacer(request: Request) -> Response:
    """The same answer whether the address is known or not."""
    refuse_cross_site(request)
    await limit_porte(request, _PERDU)
    async with fields(request) as form:
        typed = text(form, "courriel")[:_MAX_TEXT]
    try:
        courriel = adresse(typed)
    except AdresseRefusee as refus:
        why = f"{_INDIQUEZ} {refus}" if typed else _INDIQUEZ
        return _perdu(request, status=422, erreurs=[{"champ": "courriel", "texte": why}], courriel=typed)
    answer = see_other(f"{_PERDU}?fait=demande")
    answer.background = BackgroundTask(_replace, request, courriel)
    return _sealed(answer)


async def _replace(request: Request, courriel: str) -> None:
    """Once the answer is out: not even its time says whether the address is known."""
    try:
        state = application(request)
        async with itself(request) as connection, connection.transaction():
            command = Commande(connection, _VISITEUR, state.clock())
            people = await replace_liens(command, courriel, state.settings.link_days)
        state.wake_relay()
        securite.tell(request, Evenement.LINK_LOST, count=people)
    except Exception as error:  # noqa: BLE001  # nobody waits for it any more: she asks again
        log.error("lien.not_replaced", error=error)


async def _personne(request: Request) -> PersonneDuLien | None:
    """Whose pages the link opens now."""
    state = application(request)
    named = read_lien(request.path_params["token"], state.sceaux.liens, state.clock())
    if named is None:
        return None
    async with itself(request) as connection:
        person = await sql.person_of_lien(connection, named.intervenant_id)
    bound = (
        person is not None
        and person.compteur == named.compteur
        and same_address(named.adresse, person.courriel, state.sceaux.liens)
    )
    return person if bound else None


def _is(here: Acteur | None, person: PersonneDuLien) -> bool:
    return here is not None and (here.role, here.sub) == (Role.INTERVENANT, person.numero)


def _session(here: Acteur | None) -> str:
    """What the form says that its page told: one opened since is not replaced unasked."""
    return f"{here.role}:{here.sub}" if here else ""


def _ask(request: Request, person: PersonneDuLien, here: Acteur | None) -> Response:
    names: dict[str, Any] = {
        "personne": f"{person.prenom} {person.nom}",
        "present": here,
        "fonction": FONCTIONS.get(here.role, "") if here else "",
        "session": _session(here),
    }
    return _sealed(application(request).pages.render(request, "mes_missions/lien.html", **names))


async def _enter(request: Request, person: PersonneDuLien) -> Response:
    acteur = Acteur(person.numero, Role.INTERVENANT, f"{person.prenom} {person.nom}")
    async with commande(request, acteur) as command:
        await note_lien(command, person)
    response = see_other(MES_MISSIONS)
    state = application(request)
    await state.sessions.close(secret_of(request))
    entree = Entree(acteur.sub, (acteur,), navigateur=navigateur_of(request))
    await state.sessions.open(response, entree, hours=_LASTS)
    securite.tell(request, Evenement.LINK_OPENED, acteur)
    return _sealed(response)


def _plus_valable(request: Request) -> Response:
    """The same page for a forged, an expired, an unknown and an ended link."""
    securite.tell(request, Evenement.LINK_REFUSED)
    page = application(request).pages.render(request, "mes_missions/lien_plus_valable.html", status=404, courriel="")
    return _sealed(page)


def _perdu(request: Request, *, status: int = 200, courriel: str = "", **more: Any) -> Response:
    names = {"courriel": courriel, **more}
    return _sealed(application(request).pages.render(request, "mes_missions/lien_perdu.html", status=status, **names))


def _sealed(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
