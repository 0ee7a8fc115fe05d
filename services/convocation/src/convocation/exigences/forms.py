"""The form of « Profils et besoins » as it was typed, and the rule it means."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData

from convocation.exigences.domain import MAX_NOM, MAX_PROFILS, Exigence, exigence
from convocation.exigences.refus import ExigenceRefusee
from pages.forms import text, texts, whole_number


@dataclass(slots=True)
class LigneProfil:
    """A profile: its name and the codes ticked."""

    profil: str = ""
    disciplines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SaisieExigence:
    """`vu`: the print of what was typed when the effect was last shown; `version`: that of the rule that was read."""

    action: str = ""
    lignes: list[LigneProfil] = field(default_factory=list)
    lot_copies: str = ""
    correcteurs: str = ""
    motif: str = ""
    version: int = 0
    vu: str = ""

    def exigence(self, libelles: Mapping[str, str]) -> Exigence:
        """Raises ExigenceRefusee with the id of the field."""
        lot = _nombre(self.lot_copies, "Un lot compte de 1 à 1 000 copies.", "lot_copies")
        fixe = _nombre(self.correcteurs, "Le nombre de correcteurs va de 0 à 1 000.", "correcteurs")
        return exigence([(one.profil, one.disciplines) for one in self.lignes], lot, fixe, libelles)

    def empreinte(self, wanted: Exigence) -> str:
        """Of what would be written over which version: what the effect was shown for, and nothing else, is saved."""
        return hashlib.sha256(json.dumps([self.version, wanted.etat()]).encode()).hexdigest()[:16]


def _nombre(typed: str, phrase: str, champ: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 6):
        raise ExigenceRefusee(phrase, champ)
    return int(typed)


def of_exigence(held: Exigence, version: int) -> SaisieExigence:
    """The form of a rule as it is."""
    return SaisieExigence(
        lignes=[LigneProfil(profil, sorted(codes)) for profil, codes in held.profils.items()],
        lot_copies=_texte(held.lot_copies),
        correcteurs=_texte(held.correcteurs),
        version=version,
    )


def _texte(number: Any) -> str:
    return "" if number is None else str(number)


def read_exigence(form: FormData) -> SaisieExigence:
    """Lines ticked « Retirer » and lines left empty are gone; « Ajouter un profil » brings an empty one."""
    lignes = []
    for number in range(1, MAX_PROFILS + 1):
        ligne = LigneProfil(text(form, f"profil-{number}")[: MAX_NOM + 1], texts(form, f"disciplines-{number}"))
        if (ligne.profil or ligne.disciplines) and not text(form, f"retirer-{number}"):
            lignes.append(ligne)
    action, version = text(form, "action"), text(form, "version")
    if action == "ajouter" and len(lignes) < MAX_PROFILS:
        lignes.append(LigneProfil())
    return SaisieExigence(
        action=action,
        lignes=lignes,
        lot_copies=text(form, "lot_copies")[:20],
        correcteurs=text(form, "correcteurs")[:20],
        motif=text(form, "motif"),
        version=whole_number(version),
        vu=text(form, "vu"),
    )
