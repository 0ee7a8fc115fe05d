"""Refusals of the nomenclature."""

from collections.abc import Sequence
from typing import Any

from convocation.commun.refus import Refus


class DisciplineInconnue(Refus):
    """`codes` that the nomenclature does not have."""

    slug = "discipline-inconnue"
    champ = "disciplines"
    phrase = "Discipline inconnue."

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__()
        self.codes = list(codes)

    @property
    def details(self) -> dict[str, Any]:
        return {"codes": self.codes}
