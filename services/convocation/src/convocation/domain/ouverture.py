"""Opening of the service (R12, R13): the most specific decision holds; without any, the service is closed."""

from collections.abc import Mapping
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


NATIONALE = Cible(Portee.NATIONALE, "*")


def cibles(academie: str, uai: str) -> list[Cible]:
    """The decisions that concern an établissement, the most specific first."""
    return [Cible(Portee.ETABLISSEMENT, uai), Cible(Portee.ACADEMIE, academie), NATIONALE]


def est_ouvert(decisions: Mapping[Cible, bool], academie: str, uai: str) -> bool:
    """Whether the établissement may convoke."""
    return next((decisions[cible] for cible in cibles(academie, uai) if cible in decisions), False)
