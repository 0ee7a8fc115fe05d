"""What holds now (R12), as pages and the API tell it, in the académie's own time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.database import Connection
from convocation.missions.domain import Mission
from convocation.ouvertures import sql as ouvertures
from convocation.ouvertures.domain import NATIONALE, Cible, Decision, PorteeOuverture, in_force, ouvrira
from convocation.ouvertures.reads import decisions
from convocation.ouvertures.refus import ServiceFerme
from convocation.ouvertures.sql import OuvertureMotivee
from event_schemas.academies import NOMS, local_time
from francais import moment

_NOBODY = {"etat": "FERME", "debut": None, "fin": None, "motif": "", "par": "", "nom": "", "le": None}


def etat(decision: Decision, now: datetime) -> str:
    """OUVERT, A_VENIR (it opens later), TERMINE (its end is past) or FERME."""
    if not decision.ouverte:
        return "FERME"
    if decision.tient(now):
        return "OUVERT"
    return "A_VENIR" if decision.ouvrira(now) else "TERMINE"


def ligne(row: OuvertureMotivee, academie: str, now: datetime) -> dict[str, Any]:
    """One decision, with its instants as the académie's clocks show them."""
    decision = Decision(row.ouverte, row.debut, row.fin)
    debut, fin = (local_time(academie, one) if one else None for one in (decision.debut, decision.fin))
    who = {"par": row.par, "nom": row.nom or row.par, "le": local_time(academie, row.le)}
    return {"etat": etat(decision, now), "debut": debut, "fin": fin, "motif": row.motif or "", **who}


async def par_academie(connection: Connection, session: str, now: datetime) -> list[dict[str, Any]]:
    """For each académie with missions what holds for its établissements without a decision of their own.

    `origine`: "ACADEMIE" or "NATIONALE", None where nobody decided. `exceptions`: établissements with their own.
    """
    rows = {Cible(PorteeOuverture(row.portee), row.code): row for row in await ouvertures.general(connection, session)}
    decided = {cible: Decision(row.ouverte, row.debut, row.fin) for cible, row in rows.items()}
    found = []
    for place in await ouvertures.academies(connection, session, now):
        code = place.academie
        held = in_force(decided, code, "")
        told = ligne(rows[held[0]], code, now) if held else _NOBODY
        origine = held[0].portee.value if held else None
        found.append(dict(place) | {"nom_academie": NOMS.get(code, code), "origine": origine} | told)
    return found


async def exceptions(connection: Connection, session: str, now: datetime, *, page: int) -> list[dict[str, Any]]:
    """A page of 50 établissements with a decision of their own, with `total`."""
    rows = await ouvertures.exceptions(connection, session, taille=50, page=page)
    return [dict(row) | ligne(row, row.academie, now) for row in rows]


async def nationale(connection: Connection, session: str, now: datetime) -> dict[str, Any] | None:
    """The decision for all académies, in Paris's time, None where nobody took one."""
    rows = await ouvertures.general(connection, session)
    return next((ligne(row, "*", now) for row in rows if row.portee == NATIONALE.portee), None)


async def annonces(connection: Connection, uais: Sequence[str], now: datetime) -> list[str]:
    """« Le service ouvrira le … », one sentence a session and instant; who has several établissements is told which."""
    coming: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    for session, academie, uai in await ouvertures.places(connection, uais):
        debut = ouvrira(await decisions(connection, session, academie, uai), academie, uai, now)
        if debut is not None:
            coming[session, local_time(academie, debut)].append(uai)
    return [
        f"Le service ouvrira le {moment(debut)} (session {session}{_of(places) if len(uais) > 1 else ''})."
        for (session, debut), places in sorted(coming.items())
    ]


def _of(places: Sequence[str]) -> str:
    return f" ; {', '.join(places)}"


def service(decisions: Mapping[Cible, Decision], mission: Mission, now: datetime) -> tuple[bool, datetime | None, str]:
    """Whether a mission's service is open, until when if that is known, and the sentence that says why not."""
    held = in_force(decisions, mission.academie, mission.uai)
    if held is not None and held[1].tient(now):
        return True, local_time(mission.academie, held[1].fin) if held[1].fin else None, ""
    debut = held[1].ouvrira(now) if held else None
    coming = f" Le service ouvrira le {moment(local_time(mission.academie, debut))}." if debut else ""
    return False, None, ServiceFerme.phrase + coming
