"""Missions and what they lack → JSON and the values of templates."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from convocation.listes.domain import LIBELLES_MANQUES, Attente, badge
from convocation.listes.reads import EtatMission
from convocation.listes.sql import LigneMission
from convocation.missions.domain import LIBELLES_TYPE, LIBELLES_VOIE, MissionType
from event_schemas.academies import local_time

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def mission(row: EtatMission) -> dict[str, Any]:
    """As the API answers it (R23), alone and in the list."""
    return {
        "mission_id": str(row.mission_id),
        "session": row.session,
        "type": row.type,
        "type_libelle": LIBELLES_TYPE[MissionType(row.type)],
        "voie": row.voie,
        "code": row.code,
        "libelle": row.libelle,
        "candidats": row.candidats,
        "date_debut": row.date_debut.isoformat(),
        "sans_candidat": not row.active,
        "etablissement": {"uai": row.uai, "nom": row.etablissement_nom, "commune": row.etablissement_commune},
        "convoques": row.convoques,
        "besoin": row.besoin,
        "pourvus": row.pourvus,
        "manques": [one.value for one in row.manques],
    }


def ligne(row: LigneMission) -> dict[str, Any]:
    """A line of the list on a page (R23): who counts for the need, what lacks."""
    return {
        "mission_id": row.mission_id,
        "session": row.session,
        "libelle": row.libelle,
        "voie": LIBELLES_VOIE[row.voie],
        "type_libelle": LIBELLES_TYPE[MissionType(row.type)],
        "uai": row.uai,
        "etablissement": f"{row.etablissement_nom}, {row.etablissement_commune}",
        "candidats": row.candidats,
        "pourvus": row.pourvus,
        "besoin": row.besoin,
        "etat": etat_badge(row),
        "profils_manquants": row.profils_manquants,
        "refusees": row.refusees,
        "mails_echoues": row.mails_echoues,
        "empechements": row.empechements,
    }


def etat_badge(row: EtatMission) -> tuple[str, str]:
    """Kind and words."""
    return badge(MissionType(row.type), row.manques, active=row.active)


def etat_badges(row: EtatMission) -> list[tuple[str, str]]:
    """One a gap for the mission's own page, else that of the list."""
    return [("warning", LIBELLES_MANQUES[one]) for one in row.manques] or [etat_badge(row)]


def silent_before(now: datetime, minutes: int) -> datetime:
    """What was written before and is not answered is told; never where `minutes` is 0."""
    return now - timedelta(minutes=minutes) if minutes else _NEVER


def attente(found: Attente, academie: str | None, *, lies: bool = False) -> dict[str, Any]:
    """For `attente_santorin.html`; the time as clocks show it in the académie; `lies`: with links to the missions."""
    depuis = local_time(academie or "", found.depuis) if found.depuis else None
    missions: dict[UUID, str] = {}
    if lies:
        missions = {key: f"{libelle} – {LIBELLES_VOIE[voie]}" for key, (libelle, voie) in found.missions.items()}
    return {"sans_reponse": found.sans_reponse, "refusees": found.refusees, "depuis": depuis, "missions": missions}
