"""An intervenant of the directory (R57): someone who may be convoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Indisponibilite:
    """First and last day, both included; `motif` is the rectorat's and told to no établissement."""

    debut: date
    fin: date
    motif: str = ""


@dataclass(frozen=True, slots=True)
class Intervenant:
    """`uai` is the main post; `uais_secondaires` the others; `disciplines` are codes.

    `profils`: required profiles (R47) the person covers beyond what her disciplines say.
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

    def absent(self, dates: Sequence[date]) -> list[date]:
        """Those of `dates` on which the person is not available."""
        return [day for day in dates if any(one.debut <= day <= one.fin for one in self.indisponibilites)]
