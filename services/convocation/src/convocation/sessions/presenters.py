"""A session as the pages and the API tell it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.database import Connection
from convocation.ouvertures.domain import Decision
from convocation.ouvertures.reads import limites
from convocation.sessions import sql
from convocation.sessions.domain import LIBELLES, Etat, etat_de
from convocation.sessions.sql import DateeRow, JoursRow, NonDeclaree, SessionRow
from event_schemas.academies import NOMS, local_time
from francais import date_longue, enumeration, moment, pluriel

_COULEURS = {Etat.PREPAREE: "info", Etat.OUVERTE: "success", Etat.CLOSE: "warning", Etat.ARCHIVEE: ""}


def jours(row: SessionRow | DateeRow) -> str:
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


async def dates_of(connection: Connection, session: str, academie: str) -> dict[str, Any]:
    """The days and the deadline that hold in an académie, by its clocks; `propre`: the deadline is its own."""
    days = await sql.jours(connection, session, academie)
    limite, propre = await limites(connection, session, academie)
    return days.only("debut", "fin") | {"ferme_le": local_time(academie, limite) if limite else None, "propre": propre}


def a_saisir(days: JoursRow, held: Mapping[str, Any]) -> dict[str, str]:
    """The académie's own dates, as the form has them; what follows the nation is empty."""
    limite = held["ferme_le"] if held["propre"] else None
    own = {"debut": days.debut_propre, "fin": days.fin_propre}
    typed = _a_la_minute(limite.replace(tzinfo=None)) if limite else ""
    return {name: day.isoformat() if day else "" for name, day in own.items()} | {"ferme_le": typed}


def datee(row: DateeRow) -> dict[str, Any]:
    """What an académie has set for itself; empty where the nation's holds."""
    limite = moment(local_time(row.academie, row.ferme_le)) if row.ferme_le else ""
    return {
        "code": row.academie,
        "nom": NOMS[row.academie],
        "jours": jours(row) if row.debut or row.fin else "",
        "limite": limite,
    }


def ouverture(decision: Decision | None) -> str:
    """The nation's service in a session, by Paris's clocks."""
    if decision is None:
        return "personne n’a décidé de son ouverture"
    if not decision.ouverte:
        return "fermé"
    debut, fin = (moment(local_time("*", one)) if one else "" for one in (decision.debut, decision.fin))
    bounds = [f"à partir du {debut}" if debut else "", f"jusqu’au {fin}" if fin else "sans fin prévue"]
    return ", ".join(["ouvert", *filter(None, bounds)])


def _a_la_minute(local: datetime) -> str:
    """With its seconds where it has some: what comes back from the form is the same instant."""
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


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
