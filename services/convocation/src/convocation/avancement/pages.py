"""« Avancement »: a session day by day against its deadline and the last session; and as files."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from convocation.avancement import presenters
from convocation.avancement.access import SUIVRE, departement
from convocation.avancement.dessin import draw, sparkline
from convocation.avancement.domain import Groupement
from convocation.avancement.presenters import Avancement, Demande
from convocation.cadre.ecran import page
from convocation.commun.access import ChoixAcademie, choose_academie
from convocation.commun.application import application
from convocation.commun.tableur import Format, sent, spooled
from convocation.missions import reads as missions
from event_schemas import departements
from event_schemas.academies import NOMS, local_time
from pages.commands import reading

router = Router(include_in_schema=False)
_ASKED = ("session", "academie", "departement", "avant")
_DAYS_SHOWN = 7
_AUCUNE = "aucune"


@router.get("/avancement")
async def avancement_page(request: Request, acteur: ActeurDep) -> Response:
    """Who has several académies compares them; of one, its départements are compared."""
    async with reading(request, acteur) as connection:
        sessions = await missions.sessions(connection, application(request).clock())
        choix = choose_academie(acteur, SUIVRE, request.query_params.get("academie", ""))
        one = await presenters.read(connection, _asked(request, sessions, choix))

        def vers(**changes: str) -> str:
            kept = {name: request.query_params.get(name, "")[:100] for name in _ASKED}
            return f"?{urlencode({name: value for name, value in (kept | changes).items() if value})}"

        context = _figures(one, vers) | _choices(one, sessions, choix)
        context["export"] = lambda sorte: f"/avancement.{sorte}{vers()}"
        return await page(request, connection, acteur, "avancement/avancement.html", **context)


@router.get("/avancement.csv")
async def en_csv(request: Request, acteur: ActeurDep) -> Response:
    """All days of all groups."""
    return await _file(request, acteur, Format.CSV)


@router.get("/avancement.xlsx")
async def en_xlsx(request: Request, acteur: ActeurDep) -> Response:
    """The same as a workbook."""
    return await _file(request, acteur, Format.XLSX)


async def _file(request: Request, acteur: Acteur, sorte: Format) -> Response:
    async with reading(request, acteur) as connection:
        sessions = await missions.sessions(connection, application(request).clock())
        choix = choose_academie(acteur, SUIVRE, request.query_params.get("academie", ""))
        one = await presenters.read(connection, _asked(request, sessions, choix))
    securite.tell(request, Evenement.EXPORT, acteur, count=len(one.jours))
    now = application(request).clock()
    file, _ = await spooled(sorte, "Avancement", presenters.HEADERS, _rows(one), now)
    return sent(file, sorte, "avancement")


async def _rows(one: Avancement) -> AsyncIterator[list[str | int]]:
    for row in presenters.table(one):
        yield row


def _asked(request: Request, sessions: Sequence[str], choix: ChoixAcademie) -> Demande:
    """What makes no sense is left out. Unless another is asked for, the session before is the next older one."""
    query = request.query_params
    session = query.get("session", "") if query.get("session") in sessions else next(iter(sessions), "")
    older = [one for one in sorted(sessions, reverse=True) if one < session]
    avant = query.get("avant", "")
    single = len(choix.codes) == 1
    return Demande(
        session,
        Groupement.DEPARTEMENT if single else Groupement.ACADEMIE,
        choix.academies,
        departement=departement(query.get("departement", "")) if single else None,
        avant=avant if avant in older else "" if avant == _AUCUNE else next(iter(older), ""),
    )


def _figures(one: Avancement, vers: Callable[..., str]) -> dict[str, Any]:
    points = list(reversed(one.suite.points))
    days = [(jour, comptes, one.avant.at(jour)) for jour, comptes in points]
    asked = one.demande
    return {
        "demande": asked,
        "dessin": draw(one.suite, one.avant, f"Convocations, session {asked.avant}", one.fin),
        "dernier": one.suite.dernier,
        "avant_meme_jour": one.avant_meme_jour,
        "fin": one.fin,
        "vu_le": local_time(asked.academies[0] if asked.academies else "", one.vu_le) if one.vu_le else None,
        "jours": days[:_DAYS_SHOWN],
        "plus_anciens": days[_DAYS_SHOWN:],
        "par_academie": asked.par is Groupement.ACADEMIE,
        "groupes": [
            row | {"trait": sparkline(row["suite"]), "lien": vers(**{asked.par.value: row["cle"]})}
            for row in presenters.groupes(one)
        ],
        "lieu": _place(asked),
        "toute": vers(departement=""),
        "couverture": f"/couverture?{urlencode(_place_query(asked) | {'session': asked.session})}",
    }


def _place(asked: Demande) -> str:
    """What the figures are of, in words."""
    if asked.departement:
        return departements.nom(asked.departement)
    if asked.academies is None:
        return "France entière"
    return ", ".join(NOMS.get(code, code) for code in asked.academies)


def _place_query(asked: Demande) -> dict[str, str]:
    one = asked.academies[0] if asked.academies and len(asked.academies) == 1 else ""
    return {name: value for name, value in (("academie", one), ("departement", asked.departement or "")) if value}


def _choices(one: Avancement, sessions: Sequence[str], choix: ChoixAcademie) -> dict[str, Any]:
    older = [session for session in sorted(sessions, reverse=True) if session < one.demande.session]
    return {
        "choix_sessions": [(session, session) for session in sessions],
        "choix_academies": choix.choix,
        "academie": choix.choisie,
        "choix_avant": [*((session, session) for session in older), (_AUCUNE, "Aucune")] if older else [],
        "avant": one.demande.avant or _AUCUNE,
    }
