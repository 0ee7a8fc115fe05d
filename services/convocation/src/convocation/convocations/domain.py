"""Convoking (R25–R41), changing (R44) and cancelling (R45): pure decisions on one mission and its people.

A convocation is never deleted: cancelled, it keeps its line; convoking again takes the next version.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from convocation.annuaire.domain import Intervenant
from convocation.commun.refus import entier
from convocation.convocations.refus import (
    ConvocationAnnulee,
    DateInvraisemblable,
    DatePassee,
    DejaConvoque,
    IntervenantInactif,
    IntervenantInconnu,
    MissionDateNotChosen,
    MissionSansCandidat,
    MotifAbsent,
    PersonneChoisie,
    QualiteInconnue,
    QualiteSansObjet,
)
from convocation.exigences.domain import ProfilsRequis, profil_couvert
from convocation.missions.domain import Mission, MissionType
from convocation.ouvertures.refus import ServiceFerme
from francais.textes import fins_de_ligne

_ANNEES = range(2000, 2100)  # « 27 » typed as a year is the year 0027, and browsers accept it


class Qualite(StrEnum):
    """R33."""

    COORDINATEUR = "COORDINATEUR"
    COORDINATEUR_ADJOINT = "COORDINATEUR_ADJOINT"
    CORRECTEUR = "CORRECTEUR"
    CORRECTEUR_SUPPLEANT = "CORRECTEUR_SUPPLEANT"


class QualiteRetenue(NamedTuple):
    """The qualité of a convocation, and whether it is the default (R34, K.c). None for a numérisation (R52)."""

    qualite: Qualite | None
    par_defaut: bool

    @property
    def libelle(self) -> str | None:
        if self.qualite is None:
            return None
        return LIBELLE_PAR_DEFAUT if self.par_defaut else LIBELLES[self.qualite]


LIBELLE_PAR_DEFAUT = "Correcteur Santorin"
LIBELLES = {
    Qualite.COORDINATEUR: "Coordinateur",
    Qualite.COORDINATEUR_ADJOINT: "Coordinateur adjoint",
    Qualite.CORRECTEUR: "Correcteur",
    Qualite.CORRECTEUR_SUPPLEANT: "Correcteur suppléant",
}


def retenir(mission: MissionType, choisie: str | None) -> QualiteRetenue:
    """What was chosen, or the default. Raises QualiteSansObjet (R52) or QualiteInconnue (R33)."""
    if mission is MissionType.NUMERISATION:
        if choisie:
            raise QualiteSansObjet
        return QualiteRetenue(None, par_defaut=False)
    if not choisie:
        return QualiteRetenue(Qualite.CORRECTEUR, par_defaut=True)
    if choisie not in Qualite.__members__:
        raise QualiteInconnue
    return QualiteRetenue(Qualite(choisie), par_defaut=False)


def libelle_qualite(qualite: str | None, *, par_defaut: bool) -> str | None:
    """The words for a qualité as it is stored; None for a numérisation (R52)."""
    return QualiteRetenue(Qualite(qualite) if qualite else None, par_defaut).libelle


class NatureVersion(StrEnum):
    """What one version of a convocation tells."""

    CONVOCATION = "CONVOCATION"
    MODIFICATION = "MODIFICATION"
    ANNULATION = "ANNULATION"


@dataclass(frozen=True, slots=True)
class Saisie:
    """What is entered in « Détails de l'affectation »: qualité (R32), date(s) (R37, R39), observation (R40).

    `qualites`: by number, for whom it is another one than `qualite`.
    """

    qualite: str | None
    dates: tuple[date, ...]
    observation: str
    qualites: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Convocation:
    """The state of a person's convocation on a mission. `profil`: the required profile covered (R47)."""

    numero: str
    qualite: QualiteRetenue
    profil: str | None
    dates: tuple[date, ...]
    observation: str
    nature: NatureVersion
    version: int
    motif: str | None = None

    @property
    def active(self) -> bool:
        return self.nature is not NatureVersion.ANNULATION


def convoquer(
    mission: Mission,
    *,
    ouvert: bool,
    numeros: Sequence[str],
    annuaire: Mapping[str, Intervenant],
    existantes: Mapping[str, Convocation],
    saisie: Saisie,
    requis: ProfilsRequis,
    aujourdhui: date,
) -> list[Convocation]:
    """All of the list or none of it. Raises a Refus that names the numbers it is about.

    `annuaire` and `existantes` hold what there is of `numeros`; `aujourdhui`: the académie's day.
    """
    _peut_convoquer(mission, ouvert=ouvert)
    if not numeros or len(set(numeros)) != len(numeros):
        raise PersonneChoisie
    _refuser(IntervenantInconnu, [n for n in numeros if n not in annuaire or annuaire[n].academie != mission.academie])
    _refuser(IntervenantInactif, [n for n in numeros if not annuaire[n].actif])
    _refuser(DejaConvoque, [n for n in numeros if n in existantes and existantes[n].active])
    dates, observation = _dates(saisie, aujourdhui), entier(saisie.observation, "observation")
    return [
        Convocation(
            numero=numero,
            qualite=retenir(mission.type, saisie.qualites.get(numero, saisie.qualite)),
            profil=profil_couvert(requis, annuaire[numero].disciplines, annuaire[numero].profils),
            dates=dates,
            observation=observation,
            nature=NatureVersion.CONVOCATION,
            version=existantes[numero].version + 1 if numero in existantes else 1,
        )
        for numero in numeros
    ]


def modifier(
    convocation: Convocation, mission: Mission, *, ouvert: bool, saisie: Saisie, aujourdhui: date
) -> Convocation:
    """The next version; the same object when nothing changed (then nothing is sent). A past date may stay."""
    _service_ouvert(ouvert=ouvert)
    if not convocation.active:
        raise ConvocationAnnulee
    qualite, dates = retenir(mission.type, saisie.qualite), _dates(saisie, aujourdhui, convocation.dates)
    held = replace(convocation, observation=fins_de_ligne(convocation.observation))  # kept as it came, once
    alike = replace(held, qualite=qualite, dates=dates, observation=entier(saisie.observation, "observation"))
    if alike == held:
        return convocation
    return replace(alike, nature=NatureVersion.MODIFICATION, version=convocation.version + 1)


def reemettre(convocation: Convocation, *, ouvert: bool) -> Convocation:
    """The same at the next version, whose document is made anew. Raises ServiceFerme, ConvocationAnnulee."""
    _service_ouvert(ouvert=ouvert)
    if not convocation.active:
        raise ConvocationAnnulee
    return replace(convocation, nature=NatureVersion.MODIFICATION, version=convocation.version + 1)


def annuler(convocation: Convocation, *, ouvert: bool, motif: str) -> Convocation:
    """Cancelled at the next version, with the reason the person will read."""
    _service_ouvert(ouvert=ouvert)
    if not convocation.active:
        raise ConvocationAnnulee
    if not motif.strip():
        raise MotifAbsent
    kept = entier(motif.strip(), "motif")
    return replace(convocation, nature=NatureVersion.ANNULATION, motif=kept, version=convocation.version + 1)


def _peut_convoquer(mission: Mission, *, ouvert: bool) -> None:
    _service_ouvert(ouvert=ouvert)
    if mission.sans_candidat:
        raise MissionSansCandidat


def _service_ouvert(*, ouvert: bool) -> None:
    if not ouvert:
        raise ServiceFerme


def _dates(saisie: Saisie, aujourdhui: date, tenues: Collection[date] = ()) -> tuple[date, ...]:
    """`tenues`: those that the convocation has already."""
    if not saisie.dates:
        raise MissionDateNotChosen
    if any(day.year not in _ANNEES for day in saisie.dates):
        raise DateInvraisemblable
    dates = tuple(sorted(set(saisie.dates)))
    if passees := [day for day in dates if day < aujourdhui and day not in tenues]:
        raise DatePassee(passees)
    return dates


def _refuser(refus: type[Exception], numeros: Collection[str]) -> None:
    if numeros:
        raise refus(numeros)
