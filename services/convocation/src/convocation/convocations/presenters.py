"""Rows → the JSON the API answers."""

import re
import unicodedata
from datetime import datetime
from typing import Any

from convocation.convocations.qualite import libelle_qualite
from convocation.missions.domain import LIBELLES_TYPE, MissionType
from convocation.suivi.domain import Fait, Suivi, suivi


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
        "etablissement": etablissement(row),
        "convoques": row["convoques"],
    }


def etablissement(row: Any) -> dict[str, Any]:
    return {"uai": row["uai"], "nom": row["etablissement_nom"], "commune": row["etablissement_commune"]}


def qualite_libelle(row: Any) -> str | None:
    return libelle_qualite(row["qualite"], par_defaut=row["qualite_par_defaut"])


def convocation(row: Any) -> dict[str, Any]:
    """A line of « Liste des Intervenants » (R42)."""
    return {
        "convocation_id": str(row["convocation_id"]),
        "version": row["version"],
        "mission_id": str(row["mission_id"]),
        "mission": {"libelle": row["libelle"], "session": row["session"], "type": row["type"]},
        "etablissement": etablissement(row),
        "intervenant": {
            "numero": row["numero"],
            "civilite": row["civilite"],
            "nom": row["nom"],
            "prenom": row["prenom"],
            "uai": row["intervenant_uai"],
            "disciplines": row["disciplines"],
        },
        "status": row["status"],
        "profil": row["profil"],
        **_entry(row),
        "suivi": _suivi(row),
        "remise_le": _instant(row["remise_le"]),
        "lue_le": _instant(row["lue_le"]),
        "empechement_signale": row["empechement_etat"] == "OUVERT",
    }


def suivi_de(row: Any) -> Suivi:
    """Where the present version of a row of `views` stands."""
    return suivi(
        row["version"],
        active=row["status"] == "ACTIVE",
        acces=_fait(row, "acces"),
        notification=_fait(row, "mail"),
        remise=row["remise_le"] is not None,
    )


def _suivi(row: Any) -> dict[str, str | None]:
    """States by the names that the events bear."""
    state = suivi_de(row)
    return {
        "acces": state.acces.name,
        "acces_motif": state.acces_motif,
        "courriel": state.courriel.name,
        "courriel_motif": state.courriel_motif,
    }


def _fait(row: Any, prefix: str) -> Fait | None:
    etat = row[f"{prefix}_etat"]
    return Fait(etat, row[f"{prefix}_convocation_version"], row[f"{prefix}_motif"]) if etat else None


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def version(row: Any) -> dict[str, Any]:
    """One line of the history."""
    return {"version": row["version"], "nature": row["nature"], "le": row["le"].isoformat(), **_entry(row)}


def _entry(row: Any) -> dict[str, Any]:
    return {
        "qualite": row["qualite"],
        "qualite_libelle": qualite_libelle(row),
        "dates": [day.isoformat() for day in row["dates"]],
        "observation": row["observation"],
        "motif": row["motif"],
    }


def file_name(name: str) -> str:
    """`name` in ASCII, without its ending: names of people and places may hold anything."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_name)[:100].strip("-").lower()
