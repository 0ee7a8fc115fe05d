"""How missions are grouped to be counted."""

from enum import StrEnum


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


LIBELLES_REGROUPEMENTS = {
    Regroupement.ACADEMIE: "Académie",
    Regroupement.DEPARTEMENT: "Département",
    Regroupement.ETABLISSEMENT: "Établissement",
    Regroupement.EPREUVE: "Épreuve",
    Regroupement.MISSION: "Mission",
}
