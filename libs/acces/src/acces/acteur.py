"""Who acts: a person in one function, or a program."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """R54–R57, the chef's délégués (référents E3C), the machines: our own services, the operator's commands, SANTORIN
    and Cyclades.

    A délégué may what the chef may but sign and delegate; one of numérisation acts on that mission alone, one of
    consultation only looks (0039). POUR_ETABLISSEMENT: a gestionnaire who convokes for one for a while (0064).
    SERVICE is what the release before called all of ours (`cle_partagee`).
    """

    CHEF = "chef"
    DELEGUE = "delegue"
    DELEGUE_NUMERISATION = "delegue-numerisation"
    DELEGUE_CONSULTATION = "delegue-consultation"
    POUR_ETABLISSEMENT = "gestionnaire-pour-etablissement"
    GESTIONNAIRE = "gestionnaire"
    ADMINISTRATEUR = "administrateur"
    INTERVENANT = "intervenant"
    NOTIFIER = "notifier"
    PONT = "santorin-bridge"
    EXPLOITATION = "exploitation"
    SERVICE = "service"
    SANTORIN = "santorin"
    CYCLADES = "cyclades"


@dataclass(frozen=True, slots=True)
class Acteur:
    """A person (or a service) with one role; `sub` is the intervenant's number where the role is INTERVENANT.

    `portees`: the scopes of a token that is narrower than its role (RFC 6749 section 3.3), None where it is not.

    `nom` reads « X pour Y » where Y delegated. `fin`: from then on (aware) a session acts no more in this function.
    """

    sub: str
    role: Role
    nom: str = ""
    uais: frozenset[str] = frozenset()
    academies: frozenset[str] = frozenset()
    fin: datetime | None = None
    portees: frozenset[str] | None = None

    def claims(self) -> dict[str, Any]:
        """What a token says of it; a token has an end of its own."""
        uais, academies = sorted(self.uais), sorted(self.academies)
        told = {"sub": self.sub, "role": self.role.value, "nom": self.nom, "uais": uais, "academies": academies}
        return told if self.portees is None else told | {"scope": " ".join(sorted(self.portees))}

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "Acteur":
        """Raises KeyError, TypeError or ValueError for claims that are none of `claims`."""
        uais, academies = frozenset(claims["uais"]), frozenset(claims["academies"])
        portees = frozenset(claims["scope"].split()) if "scope" in claims else None
        return cls(claims["sub"], Role(claims["role"]), claims["nom"], uais, academies, portees=portees)


class InvalidToken(Exception):
    """The token is not ours, or its time is over."""
