"""Coverage of the missions: what a mission may lack, and how missions are grouped to be counted."""

from enum import StrEnum


class Manque(StrEnum):
    """What is to mend; the value is a name of columns, never of what a person typed."""

    SANS_CORRECTEUR = "sans_correcteur"
    SANS_COORDINATEUR = "sans_coordinateur"
    PROFIL_MANQUANT = "profil_manquant"
    DEFICIT = "deficit"
    SANS_SIGNATURE = "sans_signature"
    REFUSEE = "refusee"
    MAIL_ECHOUE = "mail_echoue"
    SANS_CANDIDAT = "sans_candidat"


class Regroupement(StrEnum):
    """From the nation down; MISSION is the list itself."""

    ACADEMIE = "academie"
    DEPARTEMENT = "departement"
    ETABLISSEMENT = "etablissement"
    EPREUVE = "epreuve"
    MISSION = "mission"

    @property
    def suivant(self) -> "Regroupement":
        """What a figure of this grouping leads to."""
        order = list(Regroupement)
        return order[min(order.index(self) + 1, len(order) - 1)]


LIBELLES_MANQUES = {
    Manque.SANS_CORRECTEUR: "Sans correcteur",
    Manque.SANS_COORDINATEUR: "Sans coordinateur",
    Manque.PROFIL_MANQUANT: "Profil manquant",
    Manque.DEFICIT: "En déficit de correcteurs",
    Manque.SANS_SIGNATURE: "Sans signature",
    Manque.REFUSEE: "Refusée par SANTORIN",
    Manque.MAIL_ECHOUE: "Mail en échec",
    Manque.SANS_CANDIDAT: "Sans candidat, personnes convoquées",
}
LIBELLES_REGROUPEMENTS = {
    Regroupement.ACADEMIE: "Académie",
    Regroupement.DEPARTEMENT: "Département",
    Regroupement.ETABLISSEMENT: "Établissement",
    Regroupement.EPREUVE: "Épreuve",
    Regroupement.MISSION: "Mission",
}
