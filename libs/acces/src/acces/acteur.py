"""Who acts: a person in one function, or a program."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """R54–R57, the chef's délégué (référent E3C) and the machines: our own services, the operator's commands, SANTORIN.

    SERVICE is what the release before called all of ours (`cle_partagee`).
    """

    CHEF = "chef"
    DELEGUE = "delegue"
    GESTIONNAIRE = "gestionnaire"
    ADMINISTRATEUR = "administrateur"
    INTERVENANT = "intervenant"
    NOTIFIER = "notifier"
    PONT = "santorin-bridge"
    EXPLOITATION = "exploitation"
    SERVICE = "service"
    SANTORIN = "santorin"


@dataclass(frozen=True, slots=True)
class Acteur:
    """A person (or a service) with one role; `sub` is the intervenant's number where the role is INTERVENANT."""

    sub: str
    role: Role
    nom: str = ""
    uais: frozenset[str] = frozenset()
    academies: frozenset[str] = frozenset()


class InvalidToken(Exception):
    """The token is not ours, or its time is over."""
