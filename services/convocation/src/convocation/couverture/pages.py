"""« Couverture »: what the missions of a session lack, from the nation down to the mission, and as files."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from math import ceil
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from chassis.database import Connection
from convocation.avancement.access import may_follow
from convocation.avis.domain import Motif
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.tableur import XLSX, csv_bytes, xlsx_bytes
from convocation.couverture import access, sql
from convocation.couverture.domain import LIBELLES_REGROUPEMENTS, Regroupement
from convocation.couverture.presenters import Couverture, read_couverture, table
from convocation.couverture.sql import FiltreCouverture
from convocation.interventions.access import may_intervene
from convocation.listes.domain import LIBELLES_MANQUES, Manque
from convocation.missions import reads as missions
from convocation.missions.domain import LIBELLES_VOIE
from convocation.rappels import reads as rappels
from convocation.rappels.access import may_remind
from convocation.rappels.domain import LIBELLES
from event_schemas import departements
from event_schemas.academies import NOMS, local_time
from pages.commands import reading
from pages.forms import page_number

router = Router(include_in_schema=False)
_TAILLE = 50
_ASKED = ("par", "session", "academie", "departement", "q", "epreuve", "manque")
_GRAPHIQUE = 10
_PRECISE = {Regroupement.ACADEMIE: "academie", Regroupement.DEPARTEMENT: "departement"}
_PRECISE |= {Regroupement.ETABLISSEMENT: "q", Regroupement.EPREUVE: "epreuve"}
"""The filter that a group of each grouping becomes."""


@router.get("/couverture")
async def couverture_page(request: Request, acteur: ActeurDep) -> Response:
    """Each figure leads to the next grouping, and at the end to the missions."""
    asked = _asked(request)
    async with reading(request, acteur) as connection:
        one = await _read(request, connection, acteur, asked, taille=_TAILLE)
        asked |= {"session": one.filtre.session or "", "par": one.par.value}
        context = _figures(one, asked) | await _choices(connection, acteur, one.filtre, application(request).clock())
        context |= await _reminders(connection, acteur, one, asked)
        return await page(request, connection, acteur, "couverture/couverture.html", demande=asked, **context)


@router.get("/couverture.csv")
async def en_csv(request: Request, acteur: ActeurDep) -> Response:
    """All the rows of the page, whatever its number."""
    one = await _all(request, acteur)
    octets = await asyncio.to_thread(lambda: csv_bytes(*table(one)))
    return _file(octets, "text/csv; charset=utf-8", one, "csv")


@router.get("/couverture.xlsx")
async def en_xlsx(request: Request, acteur: ActeurDep) -> Response:
    """The same as a workbook."""
    one, now = await _all(request, acteur), application(request).clock()
    octets = await asyncio.to_thread(lambda: xlsx_bytes("Couverture", *table(one), now))
    return _file(octets, XLSX, one, "xlsx")


def _asked(request: Request) -> dict[str, str]:
    return {name: request.query_params.get(name, "")[:100] for name in _ASKED}


async def _all(request: Request, acteur: Acteur) -> Couverture:
    async with reading(request, acteur) as connection:
        one = await _read(request, connection, acteur, _asked(request), taille=None)
    securite.tell(request, Evenement.EXPORT, acteur, count=len(one.lignes))
    return one


async def _read(
    request: Request, connection: Connection, acteur: Acteur, asked: dict[str, str], *, taille: int | None
) -> Couverture:
    """What makes no sense is left out. Raises Forbidden, AcademieInconnue."""
    offered = access.regroupements(acteur)
    par = Regroupement(asked["par"]) if asked["par"] in offered else offered[0]
    number = request.query_params.get("page", "1")
    voie, _, code = asked["epreuve"].partition(".")
    asked_for = FiltreCouverture(
        session=asked["session"] or next(iter(await missions.sessions(connection, application(request).clock())), None),
        academie=asked["academie"] or None,
        departement=asked["departement"].strip().upper() or None,
        code=code or None,
        voie=voie or None,
        texte=asked["q"],
        manque=Manque(asked["manque"]) if asked["manque"] in list(Manque) else None,
        page=page_number(number) if taille else 1,
        taille=taille,
    )
    filtre = access.within(acteur, asked_for)
    return await read_couverture(connection, par, filtre, lot=application(request).settings.lot_copies)


def _figures(one: Couverture, asked: dict[str, str]) -> dict[str, Any]:
    def vers(**changes: Any) -> str:
        return "?" + urlencode({name: value for name, value in (asked | changes).items() if value})

    def lien(line: dict[str, Any], manque: str = "") -> str:
        changes = {_PRECISE[one.par]: line["cle"], "par": one.par.suivant.value}
        return vers(**changes, **({"manque": manque} if manque else {}))

    worst = [line for line in one.lignes[:_GRAPHIQUE] if "cle" in line]
    return {
        "couverture": one,
        "missions": one.par is Regroupement.MISSION,
        "regroupement": LIBELLES_REGROUPEMENTS[one.par],
        "manques": [(gap.value, text) for gap, text in LIBELLES_MANQUES.items()],
        "libelles": {gap.value: text for gap, text in LIBELLES_MANQUES.items()},
        "barres_manques": [(text, one.sommes[gap], one.sommes["total"]) for gap, text in LIBELLES_MANQUES.items()],
        "barres_groupes": [(line["nom"], line["en_defaut"], line["total"]) for line in worst],
        "pages": ceil(one.nombre / _TAILLE),
        "vers": lambda number: vers(page=number),
        "lien": lien,
        "lien_manque": lambda gap: vers(manque=gap),
        "export": lambda kind: f"/couverture.{kind}{vers()}",
        "filtree": any(asked[name] for name in _ASKED[2:]),
    }


async def _choices(connection: Connection, acteur: Acteur, filtre: FiltreCouverture, now: datetime) -> dict[str, Any]:
    """What the filters offer, of what the acteur sees."""
    codes = access.academies(acteur)
    return {
        "choix_par": [(one.value, LIBELLES_REGROUPEMENTS[one]) for one in access.regroupements(acteur)],
        "choix_sessions": [(one, one) for one in await missions.sessions(connection, now)],
        "choix_academies": sorted(((code, NOMS[code]) for code in codes), key=itemgetter(1)) if len(codes) > 1 else [],
        "choix_departements": departements.choix(await _departements(connection, filtre, codes)),
        "choix_epreuves": [
            (f"{row.voie}.{row.code}", f"{row.libelle} – {LIBELLES_VOIE.get(row.voie, row.voie)}")
            for row in await sql.epreuves(connection, filtre)
        ],
        "par_etablissement": filtre.uais is None or len(filtre.uais) > 1,
    }


async def _departements(connection: Connection, filtre: FiltreCouverture, codes: list[str]) -> Iterable[str]:
    """Of the établissements that are seen; `codes`: the académies."""
    if filtre.uais is not None:
        return {uai[:3] for uai in filtre.uais}
    return await missions.departements(connection, filtre.session, [filtre.academie] if filtre.academie else codes)


async def _reminders(connection: Connection, acteur: Acteur, one: Couverture, asked: dict[str, str]) -> dict[str, Any]:
    """For who reminds établissements: where, with the same filters, and the last reminder to each of the page."""
    if not may_remind(acteur):
        return {"rappeler": "", "rappels": {}, "avancement": "", "agir": False}
    query = {name: asked[name] for name in ("session", "academie", "departement", "q") if asked[name]}
    place = {name: value for name, value in query.items() if name != "q"}
    query |= {"motif": "SIGNATURE"} if asked["manque"] == Manque.SANS_SIGNATURE else {}
    uais = [line["cle"] for line in one.lignes] if one.par is Regroupement.ETABLISSEMENT else []
    found = await rappels.derniers(connection, uais, asked["session"]) if uais else []
    last = {row.uai: row for row in sorted(found, key=lambda row: row.le)}
    return {
        "rappeler": f"/rappels?{urlencode(query)}",
        "agir": one.par is Regroupement.ETABLISSEMENT and may_intervene(acteur),
        "avancement": f"/avancement?{urlencode(place)}" if may_follow(acteur) else "",
        "rappels": {
            uai: (local_time(row.academie, row.le), row.par_nom, LIBELLES[Motif(row.motif)])
            for uai, row in last.items()
        },
    }


def _file(octets: bytes, media_type: str, one: Couverture, kind: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="couverture-{one.par.value}.{kind}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(octets, media_type=media_type, headers=headers)
