"""An act of the audit as a person reads it: on the page, and as rows of a spreadsheet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from acces.acteur import Role
from acces.audit import changes
from convocation.avis.domain import LIBELLES_RYTHME
from convocation.cadre.ecran import FONCTIONS
from convocation.convocations.domain import LIBELLE_PAR_DEFAUT as PAR_DEFAUT
from convocation.convocations.domain import LIBELLES as QUALITES
from convocation.delegations.domain import LIBELLES
from convocation.journal.sql import ActeDuJournal
from convocation.rappels.domain import LIBELLES as LIBELLES_RAPPEL
from event_schemas.academies import NOMS, local_time
from francais import date_longue, moment

FAMILLES = {
    "convocation": "Convocations",
    "service": "Ouverture du service",
    "session": "Sessions",
    "exigences": "Exigences des épreuves",
    "intervenants": "Annuaire des intervenants",
    "demande": "Demandes de création",
    "signature": "Signature de l’établissement",
    "contact": "Contact du gestionnaire",
    "rappel": "Rappels aux établissements",
    "intervention": "Le rectorat agit pour un établissement",
    "avis": "Avis à l’établissement",
    "coordonnees": "Coordonnées de l’établissement",
    "remise": "Remises en main propre",
    "renvoi": "Renvois de mails",
    "empechement": "Empêchements",
    "abonnement": "Calendrier personnel",
    "delegation": "Délégations",
    "compte": "Comptes et droits",
    "lien": "Liens des mails",
    "relance": "Relances",
    "audit": "Téléchargements du journal",
}
_ACTIONS = {
    "convocation.convocation": "Personne convoquée",
    "convocation.modification": "Convocation modifiée",
    "convocation.annulation": "Convocation supprimée",
    "convocation.lue": "Convocation lue",
    "relance.demander": "Relance de qui n’a pas lu",
    "audit.exporter": "Téléchargement du journal",
    "convocation.exporter": "Export des convocations",
    "service.ouvrir": "Ouverture du service",
    "session.declarer": "Session déclarée ou modifiée",
    "session.archiver": "Session archivée",
    "session.dater": "Dates d’une session dans une académie",
    "exigences.ecrire": "Exigences d’une épreuve",
    "intervenants.ecrire": "Annuaire des intervenants",
    "intervenants.fusionner": "Fusion de doublons",
    "intervenants.importer": "Import de l’annuaire",
    "intervenants.exporter": "Export de l’annuaire",
    "intervenants.plafond": "Annuaire lu au-delà du plafond d’une heure",
    "demande.ecrire": "Demande de création",
    "demande.traiter": "Réponse à une demande de création",
    "signature.ecrire": "Signature de l’établissement",
    "contact.ecrire": "Contact du gestionnaire",
    "rappel.envoyer": "Rappel à un établissement",
    "intervention.ouvrir": "Le rectorat commence à agir pour l’établissement",
    "intervention.finir": "Le rectorat a fini d’agir pour l’établissement",
    "avis.regler": "Avis à l’établissement",
    "coordonnees.ecrire": "Coordonnées de l’établissement",
    "remise.ecrire": "Remise en main propre d’une convocation",
    "renvoi.demander": "Renvoi d’un mail en échec",
    "empechement.signaler": "Empêchement d’une personne convoquée",
    "empechement.traiter": "Réponse à un empêchement",
    "abonnement.ecrire": "Calendrier personnel",
    "delegation.ecrire": "Délégation",
    "compte.ecrire": "Compte ou droit",
    "lien.ouvrir": "Session ouverte par le lien d’un mail",
    "lien.perdre": "Liens remplacés, mail perdu",
}
_CHAMPS = {
    "dates": "Dates de mission",
    "observation": "Texte d'observation",
    "actes": "Actes",
    "personnes": "Personnes",
    "format": "Format",
    "session": "Session",
    "convocations": "Convocations",
    "ouverte": "Service ouvert",
    "debut": "Ouvre le",
    "fin": "Ferme le",
    "profils": "Profils",
    "lot_copies": "Copies d’un lot",
    "correcteurs": "Nombre de correcteurs",
    "etat": "État",
    "libelle": "Libellé",
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
    "liens": "Liens remplacés",
    "fusionne_dans": "Fusionné dans",
    "convocations_reprises": "Convocations reprises",
    "convocations_en_double": "Convocations en double",
    "convocations_rendues": "Convocations rendues",
    "version": "Version",
    "rappel": "Motif du rappel",
    "rythme": "Mail à l’établissement",
    "droit": "Peut",
    "role": "Fonction",
    "academies": "Académies",
    "premier_jour": "Du",
    "dernier_jour": "Au",
}
_ETATS = {"OUVERTE": "en attente", "TRAITEE": "personne créée", "REFUSEE": "refusée"}
_ETATS |= {"OUVERT": "signalé", "REMPLACE": "remplacé par un suppléant", "MAINTENU": "convocation maintenue"}
_ETATS |= {"RETIRE": "retiré par la personne"}
_MOTS: Mapping[str, Mapping[str, str]] = {
    "etat": _ETATS,
    "role": {role.value: nom for role, nom in FONCTIONS.items()},
    "rappel": {motif.value: nom for motif, nom in LIBELLES_RAPPEL.items()},
    "rythme": LIBELLES_RYTHME,
    "droit": {droit.value: nom for droit, nom in LIBELLES.items()},
    "academies": NOMS,
    "qualite": {qualite.value: nom for qualite, nom in QUALITES.items()} | {"PAR_DEFAUT": PAR_DEFAUT},
}


def _instant(valeur: str, academie: str) -> str:
    return moment(local_time(academie, datetime.fromisoformat(valeur)))


def _jour(valeur: str, _academie: str) -> str:
    return date_longue(date.fromisoformat(valeur))


_TEMPS = {"debut": _instant, "fin": _instant, "dates": _jour}
_LIEUX = NOMS | {"*": "toutes les académies"}
COLONNES = (
    "Quand",
    "Nom",
    "Identifiant",
    "Fonction",
    "Acte",
    "Objet",
    "Académie",
    "UAI",
    "Motif",
    "Champ",
    "Avant",
    "Après",
)


@dataclass(frozen=True, slots=True)
class LigneChangee:
    """One field that an act changed, in words."""

    champ: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class ActeLu:
    """One act in words; `quand` is Paris's time."""

    id: str
    libelle: str
    objet: str
    quand: datetime
    nom: str
    par: str
    fonction: str
    sur: str
    motif: str
    nature: str
    lignes: list[LigneChangee]


def familles(sauf: Collection[str]) -> list[tuple[str, str]]:
    """What can be chosen, in words, without the families `sauf`."""
    return [(code, label) for code, label in FAMILLES.items() if code not in sauf]


def acte_lu(row: ActeDuJournal) -> ActeLu:
    """The act in words; codes without a word stay as they are."""
    academie = row.academie or ""
    about = [_LIEUX.get(academie, ""), row.uai or "", row.sujet or _sujet(row.objet)]
    avant, apres = _sans_nature(row.avant), _sans_nature(row.apres)
    return ActeLu(
        id=row.rang,
        libelle=_ACTIONS.get(row.action, row.action),
        objet=row.objet,
        quand=local_time("*", row.le),
        nom=row.nom or row.par,
        par=row.par,
        fonction=FONCTIONS.get(Role(row.role), row.role) if row.role else "",
        sur=", ".join(one for one in about if one),
        motif=row.motif,
        nature="création" if avant is None else "retrait" if apres is None else "changement",
        lignes=_lignes_changees(avant or {}, apres or {}, academie),
    )


def _sans_nature(state: dict[str, object] | None) -> dict[str, object] | None:
    """Of a convocation what was entered; of none, nothing. What the version is, the act says."""
    if state is None or ("nature" in state and state["nature"] is None):
        return None
    return {name: value for name, value in state.items() if name != "nature"}


def lignes_csv(row: ActeDuJournal) -> list[list[str]]:
    """A row for each field that changed, as COLONNES; one row where none did."""
    acte = acte_lu(row)
    head = [
        acte.quand.isoformat(timespec="seconds"),
        acte.nom,
        acte.par,
        acte.fonction,
        acte.libelle,
        acte.objet,
        row.academie or "",
        row.uai or "",
        acte.motif,
    ]
    return [[*head, line.champ, line.avant, line.apres] for line in acte.lignes or [LigneChangee("", "", "")]]


def _lignes_changees(avant: Mapping[str, object], apres: Mapping[str, object], academie: str) -> list[LigneChangee]:
    """The fields that differ (an unknown one by its name); instants as the académie's clocks show them."""
    order = {name: index for index, name in enumerate(_CHAMPS)}
    old, new = changes(avant, apres)
    lines = [
        LigneChangee(_CHAMPS.get(name, name), _valeur(name, old[name], academie), _valeur(name, new[name], academie))
        for name in sorted(old, key=lambda one: (order.get(one, len(order)), one))
    ]
    return [line for line in lines if line.avant != line.apres]  # « – » twice: empty, then and now


def _sujet(objet: str) -> str:
    """What an act is about beside its place: the session of an ouverture, the code of an épreuve, a number."""
    kind, *parts = objet.split("|")
    sujets = {"ouverture": "session {0}", "exigence": "épreuve {1}", "intervenant": "intervenant {0}"}
    try:
        return sujets.get(kind, "").format(*parts)
    except IndexError:
        return ""


def _valeur(champ: str, valeur: object, academie: str) -> str:
    if valeur is None or valeur in ("", []):
        return "–"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, list):
        return ", ".join(_valeur(champ, one, academie) for one in valeur)
    if isinstance(valeur, dict):
        return f"({' ; '.join(_valeur('', one, academie) for one in valeur.values())})"
    if champ in _TEMPS:
        return _TEMPS[champ](str(valeur), academie)
    return _MOTS.get(champ, {}).get(str(valeur), str(valeur))
