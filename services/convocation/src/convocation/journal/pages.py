"""« Journal » (R54, R55): the acts of this service. It is searched by POST: a person's number stands in no address."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any, Self

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces.acteur import Acteur, Role
from acces.audit import Recherche, search
from acces.http import ActeurDep
from convocation.cadre.ecran import FONCTIONS, page
from convocation.commun.tableur import csv_bytes
from convocation.journal.access import may_read
from convocation.journal.libelles import ACTIONS, FAMILLES, lignes_changees, sujet
from event_schemas.academies import NOMS, local_time, zone
from pages.commands import reading
from pages.forms import fields, page_number, text

router = APIRouter(include_in_schema=False)
_LIEUX = NOMS | {"*": "toutes les académies"}
_TAILLE, _MAX, _MAX_CSV = 20, 100, 10_000
_TROP = "Plus de 10 000 actes : restreignez la recherche pour la télécharger."
_COLONNES = (
    *("Quand", "Nom", "Identifiant", "Fonction", "Acte", "Objet", "Académie", "UAI", "Motif"),
    *("Champ", "Avant", "Après"),
)
_PARIS = zone("*")


@dataclass(frozen=True, slots=True)
class FiltreJournal:
    """What was typed."""

    famille: str = ""
    personne: str = ""
    academie: str = ""
    uai: str = ""
    du: str = ""
    au: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        return cls(**{name: text(form, name)[:_MAX] for name in cls.__slots__})

    def recherche(self) -> tuple[Recherche, list[dict[str, str]]]:
        """Days are Paris's, both included; what cannot be read is left out and told."""
        days = {name: _jour(typed) for name, typed in (("du", self.du), ("au", self.au)) if typed}
        erreurs = [{"champ": name, "texte": "Ce jour ne se lit pas."} for name, day in days.items() if day is None]
        du, au = days.get("du"), days.get("au")
        if du and au and au < du:
            erreurs.append({"champ": "au", "texte": "Le dernier jour ne vient pas avant le premier."})
        wanted = Recherche(
            famille=self.famille if self.famille in FAMILLES else None,
            academie=self.academie if self.academie in NOMS else None,
            uai=self.uai.upper() or None,
            personne=self.personne or None,
            depuis=datetime.combine(du, time(), _PARIS) if du else None,
            avant=datetime.combine(au + timedelta(days=1), time(), _PARIS) if au else None,
        )
        return wanted, erreurs


def _jour(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


@router.get("/journal")
async def derniers(request: Request, acteur: ActeurDep) -> Response:
    """The latest acts of all."""
    return await _show(request, acteur, FiltreJournal(), 1)


@router.post("/journal")
async def chercher(request: Request, acteur: ActeurDep) -> Response:
    """A search, or another page of one; it writes nothing."""
    may_read(acteur)
    async with fields(request) as form:
        filtre, number = FiltreJournal.read(form), text(form, "page")
    return await _show(request, acteur, filtre, page_number(number))


@router.post("/journal.csv")
async def en_csv(request: Request, acteur: ActeurDep) -> Response:
    """All that is found, a row for each field that changed; refused where that is too much for a spreadsheet."""
    may_read(acteur)
    async with fields(request) as form:
        filtre = FiltreJournal.read(form)
    wanted, erreurs = filtre.recherche()
    async with reading(request) as connection:
        rows = [] if erreurs else await search(connection, wanted, taille=_MAX_CSV)
    if erreurs or (rows and rows[0]["total"] > _MAX_CSV):
        return await _show(request, acteur, filtre, 1, "" if erreurs else _TROP)
    octets = await asyncio.to_thread(lambda: csv_bytes(_COLONNES, [line for row in rows for line in _lignes_csv(row)]))
    headers = {"Content-Disposition": 'attachment; filename="journal.csv"', "Cache-Control": "no-store"}
    return Response(octets, media_type="text/csv; charset=utf-8", headers=headers)


def _lignes_csv(row: dict[str, Any]) -> list[list[str]]:
    acte = _acte(row)
    head = [acte["quand"].isoformat(timespec="seconds"), *(acte[name] for name in ("nom", "par", "fonction"))]
    head += [acte["libelle"], acte["objet"], row["academie"] or "", row["uai"] or "", acte["motif"]]
    nothing = {"champ": "", "avant": "", "apres": ""}
    return [[*head, line["champ"], line["avant"], line["apres"]] for line in acte["lignes"] or [nothing]]


async def _show(request: Request, acteur: Acteur, filtre: FiltreJournal, number: int, refus: str = "") -> Response:
    may_read(acteur)
    wanted, erreurs = filtre.recherche()
    erreurs += [{"champ": "", "texte": refus}] if refus else []
    number = max(1, number)
    async with reading(request) as connection:
        rows = [] if erreurs else await search(connection, wanted, taille=_TAILLE, page=number)
        total = rows[0]["total"] if rows else 0
        return await page(
            request,
            connection,
            acteur,
            "journal/journal.html",
            status=422 if erreurs else 200,
            filtre=asdict(filtre),
            filtree=filtre != FiltreJournal(),
            erreurs=erreurs,
            actes=[_acte(row) for row in rows],
            total=total,
            numero=number,
            pages=ceil(total / _TAILLE),
            familles=list(FAMILLES.items()),
            academies=sorted(NOMS.items(), key=lambda one: one[1]),
        )


def _acte(row: dict[str, Any]) -> dict[str, Any]:
    academie = row["academie"] or ""
    about = [_LIEUX.get(academie, ""), row["uai"] or "", sujet(row["objet"])]
    return {
        "id": row["id"],
        "libelle": ACTIONS.get(row["action"], row["action"]),
        "objet": row["objet"],
        "quand": local_time("*", row["le"]),
        "nom": row["nom"] or row["par"],
        "par": row["par"],
        "fonction": FONCTIONS.get(Role(row["role"]), row["role"]),
        "sur": ", ".join(one for one in about if one),
        "motif": row["motif"],
        "nature": "création" if row["avant"] is None else "retrait" if row["apres"] is None else "changement",
        "lignes": lignes_changees(row["avant"] or {}, row["apres"] or {}, academie),
    }
