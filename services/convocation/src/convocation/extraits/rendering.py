"""All that is kept of one person as a PDF (PDF/UA-1): what stands in the JSON, by service and table, in words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any, TypeAlias

from convocation.documents.composition import Composeur, texte, une_ligne
from event_schemas.academies import local_time
from francais import date_longue, moment, pluriel

Kept: TypeAlias = Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]
"""Rows by table, by service."""

_LONGEST = 2_000  # a file, in hexadecimal, is told by its size
_SERVICES = {
    "convocation": "Convocations et annuaire",
    "santorin-bridge": "Droits dans SANTORIN",
    "notifier": "Mails",
    "mission-import": "Missions",
}
_TABLES = {
    "abonnement": "Calendrier personnel",
    "acces": "Accès à SANTORIN, tels que dits à convocation",
    "accuse": "Réponses de SANTORIN",
    "adresse_changee": "Anciennes adresses",
    "attribution": "Droits donnés par l’administrateur",
    "audit": "Actes : de vous, ou sur vous",
    "avis": "Faits dits à l’établissement",
    "brouillon": "Préparations qui vous citent",
    "compte": "Compte",
    "compte_rendu": "Résultats de mails dits",
    "convocation": "Convocations",
    "convocation_active": "Convocations comptées",
    "convocation_version": "Versions des convocations",
    "courriel_demande": "Mails demandés",
    "dead_letter": "Messages qui n’ont pas pu être lus",
    "delegation": "Délégations",
    "demande": "Demandes de création",
    "document": "Documents",
    "doublon_a_chercher": "Recherche de doublons",
    "doublon_ecarte": "Homonymes distingués",
    "doublon_probable": "Doublons possibles",
    "empechement": "Empêchements",
    "entree": "Connexions ouvertes",
    "fusion": "Fusions de fiches",
    "habilitation": "Droits",
    "idempotence": "Demandes reçues deux fois",
    "indisponibilite": "Jours d’indisponibilité",
    "intervenant": "Fiche de l’annuaire",
    "intervenant_mot": "Mots par lesquels on vous trouve",
    "lien_perdu": "Liens remplacés",
    "lot": "Actes sur plusieurs convocations",
    "intervention": "Le rectorat a agi pour un établissement",
    "notification": "Mails",
    "passage_outre": "Avertissements écartés",
    "prise_de_connaissance": "Prises de connaissance",
    "relance": "Relances",
    "remise": "Remises en main propre",
    "sortie": "Départ",
}
# Columns whose name, as it is written in the database, no person would read with ease.
_CHAMPS = {
    "academie": "Académie",
    "apres": "Après",
    "choisie": "Fonction en cours",
    "cle": "Nom, sans accents",
    "compte": "Compte",
    "debut": "Début",
    "entree_id": "Connexion",
    "etat": "État",
    "id": "Identifiant",
    "les_dates": "Dates",
    "mots_version": "Version des mots",
    "numero": "Numéro",
    "prenom": "Prénom",
    "qualite": "Qualité",
    "role": "Rôle",
    "sub": "Identifiant",
    "uai": "UAI",
    "uais": "UAI",
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
_JOUR = re.compile(r"\d{4}-\d\d-\d\d")


class Extraits(Composeur):
    """Extracts, one person a file."""

    def __init__(self) -> None:
        super().__init__(files("convocation.extraits").joinpath("extrait.typ").read_bytes())

    def render(self, numero: str, kept: Kept, le: datetime) -> bytes:
        """`le`: when it is made, in the time of the place. Blocks."""
        return self.compose(_envoi(numero, kept, le), le, 1)


def _envoi(numero: str, kept: Kept, le: datetime) -> dict[str, Any]:
    return {
        "titre": une_ligne(f"Données gardées sur la personne {numero}"),
        "date": f"Établi le {moment(le)}",
        "services": [
            {"nom": _SERVICES.get(service, service), "tables": [_table(*one) for one in tables.items()]}
            for service, tables in kept.items()
            if tables
        ],
    }


def nom_de_table(table: str) -> str:
    """What it holds, in words."""
    return _TABLES.get(table, table)


def _table(table: str, rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    return {
        "nom": nom_de_table(table),
        "nombre": pluriel(len(rows), "ligne", "lignes"),
        "lignes": [[[_champ(name), _valeur(value)] for name, value in row.items() if _said(value)] for row in rows],
    }


def _said(value: object) -> bool:
    return value is not None and value not in ("", [], {})


def _champ(name: str) -> str:
    return texte(_CHAMPS.get(name, name.replace("_", " ").capitalize()))


def _valeur(value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Mapping):
        return " ; ".join(f"{_champ(name)} : {_valeur(one)}" for name, one in value.items() if _said(one))
    if isinstance(value, list):
        return ", ".join(_valeur(one) for one in value)
    said = _date(str(value))
    return texte(said) if len(said) <= _LONGEST else f"{len(said) // 2} octets"


def _date(said: str) -> str:
    """An instant or a day in words, by Paris's clocks; anything else as it is."""
    if _INSTANT.fullmatch(said):
        return f"{moment(local_time('*', datetime.fromisoformat(said)))} (heure de Paris)"
    return date_longue(date.fromisoformat(said)) if _JOUR.fullmatch(said) else said
