"""The pairs that are ticked, as forms post them: both entries with the versions that were looked at."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from starlette.datastructures import FormData

from convocation.doublons.commands import FicheLue
from pages.forms import text

MAX_PAIRS = 50
_PARTS = 4


@dataclass(frozen=True, slots=True)
class PaireLue:
    """Two entries as they were looked at, and which of them is kept; None: not chosen."""

    une: FicheLue
    autre: FicheLue
    gardee: UUID | None = None

    @property
    def valeur(self) -> str:
        """As a box posts it."""
        return f"{self.une.id}|{self.une.version}|{self.autre.id}|{self.autre.version}"

    @property
    def nom(self) -> str:
        """The field in which the kept entry is chosen."""
        return f"gardee-{self.une.id}-{self.autre.id}"

    @property
    def ordonnees(self) -> tuple[FicheLue, FicheLue]:
        """The kept one first."""
        return (self.autre, self.une) if self.gardee == self.autre.id else (self.une, self.autre)


@dataclass(frozen=True, slots=True)
class Choix:
    """What is done (`distinctes`, `fusionner`, or `confirmer` once its effect was told) to which pairs."""

    action: str
    paires: tuple[PaireLue, ...]

    @classmethod
    def read(cls, form: FormData) -> Self:
        values = [one for one in form.getlist("paire") if isinstance(one, str)][:MAX_PAIRS]
        read = [pair for value in values if (pair := _pair(value)) is not None]
        chosen = [PaireLue(one.une, one.autre, _uuid(text(form, one.nom))) for one in read]
        return cls(text(form, "action"), tuple(chosen))


def _pair(value: str) -> PaireLue | None:
    parts = value.split("|")
    if len(parts) != _PARTS or not (parts[1].isdecimal() and parts[3].isdecimal()):
        return None
    ids, versions = [_uuid(one) for one in parts[::2]], [int(one[:9]) for one in parts[1::2]]
    if ids[0] is None or ids[1] is None:
        return None
    return PaireLue(FicheLue(ids[0], versions[0]), FicheLue(ids[1], versions[1]))


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
