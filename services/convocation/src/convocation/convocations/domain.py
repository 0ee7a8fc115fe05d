"""Convoking (R25–R41), changing (R44) and cancelling (R45): pure decisions on one mission and its people.

A convocation is never deleted: cancelled, it keeps its line; convoking again takes the next version.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from convocation.annuaire.domain import Intervenant
from convocation.convocations.qualite import QualiteRetenue, retenir
from convocation.convocations.refus import (
    ConvocationAnnulee,
    DateInvraisemblable,
    DejaConvoque,
    IntervenantInactif,
    IntervenantInconnu,
    MissionDateNotChosen,
    MissionSansCandidat,
    MotifAbsent,
    PersonneChoisie,
)
from convocation.exigences.profils import ProfilsRequis, profil_couvert
from convocation.missions.domain import Mission
from convocation.ouvertures.refus import ServiceFerme

_ANNEES = range(2000, 2100)
"""Who types « 27 » as a year has typed the year 0027, and browsers take it."""


class Nature(StrEnum):
    """What one version of a convocation tells."""

    CONVOCATION = "CONVOCATION"
    MODIFICATION = "MODIFICATION"
    ANNULATION = "ANNULATION"


@dataclass(frozen=True, slots=True)
class Saisie:
    """What is entered in « Détails de l'affectation »: qualité (R32), date(s) (R37, R39), observation (R40)."""

    qualite: str | None
    dates: tuple[date, ...]
    observation: str


@dataclass(frozen=True, slots=True)
class Convocation:
    """The state of a person's convocation on a mission. `profil`: the required profile covered (R47)."""

    numero: str
    qualite: QualiteRetenue
    profil: str | None
    dates: tuple[date, ...]
    observation: str
    nature: Nature
    version: int
    motif: str | None = None

    @property
    def active(self) -> bool:
        return self.nature is not Nature.ANNULATION


def convoquer(
    mission: Mission,
    *,
    ouvert: bool,
    numeros: Sequence[str],
    annuaire: Mapping[str, Intervenant],
    existantes: Mapping[str, Convocation],
    saisie: Saisie,
    requis: ProfilsRequis,
) -> list[Convocation]:
    """All of the list or none of it. Raises a Refus that names the numbers it is about.

    `annuaire` and `existantes` hold what there is of `numeros`.
    """
    _peut_convoquer(mission, ouvert=ouvert)
    if not numeros or len(set(numeros)) != len(numeros):
        raise PersonneChoisie
    _refuser(IntervenantInconnu, [n for n in numeros if n not in annuaire or annuaire[n].academie != mission.academie])
    _refuser(IntervenantInactif, [n for n in numeros if not annuaire[n].actif])
    _refuser(DejaConvoque, [n for n in numeros if n in existantes and existantes[n].active])
    qualite = retenir(mission.type, saisie.qualite)
    dates = _dates(saisie)
    return [
        Convocation(
            numero=numero,
            qualite=qualite,
            profil=profil_couvert(requis, annuaire[numero].disciplines, annuaire[numero].profils),
            dates=dates,
            observation=saisie.observation,
            nature=Nature.CONVOCATION,
            version=existantes[numero].version + 1 if numero in existantes else 1,
        )
        for numero in numeros
    ]


def modifier(convocation: Convocation, mission: Mission, *, ouvert: bool, saisie: Saisie) -> Convocation:
    """The next version; the same object when nothing changed (then nothing is sent)."""
    _service_ouvert(ouvert=ouvert)
    if not convocation.active:
        raise ConvocationAnnulee
    qualite, dates = retenir(mission.type, saisie.qualite), _dates(saisie)
    alike = replace(convocation, qualite=qualite, dates=dates, observation=saisie.observation)
    if alike == convocation:
        return convocation
    return replace(alike, nature=Nature.MODIFICATION, version=convocation.version + 1)


def annuler(convocation: Convocation, *, ouvert: bool, motif: str) -> Convocation:
    """Cancelled at the next version, with the reason the person will read."""
    _service_ouvert(ouvert=ouvert)
    if not convocation.active:
        raise ConvocationAnnulee
    if not motif.strip():
        raise MotifAbsent
    return replace(convocation, nature=Nature.ANNULATION, motif=motif.strip(), version=convocation.version + 1)


def _peut_convoquer(mission: Mission, *, ouvert: bool) -> None:
    _service_ouvert(ouvert=ouvert)
    if mission.sans_candidat:
        raise MissionSansCandidat


def _service_ouvert(*, ouvert: bool) -> None:
    if not ouvert:
        raise ServiceFerme


def _dates(saisie: Saisie) -> tuple[date, ...]:
    if not saisie.dates:
        raise MissionDateNotChosen
    if any(day.year not in _ANNEES for day in saisie.dates):
        raise DateInvraisemblable
    return tuple(sorted(set(saisie.dates)))


def _refuser(refus: type[Exception], numeros: Collection[str]) -> None:
    if numeros:
        raise refus(numeros)
