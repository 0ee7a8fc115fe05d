"""A session's progress for programs: the page's days and groups."""

from typing import Annotated, Any

from fastapi import Query, Request

from acces.http import ActeurDep, Router
from convocation.avancement import presenters
from convocation.avancement.access import within
from convocation.avancement.domain import Groupement
from convocation.avancement.presenters import Demande
from convocation.commun.application import application
from convocation.commun.schemas import Academie, Session
from convocation.missions import reads as missions
from pages.commands import reading

router = Router(prefix="/api", tags=["couverture"])


@router.get("/avancement")
async def get_avancement(
    request: Request,
    acteur: ActeurDep,
    session: Annotated[Session | None, Query(description="the latest, unless said")] = None,
    academie: Annotated[Academie | None, Query()] = None,
    departement: Annotated[str | None, Query(pattern=r"^\d[0-9AB]\d$")] = None,
    par: Annotated[Groupement, Query()] = Groupement.ACADEMIE,
) -> dict[str, Any]:
    """Counts by day, all groups together and as each group stands now; `fin`: the day the service closes."""
    seen = within(acteur, academie)
    async with reading(request, acteur) as connection:
        held = session or next(iter(await missions.sessions(connection, application(request).clock())), "")
        one = await presenters.read(connection, Demande(held, par, seen, departement))
    rows = presenters.groupes(one)
    return {
        "session": held,
        "fin": one.fin.isoformat() if one.fin else None,
        "compte_le": one.vu_le.isoformat() if one.vu_le else None,
        "jours": [
            {"jour": jour.isoformat()} | presenters.pour_programme(comptes) for jour, comptes in one.suite.points
        ],
        "groupes": [{"cle": row["cle"], "nom": row["nom"]} | presenters.pour_programme(row["comptes"]) for row in rows],
    }
