"""What an épreuve asks for (R47): profiles, the copies of a lot, or a fixed number; for the nation or one académie."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from convocation.exigences.refus import ExigenceRefusee

ProfilsRequis = Mapping[str, frozenset[str]]
"""Profile → the disciplines that cover it, in the table's order; empty where the épreuve requires none."""

NATIONALE = "*"
MAX_PROFILS, MAX_NOM, MAX_NOMBRE = 10, 100, 1_000


@dataclass(frozen=True, slots=True)
class Exigence:
    """`lot_copies` None: the setting's. `correcteurs` None: counted from copies and profiles."""

    profils: ProfilsRequis = field(default_factory=dict)
    lot_copies: int | None = None
    correcteurs: int | None = None

    def etat(self) -> dict[str, Any]:
        """As the audit and the API write it; the order of the profiles is part of it."""
        profils = [{"profil": nom, "disciplines": sorted(codes)} for nom, codes in self.profils.items()]
        return {"profils": profils, "lot_copies": self.lot_copies, "correcteurs": self.correcteurs}


def exigence(
    lignes: list[tuple[str, list[str]]], lot_copies: int | None, correcteurs: int | None, libelles: Mapping[str, str]
) -> Exigence:
    """From lines (name, discipline codes); `libelles`: the nomenclature. Raises ExigenceRefusee with the field."""
    profils: dict[str, frozenset[str]] = {}
    if len(lignes) > MAX_PROFILS:
        raise ExigenceRefusee(f"Une épreuve demande {MAX_PROFILS} profils au plus.", "")
    for number, (nom, codes) in enumerate(lignes, start=1):
        _ligne(number, nom, codes, libelles)
        if nom in profils:
            raise ExigenceRefusee(f"Le profil « {nom} » est donné deux fois.", f"profil-{number}")
        profils[nom] = frozenset(codes)
    if lot_copies is not None and not 1 <= lot_copies <= MAX_NOMBRE:
        raise ExigenceRefusee("Un lot compte de 1 à 1 000 copies.", "lot_copies")
    if correcteurs is not None and not 0 <= correcteurs <= MAX_NOMBRE:
        raise ExigenceRefusee("Le nombre de correcteurs va de 0 à 1 000.", "correcteurs")
    return Exigence(profils, lot_copies, correcteurs)


def _ligne(number: int, nom: str, codes: list[str], libelles: Mapping[str, str]) -> None:
    if not nom or len(nom) > MAX_NOM:
        raise ExigenceRefusee("Donnez un nom au profil, en 100 caractères au plus.", f"profil-{number}")
    if not codes:
        raise ExigenceRefusee(f"Dites quelles disciplines couvrent le profil « {nom} ».", f"disciplines-{number}")
    unknown = sorted(set(codes) - set(libelles))
    if unknown:
        raise ExigenceRefusee(f"Discipline inconnue : {', '.join(unknown)}.", f"disciplines-{number}")


def profil_couvert(requis: ProfilsRequis, disciplines: Collection[str], profils: Collection[str] = ()) -> str | None:
    """The first required profile that a person covers by her disciplines, or that the directory says of her."""
    return next(
        (profil for profil, acceptees in requis.items() if profil in profils or acceptees.intersection(disciplines)),
        None,
    )


def profils_manquants(requis: ProfilsRequis, couverts: Collection[str | None]) -> list[str]:
    """Required profiles that nobody convoked covers."""
    return [profil for profil in requis if profil not in couverts]
