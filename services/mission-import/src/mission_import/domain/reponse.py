"""The answer to a closing: what became of it, for who sent it (0058)."""

from dataclasses import dataclass
from typing import NamedTuple

from mission_import.domain.differentiel import Bilan

APPLIQUEE, A_VALIDER, REMPLACEE, REFUSEE, INVALIDE = "APPLIQUEE", "A_VALIDER", "REMPLACEE", "REFUSEE", "INVALIDE"


class Place(NamedTuple):
    """Where a closing stood on its topic; `rang` in a batch, from 1, 0 where the record is one closing."""

    partition: int
    offset: int
    rang: int

    @classmethod
    def of(cls, partition: int | None, offset: int | None, rang: int | None) -> "Place | None":
        """As it is kept; None of what came from a file."""
        return None if partition is None or offset is None or rang is None else cls(partition, offset, rang)


@dataclass(frozen=True, slots=True)
class Reponse:
    """`version`: 1 on receipt, 2 when what waited is decided or replaced. `timestamp`: the record's, of an INVALIDE."""

    etat: str
    version: int
    session: str | None = None
    uai: str | None = None
    revision: int | None = None
    missions: Bilan | None = None
    decidee: bool = False
    motif: str | None = None
    raisons: tuple[str, ...] = ()
    place: Place | None = None
    timestamp: int = 0
