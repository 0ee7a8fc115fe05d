"""Names of files, and who signs on which sheet. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

_AUTRES = re.compile(r"[^A-Z0-9]+")
_LONG = 50
LE_PLUS = 1_000
"""Convocations of one file; a lycée has some two hundred."""


def nom_de_fichier(nom: str, prenom: str, mission: str) -> str:
    """« BOEUF_Elodie_Histoire-geographie », of parts that are folded (upper case, no accents)."""
    parts = (_part(nom), _part(prenom).title(), _part(mission).capitalize())
    return "_".join(part or "X" for part in parts)


def _part(folded: str) -> str:
    """No separator of folders, no point, no sign of a shell: a file of this name goes anywhere."""
    return _AUTRES.sub("-", folded)[:_LONG].strip("-")


def sans_doublon(noms: Iterable[str]) -> list[str]:
    """Each name once, whatever the case: the second bearer of one becomes « …_2 »."""
    taken: set[str] = set()
    found = []
    for nom in noms:
        chosen, number = nom, 1
        while chosen.lower() in taken:
            number += 1
            chosen = f"{nom}_{number}"
        taken.add(chosen.lower())
        found.append(chosen)
    return found


@dataclass(frozen=True, slots=True)
class Emargeant:
    """Who signs, with the établissement she comes from."""

    nom: str
    qualite: str
    etablissement: str


@dataclass(frozen=True, slots=True)
class Feuille:
    """The attendance list of one mission on one day; its people in the order of their names."""

    etablissement: str
    uai: str
    academie: str
    session: str
    mission: str
    jour: date
    personnes: Sequence[Emargeant]
