"""The words of the mails: plain French text; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_OBJETS = {
    "CONVOCATION": "Convocation",
    "MODIFICATION": "Convocation modifiée",
    "ANNULATION": "Annulation de votre convocation",
}
_VOIES = {"GENERALE": "voie générale", "TECHNOLOGIQUE": "voie technologique", "COMMUNE": ""}


@dataclass(frozen=True, slots=True)
class Envoi:
    """What convocation answers for one version."""

    nature: str
    courriel: str
    civilite: str
    nom: str
    prenom: str
    type: str
    libelle: str
    voie: str
    session: str
    etablissement: str
    qualite: str | None
    dates: tuple[date, ...]
    observation: str
    motif: str | None
    signataire: str | None


def sujet(envoi: Envoi) -> str:
    """« Convocation : Histoire-géographie, session 2020-E3C1 »."""
    return f"{_OBJETS[envoi.nature]} : {envoi.libelle}, session {envoi.session}"


def texte(envoi: Envoi) -> str:
    """The whole text of the mail."""
    parts = [
        f"{envoi.civilite} {envoi.prenom} {envoi.nom},",
        _annonce(envoi),
        *_details(envoi),
        _suite(envoi),
        f"Pour toute question, adressez-vous à l’établissement : {envoi.etablissement}.",
        envoi.signataire or "Le chef d’établissement",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _annonce(envoi: Envoi) -> str:
    if envoi.nature == "ANNULATION":
        return f"Votre convocation à la mission ci-dessous est annulée. Motif : {envoi.motif}"
    verbe = "Vous êtes convoqué(e) à la mission suivante."
    if envoi.nature == "MODIFICATION":
        return f"{verbe} Cette convocation annule et remplace la précédente."
    return verbe


def _details(envoi: Envoi) -> list[str]:
    voie = _VOIES[envoi.voie]
    mission = "Numérisation de copies" if envoi.type == "NUMERISATION" else f"Correction : {envoi.libelle}"
    lines = [
        f"Mission : {mission}{f' ({voie})' if voie else ''}",
        f"Session : {envoi.session}",
        f"Établissement : {envoi.etablissement}",
        f"Qualité : {envoi.qualite}" if envoi.qualite else "",
        f"Date : {dates_en_lettres(envoi.dates)}",
    ]
    details = ["\n".join(line for line in lines if line)]
    if envoi.observation:
        details.append(f"Observation : {envoi.observation}")
    return details


def _suite(envoi: Envoi) -> str:
    if envoi.nature == "ANNULATION":
        return "Votre accès à SANTORIN pour cette mission est retiré."
    if envoi.type == "NUMERISATION":
        return "Cette convocation vous donne accès, via IMAG’IN, au tableau de bord SANTORIN pour numériser les copies."
    return "Cette convocation vous donne accès à SANTORIN, via IMAG’IN, « Entrée correcteur »."


def dates_en_lettres(dates: Sequence[date]) -> str:
    """« lundi 3 février 2020 et mardi 4 février 2020 »."""
    words = [_en_lettres(day) for day in dates]
    return " et ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _en_lettres(day: date) -> str:
    return f"{JOURS[day.weekday()]} {'1er' if day.day == 1 else day.day} {MOIS[day.month - 1]} {day.year}"
