"""A pasted list of UAIs, one a line: what each line says, and what is wrong with it."""

import re
from collections.abc import Mapping

from convocation.ouvertures.refus import OuvertureRefusee

MAX_LIGNES = 5_000
_FORME = re.compile(r"[0-9]{7}[A-Z]")


def lire(texte: str) -> dict[int, str]:
    """Line number (from 1) → what it says, in capitals; empty lines are left out. Raises OuvertureRefusee."""
    lines = {number: line.strip().upper() for number, line in enumerate(texte.splitlines(), start=1) if line.strip()}
    if not lines:
        raise OuvertureRefusee("Donnez au moins un UAI.", "uais")
    if len(lines) > MAX_LIGNES:
        raise OuvertureRefusee("Donnez 5 000 UAI au plus.", "uais")
    return lines


def fautes(lignes: Mapping[int, str], connus: Mapping[str, str]) -> list[str]:
    """One sentence a line that is no UAI, or that of an établissement without missions (`connus`: académie by UAI)."""
    return [f"Ligne {number} : {_faute(line)}" for number, line in sorted(lignes.items()) if line not in connus]


def _faute(line: str) -> str:
    if not _FORME.fullmatch(line):
        return f"« {line[:40]} » n’est pas un UAI (sept chiffres et une lettre)."
    return f"aucune mission n’est connue pour l’UAI {line}."
