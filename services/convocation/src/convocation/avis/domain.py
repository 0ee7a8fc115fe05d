"""What an établissement is told by mail, in which words, and when; no name of a person is among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from convocation.missions.domain import intitule
from francais import moment, pluriel


class Sorte(StrEnum):
    """What a fact is about, the most urgent first: in this order they are told."""

    RAPPEL = "RAPPEL"
    EMPECHEMENT = "EMPECHEMENT"
    REFUS_SANTORIN = "REFUS_SANTORIN"
    MAIL_ECHEC = "MAIL_ECHEC"
    ECHEANCE = "ECHEANCE"
    OUVERTURE = "OUVERTURE"
    FERMETURE = "FERMETURE"
    INTERVENTION = "INTERVENTION"


class Rythme(StrEnum):
    """When the établissement wants to be told."""

    AUSSITOT = "AUSSITOT"
    QUOTIDIEN = "QUOTIDIEN"
    JAMAIS = "JAMAIS"


class Motif(StrEnum):
    """Why the rectorat reminds an établissement; the database says for whom each is true (retard_etablissement)."""

    RIEN = "RIEN"
    RESTE = "RESTE"
    SIGNATURE = "SIGNATURE"
    LECTURE = "LECTURE"


_RAPPELS = {
    Motif.RIEN: "personne n’est convoqué",
    Motif.RESTE: "il reste des missions à convoquer",
    Motif.SIGNATURE: "la signature de l’établissement n’est pas renseignée",
    Motif.LECTURE: "des personnes n’ont pas lu leur convocation",
}
_ADRESSES = {
    Motif.RIEN: "/preparation/{uai}?session={session}",
    Motif.RESTE: "/preparation/{uai}?session={session}",
    Motif.SIGNATURE: "/signature/{uai}",
    Motif.LECTURE: "/suivi/{uai}?session={session}&etat=non-lues",
}
LIBELLES_RYTHME = {"AUSSITOT": "aussitôt", "QUOTIDIEN": "une fois par jour", "JAMAIS": "jamais"}


class SortLettre(StrEnum):
    """What became of a mail. REVENUE: it came back. SANS_OBJET: nothing of it was true when it was about to go."""

    ENVOYEE = "ENVOYEE"
    ECHOUEE = "ECHOUEE"
    REVENUE = "REVENUE"
    SANS_OBJET = "SANS_OBJET"


TITRES = {
    Sorte.RAPPEL: "Rappel du rectorat",
    Sorte.EMPECHEMENT: "Empêchements à traiter",
    Sorte.REFUS_SANTORIN: "Refus de SANTORIN",
    Sorte.MAIL_ECHEC: "Mails qui n’arrivent pas",
    Sorte.ECHEANCE: "Échéance",
    Sorte.OUVERTURE: "Service de convocation",
    Sorte.FERMETURE: "Service de convocation",
    Sorte.INTERVENTION: "Le rectorat a agi pour vous",
}


@dataclass(frozen=True, slots=True)
class Fait:
    """A fact, with what is true of it now: `vrai`. `debut`, `fin`: of the opening, by the académie's clocks.

    `manquent`: missions without anybody; `actes`: what the rectorat did. `convocation_id`, `libelle` and `voie` are of
    facts about a convocation, `motif` and `texte` of a reminder.
    """

    sorte: Sorte
    session: str
    vrai: bool
    convocation_id: UUID | None = None
    libelle: str = ""
    voie: str = ""
    debut: datetime | None = None
    fin: datetime | None = None
    manquent: int = 0
    actes: int = 0
    motif: str = ""
    texte: str = ""


def phrase(fait: Fait) -> str:
    """One sentence. Who it is stands on the page that the link leads to, behind the sign-in."""
    mission = f"«\u00a0{intitule(fait.libelle, fait.voie)}\u00a0»"
    match fait.sorte:
        case Sorte.RAPPEL:
            return f"Session {fait.session}\u00a0: {_RAPPELS[Motif(fait.motif)]}."
        case Sorte.EMPECHEMENT:
            return f"Une personne convoquée pour {mission} signale un empêchement\u00a0: elle attend votre réponse."
        case Sorte.REFUS_SANTORIN:
            return f"SANTORIN refuse l’accès d’une personne convoquée pour {mission}."
        case Sorte.MAIL_ECHEC:
            return f"Le mail d’une personne convoquée pour {mission} n’est pas arrivé."
        case Sorte.INTERVENTION:
            return f"Le rectorat a agi pour votre établissement\u00a0: {pluriel(fait.actes, 'acte', 'actes')}."
        case Sorte.ECHEANCE | Sorte.OUVERTURE | Sorte.FERMETURE:
            return _du_service(fait)


def _du_service(fait: Fait) -> str:
    if fait.sorte is Sorte.ECHEANCE:
        return f"{_fermeture(fait)}\u00a0: {_sans_personne(fait.manquent)}."
    if fait.sorte is Sorte.OUVERTURE:
        return f"{_ouverture(fait)}."
    return f"Le service de convocation de la session {fait.session} est fermé."


def _fermeture(fait: Fait) -> str:
    quand = f" le {moment(fait.fin)}" if fait.fin else ""
    return f"Le service de convocation de la session {fait.session} ferme{quand}"


def _sans_personne(missions: int) -> str:
    return pluriel(missions, "mission est encore sans convocation", "missions sont encore sans convocation")


def _ouverture(fait: Fait) -> str:
    jusque = f", jusqu’au {moment(fait.fin)}" if fait.fin else ""
    quand = f"ouvre le {moment(fait.debut)}" if fait.debut else "est ouvert"
    return f"Le service de convocation de la session {fait.session} {quand}{jusque}"


def adresse(fait: Fait, uai: str) -> str:
    """Where one acts on it: the address of a page, without its host."""
    match fait.sorte:
        case Sorte.RAPPEL:
            return _ADRESSES[Motif(fait.motif)].format(uai=uai, session=fait.session)
        case Sorte.EMPECHEMENT:
            return f"/convocations/{fait.convocation_id}/empechement/traiter"
        case Sorte.REFUS_SANTORIN | Sorte.MAIL_ECHEC:
            return f"/convocations/{fait.convocation_id}"
        case Sorte.ECHEANCE | Sorte.OUVERTURE:
            return f"/preparation/{uai}?session={fait.session}"
        case Sorte.INTERVENTION:
            return "/interventions"
        case Sorte.FERMETURE:
            return f"/suivi/{uai}?session={fait.session}"


def dernieres_heures(ici: Mapping[str, datetime], heure: int) -> dict[str, datetime]:
    """When the daily mail was last due, by académie; `ici`: now, by its clocks."""
    return {academie: _derniere(now, heure) for academie, now in ici.items()}


def _derniere(now: datetime, heure: int) -> datetime:
    today = datetime.combine(now.date(), time(heure), now.tzinfo)
    return today if today <= now else datetime.combine(now.date() - timedelta(days=1), time(heure), now.tzinfo)
