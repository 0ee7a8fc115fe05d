"""The lycées of the sample data: real headcounts (data/README.md), read once."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_TECHNOLOGIQUES = ("stmg", "st2s", "sti2d", "stl", "std2a", "s2tmd", "sthr")


@dataclass(frozen=True, slots=True)
class Lycee:
    """`premieres`: pupils by série (`generale` and the technological ones); `langues`: by (`lva`/`lvb`, language);
    `abandons`: pupils who drop a spécialité. What is unknown is absent."""

    uai: str
    nom: str
    commune: str
    academie: str
    premieres: dict[str, int]
    langues: dict[tuple[str, str], int]
    abandons: dict[str, int]

    @property
    def generale(self) -> int:
        return self.premieres.get("generale", 0)

    @property
    def technologique(self) -> int:
        return sum(self.premieres.get(serie, 0) for serie in _TECHNOLOGIQUES)


@cache
def lycees() -> tuple[Lycee, ...]:
    """Every lycée of the file, in its order."""
    text = files("imagin_dev.cyclades").joinpath("data", "lycees.csv").read_text(encoding="utf-8-sig")
    return tuple(_lycee(row) for row in csv.DictReader(io.StringIO(text)))


def _lycee(row: dict[str, str]) -> Lycee:
    numbers = {name: int(value) for name, value in row.items() if value.isdecimal()}
    return Lycee(
        uai=row["uai"],
        nom=(row["denomination"] + " " + row["patronyme"]).strip()[:300],
        commune=row["commune"],
        academie=row["code_academie"].zfill(2),
        premieres={
            serie: numbers[f"premiere_{serie}"]
            for serie in ("generale", *_TECHNOLOGIQUES)
            if f"premiere_{serie}" in numbers
        },
        langues={
            (name[:3], name[4:]): number
            for name, number in numbers.items()
            if name.startswith(("lva_", "lvb_")) and not name.endswith("non_renseigne")
        },
        abandons={
            name.removeprefix("abandon_").removesuffix("_estime"): number
            for name, number in numbers.items()
            if name.startswith("abandon_")
        },
    )
