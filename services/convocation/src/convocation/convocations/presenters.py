"""Rows → the JSON of the API, and what the templates write."""

import re
from datetime import datetime
from typing import Any

from convocation.commun.recherche import cle
from convocation.convocations.domain import libelle_qualite
from convocation.convocations.reads import LigneConvocation, Version
from convocation.missions.domain import LIBELLES_TYPE, MissionType, intitule
from convocation.suivi.domain import Acces, Courriel, Suivi
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


def etablissement(uai: str, nom: str, commune: str) -> dict[str, str]:
    """As every answer of the API names it."""
    return {"uai": uai, "nom": nom, "commune": commune}


def convocation(row: LigneConvocation) -> dict[str, Any]:
    """A line of « Liste des Intervenants » (R42)."""
    return {
        "convocation_id": str(row.convocation_id),
        "version": row.version,
        "mission_id": str(row.mission_id),
        "mission": {"libelle": row.libelle, "session": row.session, "type": row.type},
        "etablissement": etablissement(row.uai, row.etablissement_nom, row.etablissement_commune),
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
        "suivi": _suivi(row.suivi),
        "remise_le": _instant(row.remise_le),
        "lue_le": _instant(row.lue_le),
        "empechement_signale": row.empechement_etat == "OUVERT",
    }


def _suivi(state: Suivi) -> dict[str, str | None]:
    """States by the names that the events bear."""
    return {
        "acces": state.acces.name,
        "acces_motif": state.acces_motif,
        "courriel": state.courriel.name,
        "courriel_motif": state.courriel_motif,
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def version(row: Version) -> dict[str, Any]:
    """One line of the history."""
    told = {"version": row.version, "nature": row.nature, "le": row.le.isoformat(), "par": row.par_nom or None}
    return told | _entry(row)


def _entry(row: LigneConvocation | Version) -> dict[str, Any]:
    return {
        "qualite": row.qualite,
        "qualite_libelle": qualite_libelle(row),
        "dates": [day.isoformat() for day in row.dates],
        "observation": row.observation,
        "motif": row.motif,
    }


def qualite_libelle(row: LigneConvocation | Version) -> str | None:
    """The words for its qualité; None for a numérisation (R52)."""
    return libelle_qualite(row.qualite, par_defaut=row.qualite_par_defaut)


def file_name(name: str) -> str:
    """`name` in ASCII, without its ending: names of people and places may hold anything."""
    return re.sub(r"[^A-Z0-9]+", "-", cle(name))[:100].strip("-").lower()


def line_of(row: LigneConvocation) -> dict[str, Any]:
    """A line of « Liste des Intervenants », with what SANTORIN, the mails and the person made of it."""
    state = row.suivi
    return {
        "convocation_id": row.convocation_id,
        "mission_id": row.mission_id,
        "version": row.version,
        "numero": row.numero,
        "civilite": row.civilite,
        "nom": f"{row.nom} {row.prenom}",
        "intervenant_id": row.intervenant_id,
        "uai": row.intervenant_uai,
        "profil": row.profil,
        "dates": row.dates,
        "observation": row.observation,
        "motif": row.motif,
        "libelle": row.libelle,
        "intitule": intitule(row.libelle, row.voie),
        "session": row.session,
        "etablissement": f"{row.etablissement_nom}, {row.etablissement_commune}",
        "type_libelle": LIBELLES_TYPE[MissionType(row.type)],
        "numerisation": row.type == MissionType.NUMERISATION.value,
        "qualite": row.qualite,
        "qualite_libelle": qualite_libelle(row),
        "qualite_choisie": "" if row.qualite_par_defaut else row.qualite or "",
        "active": row.active,
        "suivi": state,
        "acces_badge": _ACCES_BADGES[state.acces],
        "courriel_badge": _COURRIEL_BADGES.get(state.courriel, ""),
        "remise_le": _local_time(row.academie, row.remise_le),
        "lue_le": _local_time(row.academie, row.lue_le),
        "lue_avant_le": _local_time(row.academie, row.lue_avant_le),
        "empechement": row.empechement_etat == "OUVERT",
        "empechement_maintenu": row.empechement_etat == "MAINTENU",
    }


def _local_time(academie: str, instant: datetime | None) -> datetime | None:
    """As clocks show it in the académie."""
    return local_time(academie, instant) if instant else None
