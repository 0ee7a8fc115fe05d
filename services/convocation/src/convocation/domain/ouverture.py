"""Opening of the service (R12, R13): the most specific decision holds; without any, the service is closed."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Portee(StrEnum):
    """What a decision is about, from the least to the most specific."""

    NATIONALE = "NATIONALE"
    ACADEMIE = "ACADEMIE"
    ETABLISSEMENT = "ETABLISSEMENT"


class Cible(NamedTuple):
    """`code`: "*" for the nation, the académie's two digits, or the UAI."""

    portee: Portee
    code: str


class Decision(NamedTuple):
    """Open from `debut` (included) to `fin` (excluded), both aware, None being no bound; or closed."""

    ouverte: bool
    debut: datetime | None = None
    fin: datetime | None = None

    def tient(self, now: datetime) -> bool:
        """Whether the service is open at `now`."""
        begun = self.debut is None or self.debut <= now
        return self.ouverte and begun and (self.fin is None or now < self.fin)

    @property
    def sensee(self) -> bool:
        """A closing has no bounds, and an opening ends after it begins."""
        if not self.ouverte:
            return self.debut is None and self.fin is None
        return self.debut is None or self.fin is None or self.debut < self.fin


NATIONALE = Cible(Portee.NATIONALE, "*")


def cibles(academie: str, uai: str) -> list[Cible]:
    """The decisions that concern an établissement, the most specific first."""
    return [Cible(Portee.ETABLISSEMENT, uai), Cible(Portee.ACADEMIE, academie), NATIONALE]


def est_ouvert(decisions: Mapping[Cible, Decision], academie: str, uai: str, now: datetime) -> bool:
    """Whether the établissement may convoke at `now`; persistence/liste_missions.py says the same in SQL."""
    return next((decisions[cible].tient(now) for cible in cibles(academie, uai) if cible in decisions), False)
