"""An intervenant of the directory (R57): someone who may be convoked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Indisponibilite:
    """First and last day, both included. Why is not kept: it may be health."""

    debut: date
    fin: date


@dataclass(frozen=True, slots=True)
class Intervenant:
    """`uai` is the main post; `uais_secondaires` the others; `disciplines` are codes.

    `profils`: required profiles (R47) the person covers beyond what her disciplines say. `id` stands in addresses
    instead of the number; the database gives it.
    """

    numero: str
    civilite: str
    nom: str
    prenom: str
    courriel: str
    uai: str
    uais_secondaires: tuple[str, ...]
    disciplines: tuple[str, ...]
    academie: str
    actif: bool = True
    stagiaire: bool = False
    profils: tuple[str, ...] = ()
    indisponibilites: tuple[Indisponibilite, ...] = ()
    version: int = 1
    id: UUID | None = field(default=None, compare=False)

    def absent(self, dates: Sequence[date]) -> list[date]:
        """Those of `dates` on which the person is not available."""
        return [day for day in dates if any(one.debut <= day <= one.fin for one in self.indisponibilites)]
