"""What convocation, the bridge and the topic say of one convocation, and in what they differ (D22)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Ecart(StrEnum):
    """In what a convocation is not the same everywhere: the cause that a difference is listed by."""

    ABSENTE = "convoquée, sans droit"
    EN_RETARD = "le droit suit une version antérieure de la convocation"
    EN_AVANCE = "le droit suit une version que la convocation n’a pas encore"
    STATUT = "la même version dit autre chose"
    INCONNUE = "un droit est ouvert sans convocation"
    NON_PUBLIEE = "le topic n’a pas cette version du droit"
    SUJET_EN_AVANCE = "le topic a une version que le droit n’a pas encore"
    CONTENU = "le topic a la même version avec un autre contenu"
    SUJET_INCONNU = "le topic ouvre un droit qui n’est pas enregistré"


REJOUER = frozenset({Ecart.ABSENTE, Ecart.EN_RETARD, Ecart.STATUT})
"""Mended by convocation telling its event again, at the same version: what it says is the truth."""
RELEVER = frozenset({Ecart.NON_PUBLIEE, Ecart.SUJET_EN_AVANCE, Ecart.CONTENU})
"""Mended by a new version of the right, above all that was seen of it: never the same one (D22)."""
RETIRER = frozenset({Ecart.INCONNUE, Ecart.SUJET_INCONNU})
"""Mended by a revocation at a new version: only when asked for by name, for a database restored from a backup looks
like this too. EN_AVANCE is not mended here: convocation was restored too, and catches up (0032)."""


class EtatConvocation(NamedTuple):
    """A convocation as convocation knows it."""

    convocation_id: UUID
    version: int
    active: bool


@dataclass(frozen=True, slots=True)
class Vues:
    """One convocation, seen from three sides; None or False where a side does not know it.

    `meme_contenu`: the topic's last record is, byte for byte, the right as recorded.
    """

    convocation_id: str
    convocation: int | None
    active: bool
    suit: int | None
    droit: int | None
    ouvert: bool
    sujet: int | None
    sujet_ouvert: bool
    meme_contenu: bool

    @property
    def causes(self) -> tuple[Ecart, ...]:
        """One of each pair of sides at most; empty where all agree."""
        return (*self._convocation_et_droit(), *self._droit_et_sujet())

    def _convocation_et_droit(self) -> Iterator[Ecart]:
        if self.convocation is None:
            if self.ouvert:
                yield Ecart.INCONNUE
        elif self.suit is None:
            yield Ecart.ABSENTE
        elif self.suit != self.convocation:
            yield Ecart.EN_RETARD if self.suit < self.convocation else Ecart.EN_AVANCE
        elif self.active != self.ouvert:
            yield Ecart.STATUT

    def _droit_et_sujet(self) -> Iterator[Ecart]:
        if self.droit is None:
            if self.sujet_ouvert:
                yield Ecart.SUJET_INCONNU
        elif self.sujet is None or self.sujet < self.droit:
            yield Ecart.NON_PUBLIEE
        elif self.sujet > self.droit:
            yield Ecart.SUJET_EN_AVANCE
        elif not self.meme_contenu:
            yield Ecart.CONTENU


def durables(avant: dict[str, Vues], apres: dict[str, Vues]) -> list[Vues]:
    """The differences of the second look that the first one saw the same way: what is on its way has moved on."""
    return [vues for key, vues in apres.items() if avant.get(key) == vues]
