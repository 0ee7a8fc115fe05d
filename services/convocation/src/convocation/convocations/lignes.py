"""Rows → what the templates of the pages write."""

from datetime import datetime
from typing import Any

from convocation.convocations.presenters import qualite_libelle, suivi_de
from convocation.missions.domain import LIBELLES_TYPE, LIBELLES_VOIE, MissionType
from convocation.suivi.domain import Acces, Courriel
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


def mission(row: Any) -> dict[str, Any]:
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


def convocation(row: Any) -> dict[str, Any]:
    """A line of « Liste des Intervenants », with what SANTORIN, the mails and the person made of it."""
    state = suivi_de(row)
    return {
        **{name: row[name] for name in ("convocation_id", "mission_id", "version", "numero", "civilite", "profil")},
        **{name: row[name] for name in ("dates", "observation", "motif", "libelle", "session", "intervenant_id")},
        "nom": f"{row['nom']} {row['prenom']}",
        "uai": row["intervenant_uai"],
        "etablissement": f"{row['etablissement_nom']}, {row['etablissement_commune']}",
        "type_libelle": LIBELLES_TYPE[MissionType(row["type"])],
        "numerisation": row["type"] == MissionType.NUMERISATION.value,
        "qualite": row["qualite"],
        "qualite_libelle": qualite_libelle(row),
        "qualite_choisie": "" if row["qualite_par_defaut"] else row["qualite"] or "",
        "active": row["status"] == "ACTIVE",
        "suivi": state,
        "acces_badge": _ACCES_BADGES[state.acces],
        "courriel_badge": _COURRIEL_BADGES.get(state.courriel, ""),
        **{name: _local(row, name) for name in ("remise_le", "lue_le", "lue_avant_le")},
        "empechement": row["empechement_etat"] == "OUVERT",
        "empechement_maintenu": row["empechement_etat"] == "MAINTENU",
    }


def _local(row: Any, name: str) -> datetime | None:
    """As clocks show it in the académie."""
    return local_time(row["academie"], row[name]) if row[name] else None
