"""What is entered for the missions of a session before anybody is convoked, and what it proposes. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from convocation.annuaire.domain import Intervenant
from convocation.avertissements.domain import Avertissement
from convocation.convocations.domain import Convocation, Qualite
from convocation.convocations.examen import Occupation
from convocation.missions.domain import Mission

_KEPT = ("date", "observation", "vus", "coches", "qualites")


@dataclass(slots=True)
class Brouillon:
    """What is entered for one mission. `vus`: numbers shown, `coches`: those ticked; `qualites`: by number.

    `date` is as the field sends it. `nom`: whom one searches for, `total`: how many there are; neither is kept.
    """

    date: str = ""
    observation: str = ""
    vus: list[str] = field(default_factory=list)
    coches: list[str] = field(default_factory=list)
    qualites: dict[str, str] = field(default_factory=dict)
    nom: str = ""
    total: int = 0

    def kept(self) -> dict[str, object]:
        """As it is stored."""
        return {name: getattr(self, name) for name in _KEPT}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Brouillon":
        """As `kept` wrote it, here or in another release."""
        return cls(**{name: kept[name] for name in _KEPT if name in kept})

    def add(self, numero: str, qualite: str = "") -> None:
        """Tick somebody, shown or not."""
        for known in (self.vus, self.coches):
            if numero not in known:
                known.append(numero)
        if qualite:
            self.qualites[numero] = qualite


def proposes(
    disciplines: Iterable[str], people: Sequence[Intervenant], convoked: Mapping[str, Convocation]
) -> Brouillon:
    """What a mission begins with: the établissement's people of its disciplines (R28).

    They are ticked (R31) while nobody is convoked on the mission; who was cancelled on it is not.
    """
    wanted = set(disciplines)
    found = [one.numero for one in people if wanted.intersection(one.disciplines)]
    begun = any(one.active for one in convoked.values())
    return Brouillon(vus=found, coches=[] if begun else [numero for numero in found if numero not in convoked])


def propose_coordinateurs(
    brouillons: Mapping[UUID, Brouillon],
    convoked: Mapping[UUID, Mapping[str, Convocation]],
    corrections: Iterable[UUID],
) -> None:
    """Where no coordinateur is convoked or chosen, the first ticked person who is none elsewhere becomes it."""
    chosen = {numero for one in brouillons.values() for numero in _coordinateurs(one)}
    for mission_id in corrections:
        brouillon = brouillons[mission_id]
        there = [one for one in convoked[mission_id].values() if one.active]
        if _coordinateurs(brouillon) or any(one.qualite.qualite is Qualite.COORDINATEUR for one in there):
            continue
        free = [numero for numero in brouillon.coches if numero not in chosen] or brouillon.coches
        if free:
            brouillon.qualites[free[0]] = Qualite.COORDINATEUR
            chosen.add(free[0])


def _coordinateurs(one: Brouillon) -> list[str]:
    return [numero for numero in one.coches if one.qualites.get(numero) == Qualite.COORDINATEUR]


def common(values: Iterable[str]) -> str:
    """What most of them say; empty where none says anything."""
    said = Counter(value for value in values if value)
    return said.most_common(1)[0][0] if said else ""


@dataclass(frozen=True, slots=True)
class Prevue:
    """Whom one mission will convoke, on which days."""

    mission: Mission
    numeros: list[str]
    dates: tuple[date, ...]

    def occupations(self, annuaire: Mapping[str, Intervenant]) -> list[Occupation]:
        """What the other missions will meet once it is convoked; worded as the database does."""
        name = f"{self.mission.intitule}, {self.mission.etablissement_nom}"
        people = [annuaire[numero] for numero in self.numeros if numero in annuaire]
        return [
            Occupation(one.numero, f"{one.nom} {one.prenom}", day, self.mission.mission_id, name)
            for one in people
            for day in self.dates
        ]


@dataclass(frozen=True, slots=True)
class ALire:
    """One warning over all the missions it is about; `lignes`: mission and details."""

    phrase: str
    lignes: list[tuple[str, tuple[str, ...]]]


def regroup(found: Sequence[tuple[str, Avertissement]]) -> list[ALire]:
    """Warnings by mission (its name) → each sentence once, with its missions."""
    by_phrase: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, one in found:
        by_phrase.setdefault(one.phrase, []).append((name, tuple(one.lignes)))
    return [ALire(phrase, lines) for phrase, lines in by_phrase.items()]
