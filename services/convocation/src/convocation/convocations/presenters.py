"""Rows → the JSON of the API, and what the templates write."""

import re
import unicodedata
from datetime import datetime
from typing import Any

from convocation.convocations.domain import libelle_qualite
from convocation.convocations.reads import Ligne, Version
from convocation.missions.domain import LIBELLES_TYPE, MissionType
from convocation.suivi.domain import Acces, Courriel, Fait, Suivi, suivi
from event_schemas.academies import local_time

_ACCES_BADGES = {
    Acces.EN_COURS: "info",
    Acces.TRANSMISE: "success",
    Acces.ACCEPTEE: "success",
    Acces.REJETEE: "error",
    Acces.RETRAIT_EN_COURS: "info",
    Acces.RETIREE: "",
}
_COURRIEL_BADGES = {
    Courriel.EN_ATTENTE: "info",
    Courriel.ENVOYEE: "success",
    Courriel.ECHOUEE: "error",
    Courriel.REVENUE: "error",
    Courriel.REMISE: "success",
}


def etablissement(row: Any) -> dict[str, Any]:
    return {"uai": row["uai"], "nom": row["etablissement_nom"], "commune": row["etablissement_commune"]}


def qualite_libelle(row: Any) -> str | None:
    return libelle_qualite(row["qualite"], par_defaut=row["qualite_par_defaut"])


def convocation(row: Ligne) -> dict[str, Any]:
    """A line of « Liste des Intervenants » (R42)."""
    return {
        "convocation_id": str(row.convocation_id),
        "version": row.version,
        "mission_id": str(row.mission_id),
        "mission": {"libelle": row.libelle, "session": row.session, "type": row.type},
        "etablissement": etablissement(row),
        "intervenant": {
            "numero": row.numero,
            "civilite": row.civilite,
            "nom": row.nom,
            "prenom": row.prenom,
            "uai": row.intervenant_uai,
            "disciplines": row.disciplines,
        },
        "status": row.status,
        "profil": row.profil,
        **_entry(row),
        "suivi": _suivi(row),
        "remise_le": _instant(row.remise_le),
        "lue_le": _instant(row.lue_le),
        "empechement_signale": row.empechement_etat == "OUVERT",
    }


def suivi_de(row: Ligne) -> Suivi:
    """Where the present version of a row of `views` stands."""
    return suivi(
        row.version,
        active=row.status == "ACTIVE",
        acces=_fait(row, "acces"),
        notification=_fait(row, "mail"),
        remise=row.remise_le is not None,
    )


def _suivi(row: Ligne) -> dict[str, str | None]:
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


def version(row: Version) -> dict[str, Any]:
    """One line of the history."""
    return {"version": row.version, "nature": row.nature, "le": row.le.isoformat(), **_entry(row)}


def _entry(row: Ligne | Version) -> dict[str, Any]:
    return {
        "qualite": row.qualite,
        "qualite_libelle": qualite_libelle(row),
        "dates": [day.isoformat() for day in row.dates],
        "observation": row.observation,
        "motif": row.motif,
    }


def file_name(name: str) -> str:
    """`name` in ASCII, without its ending: names of people and places may hold anything."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_name)[:100].strip("-").lower()


def line_of(row: Ligne) -> dict[str, Any]:
    """A line of « Liste des Intervenants », with what SANTORIN, the mails and the person made of it."""
    state = suivi_de(row)
    return {
        **{name: row[name] for name in ("convocation_id", "mission_id", "version", "numero", "civilite", "profil")},
        **{name: row[name] for name in ("dates", "observation", "motif", "libelle", "session", "intervenant_id")},
        "nom": f"{row.nom} {row.prenom}",
        "uai": row.intervenant_uai,
        "etablissement": f"{row.etablissement_nom}, {row.etablissement_commune}",
        "type_libelle": LIBELLES_TYPE[MissionType(row.type)],
        "numerisation": row.type == MissionType.NUMERISATION.value,
        "qualite": row.qualite,
        "qualite_libelle": qualite_libelle(row),
        "qualite_choisie": "" if row.qualite_par_defaut else row.qualite or "",
        "active": row.status == "ACTIVE",
        "suivi": state,
        "acces_badge": _ACCES_BADGES[state.acces],
        "courriel_badge": _COURRIEL_BADGES.get(state.courriel, ""),
        **{name: _local_time(row, name) for name in ("remise_le", "lue_le", "lue_avant_le")},
        "empechement": row.empechement_etat == "OUVERT",
        "empechement_maintenu": row.empechement_etat == "MAINTENU",
    }


def _local_time(row: Any, name: str) -> datetime | None:
    """As clocks show it in the académie."""
    return local_time(row["academie"], row[name]) if row[name] else None
