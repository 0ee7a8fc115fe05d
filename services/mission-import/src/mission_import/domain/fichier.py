"""A file of closings (docs/import-clotures.md): bytes → bodies as Cyclades would send them, or faults by their line.

What a body must be is not judged here: the schema does, and `Brute.place` says which line and column it speaks of.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_OCTETS = 7_500_000
"""Below what a request may have, with room for a form around it."""
MAX_LIGNES = 100_000
MAX_FAUTES = 500
JSON_LINES, CSV = "JSON_LINES", "CSV"
UTF8, UTF8_BOM = "UTF-8", "UTF-8 avec BOM"
Chemin = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Faute:
    """What is wrong at a physical line (from 1) and column or field ("" for the whole line); it cites no value."""

    ligne: int
    colonne: str
    phrase: str


@dataclass(slots=True)
class Fautes:
    """The first MAX_FAUTES faults, one a line and column, and how many there are."""

    premieres: list[Faute] = field(default_factory=list)
    total: int = 0
    _places: set[tuple[int, str]] = field(default_factory=set)

    def ajouter(self, ligne: int, colonne: str, phrase: str) -> None:
        if (ligne, colonne) in self._places:
            return
        self.total += 1
        if len(self.premieres) < MAX_FAUTES:
            self._places.add((ligne, colonne))
            self.premieres.append(Faute(ligne, colonne, phrase))

    def en_ordre(self) -> list[Faute]:
        """By line; those of a line in the order they were found."""
        return sorted(self.premieres, key=lambda faute: faute.ligne)


@dataclass(frozen=True, slots=True)
class Brute:
    """One closing of the file, not judged yet. `ce_id`: its envelope's. `lignes`: CSV's, one an épreuve."""

    corps: dict[str, Any]
    ligne: int
    ce_id: str | None = None
    lignes: tuple[int, ...] = ()

    def place(self, chemin: Chemin) -> tuple[int, str]:
        """Line and column of a field of `corps`; a JSON path counts from 1, as people do."""
        if not self.lignes:
            return self.ligne, ".".join(str(one + 1) if isinstance(one, int) else one for one in chemin)
        match chemin:
            case ["epreuves", int(rang), str(champ)]:
                return self.lignes[rang], champ
            case ["etablissement", str(champ)] | [str(champ)] if champ not in {"epreuves", "etablissement"}:
                return self.ligne, champ
        return self.ligne, ""

    def valeur(self, chemin: Chemin) -> Any:
        """What stands there; None where nothing does."""
        found: Any = self.corps
        for one in chemin:
            try:
                found = found[one]
            except (KeyError, IndexError, TypeError):
                return None
        return found


@dataclass(slots=True)
class Fichier:
    """A file as it was read; any fault means that nothing of it is imported. `remarques`: what is read otherwise."""

    format: str
    encodage: str
    sha256: str
    lignes: int
    clotures: list[Brute] = field(default_factory=list)
    fautes: Fautes = field(default_factory=Fautes)
    remarques: Fautes = field(default_factory=Fautes)
    separateur: str = ""


def sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def lignes_physiques(octets: bytes) -> list[bytes]:
    """Lines as an editor numbers them: LF or CRLF; CR alone only where the file has no LF."""
    lignes = octets.split(b"\n") if b"\n" in octets else octets.split(b"\r")
    if lignes[-1] == b"":
        lignes.pop()
    return [one.removesuffix(b"\r") for one in lignes]
