"""SANTORIN silent or refusing, as a page tells it (R18)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Request

from convocation.commun.application import application
from convocation.listes.attente import Attente
from convocation.missions.domain import LIBELLES_VOIE
from event_schemas.academies import local_time

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def too_long_before(request: Request) -> datetime:
    """What was written before and is not answered is told; `CONVOCATION_SANTORIN_SILENCE_MINUTES` says so."""
    now = application(request).clock()
    minutes = application(request).settings.santorin_silence_minutes
    return now - timedelta(minutes=minutes) if minutes else _NEVER


def attente(found: Attente, academie: str | None, *, lies: bool = False) -> dict[str, Any]:
    """For `attente_santorin.html`; the time as clocks show it in the académie; `lies`: with links to the missions."""
    depuis = local_time(academie or "", found.depuis) if found.depuis else None
    names = {key: f"{libelle} – {LIBELLES_VOIE[voie]}" for key, (libelle, voie) in found.missions.items()}
    missions = names if lies else {}
    return {"sans_reponse": found.sans_reponse, "refusees": found.refusees, "depuis": depuis, "missions": missions}
