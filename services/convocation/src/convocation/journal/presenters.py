"""The words of the journal: acts, fields and values of the audit as a person reads them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from acces.audit import changes
from event_schemas.academies import local_time
from francais import moment

FAMILLES = {
    "service": "Ouverture du service",
    "exigences": "Exigences des épreuves",
    "intervenants": "Annuaire des intervenants",
    "demande": "Demandes de création",
    "signature": "Signature de l’établissement",
    "contact": "Contact du gestionnaire",
    "remise": "Remises en main propre",
    "renvoi": "Renvois de mails",
    "empechement": "Empêchements",
    "abonnement": "Calendrier personnel",
}
ACTIONS = {
    "service.ouvrir": "Ouverture du service",
    "exigences.ecrire": "Exigences d’une épreuve",
    "intervenants.ecrire": "Annuaire des intervenants",
    "intervenants.fusionner": "Fusion de doublons",
    "intervenants.importer": "Import de l’annuaire",
    "demande.ecrire": "Demande de création",
    "demande.traiter": "Réponse à une demande de création",
    "signature.ecrire": "Signature de l’établissement",
    "contact.ecrire": "Contact du gestionnaire",
    "remise.ecrire": "Remise en main propre d’une convocation",
    "renvoi.demander": "Renvoi d’un mail en échec",
    "empechement.signaler": "Empêchement d’une personne convoquée",
    "empechement.traiter": "Réponse à un empêchement",
    "abonnement.ecrire": "Calendrier personnel",
}
_CHAMPS = {
    "ouverte": "Service ouvert",
    "debut": "Ouvre le",
    "fin": "Ferme le",
    "profils": "Profils",
    "lot_copies": "Copies d’un lot",
    "correcteurs": "Nombre de correcteurs",
    "etat": "État",
    "nom": "Nom",
    "prenom": "Prénom",
    "qualite": "Qualité",
    "courriel": "Courriel",
    "telephone": "Téléphone",
    "horaires": "Horaires",
    "numero": "Numéro",
    "civilite": "Civilité",
    "precisions": "Précisions",
    "stagiaire": "Stagiaire",
    "indisponibilites": "Indisponibilités",
    "creees": "Personnes créées",
    "modifiees": "Personnes modifiées",
    "inchangees": "Personnes inchangées",
    "sha256": "Empreinte du fichier",
    "disciplines": "Disciplines",
    "uai": "Établissement",
    "uais_secondaires": "Établissements secondaires",
    "actif": "En activité",
    "image": "Image",
    "doublon": "Doublon",
    "abonnement": "Adresse privée",
    "fusionne_dans": "Fusionné dans",
    "version": "Version",
}
_ETATS = {"OUVERTE": "en attente", "TRAITEE": "personne créée", "REFUSEE": "refusée"}
_ETATS |= {"OUVERT": "signalé", "REMPLACE": "remplacé par un suppléant", "MAINTENU": "convocation maintenue"}
_ETATS |= {"RETIRE": "retiré par la personne"}
_INSTANTS = {"debut", "fin"}


def lignes_changees(avant: Mapping[str, Any], apres: Mapping[str, Any], academie: str) -> list[dict[str, str]]:
    """The fields that differ, in words (an unknown one by its name); instants as the académie's clocks show them."""
    old, new = changes(avant, apres)
    return [
        {"champ": _CHAMPS.get(name, name), "avant": _valeur(name, old[name], academie)}
        | {"apres": _valeur(name, new[name], academie)}
        for name in sorted(old, key=lambda one: (list(_CHAMPS).index(one) if one in _CHAMPS else len(_CHAMPS), one))
    ]


def sujet(objet: str) -> str:
    """What an act is about beside its place: the session of an opening, the code of an épreuve, a person's number."""
    kind, *parts = objet.split("|")
    sujets = {"ouverture": "session {0}", "exigence": "épreuve {1}", "intervenant": "intervenant {0}"}
    try:
        return sujets.get(kind, "").format(*parts)
    except IndexError:
        return ""


def _valeur(champ: str, valeur: Any, academie: str) -> str:
    if valeur is None or valeur in ("", []):
        return "–"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, list):
        return ", ".join(_valeur("", one, academie) for one in valeur)
    if isinstance(valeur, dict):
        return f"({' ; '.join(_valeur('', one, academie) for one in valeur.values())})"
    if champ in _INSTANTS:
        return moment(local_time(academie, datetime.fromisoformat(valeur)))
    return _ETATS.get(valeur, valeur) if champ == "etat" else str(valeur)
