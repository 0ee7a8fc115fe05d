"""What a mission lacks, in the words of every list, page, export and API; what SANTORIN left unanswered (R18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from convocation.missions.domain import MissionType


class Manque(StrEnum):
    """The most serious first; each value is a column of etat_des_missions, where the database decides what lacks."""

    SANS_CORRECTEUR = "sans_correcteur"
    A_POURVOIR = "a_pourvoir"
    DEFICIT = "deficit"
    PROFIL_MANQUANT = "profil_manquant"
    REFUSEE = "refusee"
    EMPECHEMENT = "empechement"
    MAIL_ECHOUE = "mail_echoue"
    SANS_COORDINATEUR = "sans_coordinateur"
    SANS_SIGNATURE = "sans_signature"
    SANS_CANDIDAT = "sans_candidat"


LIBELLES_MANQUES = {
    Manque.SANS_CORRECTEUR: "Sans correcteur",
    Manque.A_POURVOIR: "Numérisation à pourvoir",
    Manque.DEFICIT: "En déficit de correcteurs",
    Manque.PROFIL_MANQUANT: "Profil manquant",
    Manque.REFUSEE: "Refusée par SANTORIN",
    Manque.EMPECHEMENT: "Empêchement à traiter",
    Manque.MAIL_ECHOUE: "Mail en échec",
    Manque.SANS_COORDINATEUR: "Sans coordinateur",
    Manque.SANS_SIGNATURE: "Sans signature",
    Manque.SANS_CANDIDAT: "Sans candidat, personnes convoquées",
}
FILTRES_MANQUES = {
    "sans-correcteur": Manque.SANS_CORRECTEUR,
    "a-pourvoir": Manque.A_POURVOIR,
    "incomplete": Manque.DEFICIT,
    "profil-manquant": Manque.PROFIL_MANQUANT,
    "refusee": Manque.REFUSEE,
    "empechement": Manque.EMPECHEMENT,
    "mail-en-echec": Manque.MAIL_ECHOUE,
    "sans-coordinateur": Manque.SANS_COORDINATEUR,
    "sans-signature": Manque.SANS_SIGNATURE,
    "sans-candidat-convoques": Manque.SANS_CANDIDAT,
}
"""The values of `etat` in addresses of the list that stand for a gap."""
LIBELLES_ETATS = {
    "a-convoquer": "Personne n’est convoqué",
    **{name: LIBELLES_MANQUES[gap] for name, gap in FILTRES_MANQUES.items()},
    "sans-candidat": "Sans candidat",
    "complete": "Complète",
}
LIBELLES_TRIS = {
    "epreuve": "Épreuve",
    "etablissement": "Établissement",
    "candidats": "Candidats",
    "convoques": "Personnes convoquées",
    "manque": "Personnes qui manquent",
}


def badge(type_: MissionType, manques: Sequence[Manque], *, active: bool) -> tuple[str, str]:
    """Kind and words of a mission's badge: its most serious gap, and « Complète » only where nothing lacks."""
    if manques:
        return "warning", LIBELLES_MANQUES[manques[0]]
    if not active:
        return "", "Sans candidat"
    return "success", "Déléguée" if type_ is MissionType.NUMERISATION else "Complète"


@dataclass(frozen=True, slots=True)
class Attente:
    """`sans_reponse`: convocations unanswered for too long, the oldest since `depuis`; `refusees`: rights refused.

    `missions`: where they are, the name and the voie of each épreuve.
    """

    sans_reponse: int
    depuis: datetime | None
    refusees: int
    missions: dict[UUID, tuple[str, str]]
