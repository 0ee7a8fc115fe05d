"""The form by which the administrateur decides, as it was typed, and its pasted list of UAIs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlette.datastructures import FormData

from convocation.ouvertures.domain import NATIONALE, EnCours, instant
from convocation.ouvertures.refus import OuvertureRefusee
from event_schemas.academies import NOMS, zone
from pages.forms import text

LISTE, _MAX_TEXTE = "liste", 60_000
POUR = [
    ("*", "Toutes les académies"),
    *sorted(((code, f"Académie : {nom}") for code, nom in NOMS.items()), key=lambda one: one[1]),
    (LISTE, "Les établissements de la liste"),
]
DECISIONS = [
    ("ouvrir", "Ouvrir"),
    ("fermer", "Fermer tout de suite"),
    ("retirer", "Retirer la décision : suivre l’académie ou la règle nationale"),
]
MAX_LIGNES = 5_000
_FORME = re.compile(r"[0-9]{7}[A-Z]")


@dataclass(frozen=True, slots=True)
class SaisieOuverture:
    """The form as it was typed."""

    session: str = ""
    pour: str = ""
    uais: str = ""
    decision: str = ""
    debut: str = ""
    fin: str = ""
    motif: str = ""
    vus: str = ""
    """What was under way when it was shown; empty before."""
    aussi: str = ""
    """Not empty: also for who has a decision of their own."""

    @classmethod
    def read(cls, form: FormData) -> Self:
        return cls(**{name: text(form, name)[:_MAX_TEXTE] for name in cls.__slots__})

    @property
    def ferme_la_nation(self) -> bool:
        """Then what is under way is shown before it is confirmed."""
        return (self.pour, self.decision) == (NATIONALE.code, "fermer")

    @property
    def en_cours(self) -> EnCours | None:
        """As it was shown; None where nothing was, or what was posted is nothing that we showed."""
        numbers = self.vus.split()
        if len(numbers) != len(EnCours._fields) or not all(one.isdecimal() and len(one) < 8 for one in numbers):
            return None
        return EnCours(*map(int, numbers))

    def faults(self, sessions: list[str]) -> list[dict[str, str]]:
        """What was not chosen, or not in the way the form offers it."""
        found = []
        if self.session not in sessions:
            found.append({"champ": "session", "texte": "Choisissez la session."})
        if self.pour not in dict(POUR):
            found.append({"champ": "pour", "texte": "Choisissez pour qui la décision vaut."})
        elif self.pour != LISTE and self.uais:
            texte = "Choisissez « Les établissements de la liste », ou videz la liste."
            found.append({"champ": "pour", "texte": texte})
        if self.decision not in dict(DECISIONS):
            found.append({"champ": "decision", "texte": "Choisissez la décision."})
        if self.ferme_la_nation and not self.motif:
            texte = "Donnez le motif\u00a0: le service ferme pour toutes les académies."
            found.append({"champ": "motif", "texte": texte})
        if len(self.motif) > 500:
            found.append({"champ": "motif", "texte": "Le motif tient en 500 caractères."})
        return found


def instant_saisi(typed: str, academie: str, champ: str) -> datetime | None:
    """A day and an hour as the académie's clocks show them; nothing typed is None. Raises OuvertureRefusee."""
    if not typed:
        return None
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None or not 2000 <= local.year < 2200:
        raise OuvertureRefusee("Donnez un jour et une heure : cette date ne se lit pas.", champ)
    return instant(local, zone(academie), champ)


def read_uais(texte: str) -> dict[int, str]:
    """Line number (from 1) → what it says, in capitals; empty lines are left out. Raises OuvertureRefusee."""
    lines = {number: line.strip().upper() for number, line in enumerate(texte.splitlines(), start=1) if line.strip()}
    if not lines:
        raise OuvertureRefusee("Donnez au moins un UAI.", "uais")
    if len(lines) > MAX_LIGNES:
        raise OuvertureRefusee("Donnez 5 000 UAI au plus.", "uais")
    return lines


def faults_of_uais(lignes: Mapping[int, str], connus: Mapping[str, str]) -> list[str]:
    """One sentence a line that is no UAI, or that of an établissement without missions (`connus`: académie by UAI)."""
    return [f"Ligne {number} : {_fault(line)}" for number, line in sorted(lignes.items()) if line not in connus]


def _fault(line: str) -> str:
    if not _FORME.fullmatch(line):
        return f"« {line[:40]} » n’est pas un UAI (sept chiffres et une lettre)."
    return f"aucune mission n’est connue pour l’UAI {line}."
