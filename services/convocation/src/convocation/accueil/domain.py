"""What is left to do: a step, its state in words, and how many are left. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Etat(StrEnum):
    """`EN_ATTENTE`: it is another's turn, or something comes first."""

    FAIT = "Fait"
    A_FAIRE = "À faire"
    EN_ATTENTE = "En attente"


@dataclass(frozen=True, slots=True)
class Etape:
    """`url`: the page where it is done, `lien` its words."""

    titre: str
    phrase: str
    etat: Etat
    url: str
    lien: str


@dataclass(frozen=True, slots=True)
class Bloc:
    """The steps of one place. `ferme`: its service is closed; `service`: until when or for whom it is open, or why not.

    None: the place has no service of its own.
    """

    titre: str
    service: str | None
    ferme: bool
    etapes: Sequence[Etape]

    @property
    def reste(self) -> int:
        return sum(one.etat is Etat.A_FAIRE for one in self.etapes)

    @property
    def attend(self) -> int:
        return sum(one.etat is Etat.EN_ATTENTE for one in self.etapes)


def selon(reste: int, *, peut: bool = True, avant: bool = True) -> Etat:
    """The state of a step of which `reste` are left.

    `peut`: it is the reader's to do. `avant`: what comes first is done, so that no rest means done.
    """
    if reste:
        return Etat.A_FAIRE if peut else Etat.EN_ATTENTE
    return Etat.FAIT if avant else Etat.EN_ATTENTE
