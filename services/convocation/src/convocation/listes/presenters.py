"""Rows → the JSON of the API, and what the templates write."""

from typing import Any

from convocation.convocations.presenters import etablissement
from convocation.missions.domain import LIBELLES_TYPE, LIBELLES_VOIE, MissionType


def mission(row: Any) -> dict[str, Any]:
    """A mission of the list (R23)."""
    return {
        "mission_id": str(row["mission_id"]),
        "session": row["session"],
        "type": row["type"],
        "type_libelle": LIBELLES_TYPE[MissionType(row["type"])],
        "voie": row["voie"],
        "code": row["code"],
        "libelle": row["libelle"],
        "candidats": row["candidats"],
        "date_debut": row["date_debut"].isoformat(),
        "sans_candidat": row["status"] != "ACTIVE",
        "etablissement": etablissement(row["uai"], row["etablissement_nom"], row["etablissement_commune"]),
        "convoques": row["convoques"],
    }


def line_of_mission(row: Any) -> dict[str, Any]:
    """A line of the list (R23): people convoked against the need, what is missing."""
    withdrawn = row["status"] != "ACTIVE"
    return {
        **{
            name: row[name] for name in ("mission_id", "session", "libelle", "code", "candidats", "convoques", "besoin")
        },
        "type_libelle": LIBELLES_TYPE[MissionType(row["type"])],
        "voie": LIBELLES_VOIE[row["voie"]],
        "uai": row["uai"],
        "etablissement": f"{row['etablissement_nom']}, {row['etablissement_commune']}",
        "sans_candidat": withdrawn,
        "etat": ("", "Sans candidat") if withdrawn else _etat(row),
        "profils_manquants": sorted(row["profils_manquants"]) if row["convoques"] else [],
        **{name: row[name] for name in ("refusees", "mails_echoues", "empechements")},
    }


def _etat(row: Any) -> tuple[str, str]:
    """Badge and words."""
    if row["type"] == MissionType.NUMERISATION.value:
        return ("success", "Déléguée") if row["convoques"] else ("", "Non déléguée")
    if not row["convoques"]:
        return "warning", "À convoquer"
    if row["convoques"] < row["besoin"]:
        return "warning", "Incomplète"
    return ("success", "Complète") if row["profils_complets"] else ("warning", "Profil manquant")
