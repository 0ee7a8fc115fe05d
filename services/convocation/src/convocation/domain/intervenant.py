"""An intervenant of the directory (R57): someone who may be convoked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intervenant:
    """`uai` is the main post; `uais_secondaires` the others; `disciplines` are codes."""

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
