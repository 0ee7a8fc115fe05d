"""A refusal: one class each, in the `refus.py` of its room. `slug` is what programs test, `phrase` what people read."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

from francais import nombre

MAX_TEXTE = 2_000
"""Characters of an observation or a reason."""


class Kind(Enum):
    """What a refusal is, for programs: pages and API answer it with the same status (refusals.py)."""

    SAISIE = auto()
    """The entry itself is wrong."""
    ABSENT = auto()
    """What is asked for does not exist, or is not one's own."""
    CONFLIT = auto()
    """The state of things does not allow it now."""
    DEPASSE = auto()
    """Somebody changed it since it was read."""


class Refus(Exception):
    """A command the rules do not allow. Nothing was written."""

    slug = "refus"
    kind = Kind.SAISIE
    phrase = "Cette opération n’est pas possible."
    champ = ""
    """The id of the field in a form that it is about; empty for the whole form."""

    def __init__(self, numeros: Sequence[str] = ()) -> None:
        super().__init__(self.slug)
        self.numeros = list(numeros)

    @property
    def details(self) -> dict[str, Any]:
        """What a program is told beside slug and phrase."""
        return {"numeros": self.numeros}


class RefusDeChamp(Refus):
    """`phrase` says what is wrong with what was entered, `champ` is the id of its field: both depend on the entry."""

    def __init__(self, phrase: str, champ: str) -> None:
        super().__init__()
        self.phrase, self.champ = phrase, champ

    @property
    def details(self) -> dict[str, Any]:
        return super().details | {"champ": self.champ}


class TexteTropLong(RefusDeChamp):
    """What was typed is kept whole or refused, and shown again: its end is never cut off."""

    slug = "texte-trop-long"


def entier(texte: str, champ: str, plus: int = MAX_TEXTE) -> str:
    """The text of a field. Raises TexteTropLong for more than `plus` characters."""
    if len(texte) > plus:
        raise TexteTropLong(f"Écrivez {nombre(plus)} caractères au plus : il y en a {nombre(len(texte))}.", champ)
    return texte


class VersionDepassee(Refus):
    """If-Match (D5)."""

    slug = "version-depassee"
    kind = Kind.DEPASSE
    phrase = "Quelqu’un a modifié cette donnée depuis que vous l’avez lue : relisez-la puis recommencez."


class AcademieInconnue(Refus):
    """Of an address: another académie's affairs do not exist."""

    slug = "academie-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette académie n’existe pas ou n’est pas la vôtre."
