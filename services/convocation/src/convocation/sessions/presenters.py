"""A session as the pages and the API tell it."""

from collections.abc import Sequence
from typing import Any

from convocation.sessions.domain import LIBELLES, Etat, etat_de
from convocation.sessions.sql import NonDeclaree, SessionRow
from francais import date_longue, enumeration, pluriel

_COULEURS = {Etat.PREPAREE: "info", Etat.OUVERTE: "success", Etat.CLOSE: "warning", Etat.ARCHIVEE: ""}


def jours(row: SessionRow) -> str:
    """« du … au … », as far as somebody has said."""
    if row.debut and row.fin:
        return f"du {date_longue(row.debut)} au {date_longue(row.fin)}"
    if row.debut:
        return f"à partir du {date_longue(row.debut)}"
    return f"jusqu’au {date_longue(row.fin)}" if row.fin else "pas encore connus"


def ligne(row: SessionRow) -> dict[str, Any]:
    """A row of the page."""
    found = etat_de(row)
    badge = _COULEURS[found], LIBELLES[found]
    more = {"badge": badge, "jours": jours(row), "archivee": found is Etat.ARCHIVEE, "archivable": found is Etat.CLOSE}
    return row.only("session", "libelle", "lycees", "academies") | more


def pour_programme(row: SessionRow) -> dict[str, Any]:
    """A session for programs."""
    told = row.only("session", "libelle", "debut", "fin", "version", "archivee_le", "lycees")
    return told | {"etat": etat_de(row)}


def annonce(rows: Sequence[NonDeclaree]) -> str:
    """« 1 session que personne n’a déclarée : 2020-E3C9 (3 lycées, 12 missions). »; empty where there is none."""
    if not rows:
        return ""
    told = [
        f"{row.session} ({pluriel(row.lycees, 'lycée', 'lycées')}, {pluriel(row.missions, 'mission', 'missions')})"
        for row in rows
    ]
    head = pluriel(len(rows), "session que personne n’a déclarée", "sessions que personne n’a déclarées")
    return f"{head}\u00a0: {enumeration(told)}."
