"""Rights of the rectorat that an administrateur gives by name (R54, R55; 0039)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from convocation.comptes.refus import DroitRefuse


class Attribuable(StrEnum):
    """The roles that are given here, as the policy names them; the others come from the ministry or a chef."""

    GESTIONNAIRE = "gestionnaire"
    ADMINISTRATEUR = "administrateur"


@dataclass(frozen=True, slots=True)
class Droit:
    """A role, and of a gestionnaire the académies, by their two digits. `fin`: the last day, None being no end."""

    role: Attribuable
    academies: frozenset[str] = frozenset()
    fin: date | None = None

    def contient(self, autre: "Droit") -> bool:
        """Whether who has this has the other too, for as long."""
        lasts = self.fin is None or (autre.fin is not None and autre.fin <= self.fin)
        return self.role is autre.role and self.academies >= autre.academies and lasts


def juger(droit: Droit, jour: date) -> None:
    """Raise DroitRefuse, with the field, for a right that makes no sense on `jour`."""
    if droit.role is Attribuable.GESTIONNAIRE and not droit.academies:
        raise DroitRefuse("Choisissez au moins une académie.", "academies")
    if droit.role is Attribuable.ADMINISTRATEUR and droit.academies:
        raise DroitRefuse("Un administrateur les a toutes : n’en choisissez aucune.", "academies")
    if droit.fin is not None and droit.fin < jour:
        raise DroitRefuse("Ce dernier jour est passé.", "fin")
