"""The coverage of a session for programs: the page's figures, filters and groupings."""

from typing import Annotated, Any

from fastapi import Query, Request

from acces.http import ActeurDep, Router
from convocation.commun.application import application
from convocation.commun.schemas import Session
from convocation.couverture.access import regroupements, within
from convocation.couverture.domain import Regroupement
from convocation.couverture.presenters import read_couverture
from convocation.couverture.sql import FiltreCouverture
from convocation.listes.domain import Manque
from convocation.missions import reads as missions
from pages.commands import reading

router = Router(prefix="/api", tags=["couverture"])
Epreuve = Annotated[str | None, Query(pattern=r"^[A-Z]+\.[A-Z0-9-]{1,40}$", description="voie.code, as GENERALE.HG")]


@router.get("/couverture")
async def get_couverture(
    request: Request,
    acteur: ActeurDep,
    par: Annotated[Regroupement | None, Query(description="the widest one sees, unless said")] = None,
    session: Annotated[Session | None, Query(description="the latest, unless said")] = None,
    academie: Annotated[str | None, Query(pattern=r"^\d{2}$")] = None,
    departement: Annotated[str | None, Query(pattern=r"^\d[0-9AB]\d$")] = None,
    epreuve: Epreuve = None,
    q: Annotated[str, Query(max_length=100, description="words of an établissement")] = "",
    manque: Annotated[Manque | None, Query()] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> dict[str, Any]:
    """Counts of missions a kind of gap, by groups or as missions (par=mission), fifty a page, the worst first."""
    voie, _, code = (epreuve or "").partition(".")
    par = par or regroupements(acteur)[0]
    async with reading(request, acteur) as connection:
        filtre = FiltreCouverture(
            session=session or next(iter(await missions.sessions(connection, application(request).clock())), None),
            academie=academie,
            departement=departement,
            code=code or None,
            voie=voie or None,
            texte=q,
            manque=manque,
            page=page,
        )
        filtre = within(acteur, filtre)
        one = await read_couverture(connection, par, filtre, lot=application(request).settings.lot_copies)
    rows = {"missions" if par is Regroupement.MISSION else "groupes": one.lignes}
    return {"session": filtre.session, "par": par, "nombre": one.nombre, "page": page, "sommes": one.sommes, **rows}
