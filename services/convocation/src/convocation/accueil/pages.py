"""« Ce qui reste à faire »: the first page of chef, délégués, gestionnaire and administrateur; who else has another."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from acces.policy import Scope
from chassis.database import Connection
from convocation.accueil import sql
from convocation.accueil.access import droits, numerisation_alone, scope_of_home
from convocation.accueil.domain import Bloc
from convocation.accueil.presenters import Ce, bloc, bloc_de_l_administrateur
from convocation.accueil.rectorat import Rectorat, bloc_du_rectorat
from convocation.annuaire import reads as annuaire
from convocation.cadre.access import offered
from convocation.cadre.ecran import MES_MISSIONS, MISSIONS, page
from convocation.commun.application import application
from convocation.comptes import reads as comptes
from convocation.convocations import reads as convocations
from convocation.coordonnees import reads as coordonnees
from convocation.demandes import reads as demandes
from convocation.missions import reads as missions
from convocation.missions.domain import MissionType
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.presenters import service
from convocation.rappels import reads as rappels
from convocation.sessions import reads as sessions_
from convocation.signatures import reads as signatures
from event_schemas.academies import NOMS, local_time
from pages.commands import reading, see_other

router = Router(include_in_schema=False)
_EN_ENTIER = 3
"""As many établissements are shown step by step; more are lines of a table that lead to their steps."""


@router.get("/")
async def accueil(request: Request, acteur: ActeurDep) -> Response:
    """An intervenant's is « Mes missions », which says all; `uai`: one établissement of who has many."""
    scope = scope_of_home(acteur)
    if scope is None:
        return see_other(MES_MISSIONS if offered(acteur, {"mes-convocations.lire"}) else MISSIONS)
    async with reading(request, acteur) as connection:
        sessions = await missions.sessions(connection, application(request).clock())
        session = next(iter(sessions), "")
        if scope is Scope.TOUT:
            context = await _administrateur(request, connection, sessions)
        elif scope is Scope.ACADEMIE:
            context = await _gestionnaire(request, connection, acteur, session)
        else:
            context = await _etablissements(request, connection, acteur, session)
        return await page(
            request, connection, acteur, "accueil/accueil.html", **{"lignes": [], "session": session} | context
        )


async def _etablissements(request: Request, connection: Connection, acteur: Acteur, session: str) -> dict[str, Any]:
    state, type_ = application(request), MissionType.NUMERISATION.value if numerisation_alone(acteur) else None
    asked, now = request.query_params.get("uai", ""), state.clock()
    uais = [asked] if asked in acteur.uais else sorted(acteur.uais)
    restes = await sql.restes(connection, session, lot=state.settings.lot_copies, uais=uais, type_=type_)
    decisions = await ouvertures.of_places(connection, session, [(one.academie, one.uai) for one in restes])
    unsigned = await signatures.non_signees(connection, uais, session, local_time("*", now).date(), type_)
    unread = await convocations.non_lues(connection, uais, session, type_)
    reached = await coordonnees.of_etablissements(connection, uais)
    reminded = await rappels.derniers(connection, uais, session)
    acts = droits(acteur)
    known = [
        Ce(
            reste=one,
            non_signees=len(unsigned.get(one.uai, ())),
            non_lues=unread.get(one.uai, 0),
            joignable=(held := reached.get(one.uai)) is not None and bool(held.telephone or held.courriel),
            droits=acts,
            numerisation=type_ is not None,
            ouvert=service(decisions, one, now)[0],
            rappels={row.motif: local_time(row.academie, row.le) for row in reminded if row.uai == one.uai},
        )
        for one in restes
    ]
    blocs = [bloc(ce, decisions, now) for ce in known]
    lines = [_ligne(ce, one) for ce, one in zip(known, blocs, strict=True)]
    return {"blocs": [], "lignes": lines} if len(blocs) > _EN_ENTIER else {"blocs": blocs}


def _ligne(ce: Ce, one: Bloc) -> dict[str, Any]:
    """An établissement of the table."""
    return dict(ce.reste) | {"nom": ce.reste.nom, "non_lues": ce.non_lues, "bloc": one, "ouvert": ce.ouvert}


async def _gestionnaire(request: Request, connection: Connection, acteur: Acteur, session: str) -> dict[str, Any]:
    state, academies = application(request), sorted(acteur.academies)
    restes = await sql.restes(connection, session, lot=state.settings.lot_copies, academies=academies)
    decisions = await ouvertures.of_places(connection, session, [(one.academie, one.uai) for one in restes])
    told = await demandes.academies_avec_contact(connection)
    one = Rectorat(
        titre=", ".join(NOMS.get(code, code) for code in academies),
        restes=restes,
        decisions=decisions,
        demandes=await demandes.a_traiter(connection, academies),
        imports=await annuaire.imports_a_confirmer(connection, academies),
        sans_contact=[NOMS.get(code, code) for code in academies if code not in told],
    )
    imports = state.settings.imports_url
    return {"blocs": [bloc_du_rectorat(one, state.clock())], "imports": f"{imports}/imports" if imports else ""}


async def _administrateur(request: Request, connection: Connection, sessions: list[str]) -> dict[str, Any]:
    jour = local_time("*", application(request).clock()).date()
    concerned = await missions.academies_de_session(connection, sessions[0]) if sessions else []
    told, managed = await demandes.academies_avec_contact(connection), await comptes.academies_gerees(connection, jour)
    one = bloc_de_l_administrateur(
        await sessions_.non_declarees(connection),
        await ouvertures.sans_decision(connection, sessions),
        [NOMS.get(code, code) for code in concerned if code not in told],
        [NOMS.get(code, code) for code in concerned if code not in managed],
    )
    return {"blocs": [one]}
