"""What a closing would change of the missions there are, in rows and in numbers (K.a); made from `generate`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from mission_import.domain.generation import generate
from mission_import.domain.inscriptions import Cloture
from mission_import.domain.mission import NUMERISATION, Cle, Mission, Status


class Nature(StrEnum):
    """What becomes of a mission."""

    CREEE = "CREEE"
    MODIFIEE = "MODIFIEE"
    INCHANGEE = "INCHANGEE"
    SANS_CANDIDAT = "SANS_CANDIDAT"


class Tri(StrEnum):
    """A kind of change: the review's list is filtered by them (0059)."""

    CREEES = "CREEES"
    RETIREES = "RETIREES"
    HAUSSE = "HAUSSE"
    BAISSE = "BAISSE"
    NOM = "NOM"
    """Names alone: label, établissement, commune or académie, and no number."""


class Changement(NamedTuple):
    """« candidats 30 → 28 »."""

    champ: str
    avant: str | int
    apres: str | int


@dataclass(frozen=True, slots=True)
class Ligne:
    """One mission of the differential; `convoques`: how many people are convoked on it now."""

    cle: Cle
    libelle: str
    nature: Nature
    changements: tuple[Changement, ...] = ()
    convoques: int = 0


class Bilan(NamedTuple):
    """Missions by what becomes of them."""

    creees: int
    modifiees: int
    inchangees: int
    sans_candidat: int


def differentiel(
    cloture: Cloture, existing: Mapping[Cle, Mission], today: date, convoques: Mapping[Cle, int]
) -> list[Ligne]:
    """A row for each mission that there is or would be, but for those withdrawn before that stay so."""
    changed = {mission.cle: mission for mission in generate(cloture, existing, today)}
    untouched = [one for cle, one in existing.items() if cle not in changed and one.status is Status.ACTIVE]
    rows = [
        Ligne(
            cle=mission.cle,
            libelle=mission.libelle,
            nature=nature(mission),
            changements=_changements(existing.get(mission.cle), mission),
            convoques=convoques.get(mission.cle, 0),
        )
        for mission in changed.values()
    ]
    rows += [Ligne(one.cle, one.libelle, Nature.INCHANGEE, (), convoques.get(one.cle, 0)) for one in untouched]
    return sorted(rows, key=lambda row: (list(Nature).index(row.nature), row.libelle, row.cle))


def nature(mission: Mission) -> Nature:
    """Of a mission that `generate` gave."""
    if mission.status is Status.WITHDRAWN:
        return Nature.SANS_CANDIDAT
    return Nature.CREEE if mission.version == 1 else Nature.MODIFIEE


def bilan(changed: Sequence[Mission], existing: Mapping[Cle, Mission]) -> Bilan:
    """The numbers of the differential; `changed`: what `generate` gave for `existing`."""
    if not existing:
        return Bilan(len(changed), 0, 0, 0)
    natures = {mission.cle: nature(mission) for mission in changed}
    actives = [cle for cle, mission in existing.items() if mission.status is Status.ACTIVE]
    inchangees = sum(cle not in natures for cle in actives)
    given = list(natures.values())
    return Bilan(given.count(Nature.CREEE), given.count(Nature.MODIFIEE), inchangees, given.count(Nature.SANS_CANDIDAT))


def count(lignes: Iterable[Ligne]) -> Bilan:
    """The numbers of these rows."""
    natures = Counter(ligne.nature for ligne in lignes)
    return Bilan(*(natures[one] for one in (Nature.CREEE, Nature.MODIFIEE, Nature.INCHANGEE, Nature.SANS_CANDIDAT)))


def kinds(lignes: Sequence[Ligne]) -> frozenset[Tri]:
    """Of a differential; the numérisation follows the others, so its numbers say nothing of their own."""
    natures = {one.nature for one in lignes}
    whole = {Nature.CREEE: Tri.CREEES, Nature.SANS_CANDIDAT: Tri.RETIREES}
    found = {tri for nature, tri in whole.items() if nature in natures}
    changed = [one for one in lignes if one.nature is Nature.MODIFIEE]
    numbers = [one for ligne in changed if ligne.cle != NUMERISATION for one in ligne.changements]
    found |= {
        Tri.HAUSSE if int(one.apres) > int(one.avant) else Tri.BAISSE for one in numbers if one.champ == "candidats"
    }
    fields = {one.champ for ligne in changed for one in ligne.changements}
    if fields and not found and not fields & {"candidats", "etat"}:
        found = {Tri.NOM}
    return frozenset(found)


def _changements(avant: Mission | None, apres: Mission) -> tuple[Changement, ...]:
    if avant is None:
        return ()
    pairs = (
        ("candidats", avant.candidats, apres.candidats),
        ("libelle", avant.libelle, apres.libelle),
        ("etat", avant.status.value, apres.status.value),
        ("etablissement", avant.etablissement.nom, apres.etablissement.nom),
        ("commune", avant.etablissement.commune, apres.etablissement.commune),
        ("academie", avant.etablissement.academie, apres.etablissement.academie),
    )
    return tuple(Changement(champ, old, new) for champ, old, new in pairs if old != new)
