"""Convoking (R25–R41), changing (R44) and cancelling (R45): pure decisions on one mission and its people.

A convocation is never deleted: cancelled, it keeps its line; convoking again takes the next version.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from convocation.annuaire.domain import Intervenant
from convocation.avertissements.domain import Avertissement, Calendrier, Lieu, sur_les_jours
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
from convocation.exigences.domain import ProfilsRequis, profil_couvert, profils_manquants
from convocation.missions.domain import Mission, MissionType
from convocation.ouvertures.refus import ServiceFerme
from francais.imprimable import illisibles, omis
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
        return "Correcteur Santorin" if self.par_defaut else LIBELLES[self.qualite]


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


@dataclass(frozen=True, slots=True)
class Occupation:
    """A person is convoked on a mission of the académie that very day; the day before or after is no conflict."""

    numero: str
    nom: str
    jour: date
    mission_id: UUID
    mission: str


def conflits(occupations: Sequence[Occupation]) -> list[Avertissement]:
    """The warning of days that are taken already, where there are any."""
    if not occupations:
        return []
    details = tuple(f"{one.nom} : {one.jour:%d/%m/%Y}, {one.mission}" for one in occupations)
    phrase = "Déjà convoqué ce jour-là sur une autre mission de l’académie."
    return [Avertissement("deja-convoque-ce-jour", phrase, details)]


def sur_les_personnes(personnes: Sequence[Intervenant], dates: Sequence[date]) -> list[Avertissement]:
    """What the directory says of the people to convoke; not why somebody is unavailable."""
    absents = [(one, day) for one in personnes for day in one.absent(dates)]
    stagiaires = [one for one in personnes if one.stagiaire]
    found = []
    if absents:
        details = tuple(f"{one.nom} {one.prenom} : {day:%d/%m/%Y}" for one, day in absents)
        found.append(Avertissement("indisponible", "Indisponible ce jour-là, selon le rectorat.", details))
    if stagiaires:
        details = tuple(f"{one.nom} {one.prenom}" for one in stagiaires)
        found.append(Avertissement("stagiaire", "Enseignant stagiaire.", details))
    return found


def sur_la_discipline(
    personnes: Sequence[Intervenant], nouvelles: Sequence[Convocation], conseillees: Collection[str]
) -> list[Avertissement]:
    """Who teaches none of the épreuve's disciplines and covers none of its profiles; nobody where it has none."""
    couvrent = {one.numero for one in nouvelles if one.profil}
    autres = [one for one in personnes if one.numero not in couvrent and not {*one.disciplines} & {*conseillees}]
    if not conseillees or not autres:
        return []
    details = tuple(f"{one.nom} {one.prenom}" for one in autres)
    return [Avertissement("autre-discipline", "D’une autre discipline que celle de l’épreuve.", details)]


def sur_l_observation(observation: str) -> list[Avertissement]:
    """What its PDF would not show."""
    perdus = (*omis(observation), *illisibles(observation))
    phrase = "Ces signes de l’observation ne seront pas sur la convocation imprimée."
    return [Avertissement("signes-non-imprimes", phrase, perdus)] if perdus else []


@dataclass(frozen=True, slots=True)
class Connu:
    """What there is of a mission and its people, to judge by what is entered.

    `annuaire` by number; `existantes`: the mission's convocations by number; `occupations`: of these people, anywhere.
    `disciplines`: whose teachers correct the épreuve; `aujourdhui`: the académie's day.
    """

    annuaire: Mapping[str, Intervenant]
    existantes: Mapping[str, Convocation]
    requis: ProfilsRequis
    disciplines: Collection[str]
    signee: bool
    ouvert: bool
    aujourdhui: date
    calendrier: Calendrier
    occupations: Sequence[Occupation] = ()


def examiner(
    mission: Mission, numeros: Sequence[str], saisie: Saisie, connu: Connu
) -> tuple[list[Convocation], list[Avertissement]]:
    """What convoking would make, and what to look at before. Raises a Refus."""
    nouvelles = convoquer(
        mission,
        ouvert=connu.ouvert,
        numeros=numeros,
        annuaire=connu.annuaire,
        existantes=connu.existantes,
        saisie=saisie,
        requis=connu.requis,
        aujourdhui=connu.aujourdhui,
    )
    dates, people = nouvelles[0].dates, [connu.annuaire[numero] for numero in numeros]
    lieu = Lieu(mission.academie, mission.uai)
    found = sur_les_jours(connu.calendrier, dates, lieu, mission.session, connu.aujourdhui)
    found += sur_l_observation(saisie.observation) + sur_les_personnes(people, dates)
    if mission.type is MissionType.CORRECTION:
        found += sur_la_discipline(people, nouvelles, connu.disciplines)
    return nouvelles, found + sur_la_mission(mission, connu, nouvelles)


def sur_la_mission(mission: Mission, connu: Connu, nouvelles: Sequence[Convocation] = ()) -> list[Avertissement]:
    """What to look at on the mission, once `nouvelles` are convoked too."""
    jours = {(one.numero, day) for one in nouvelles for day in one.dates}
    found = conflits(
        [one for one in connu.occupations if one.mission_id != mission.mission_id and (one.numero, one.jour) in jours]
    )
    if mission.sans_candidat:  # nobody is to be convoked on it
        return found
    actives = [one for one in connu.existantes.values() if one.active] + list(nouvelles)
    correction = mission.type is MissionType.CORRECTION
    couverts = [convocation.profil for convocation in actives]
    manquants = profils_manquants(connu.requis, couverts) if correction else []
    if manquants:
        phrase = "Profil manquant : cette mission demande aussi les profils suivants."
        found.append(Avertissement("profil-manquant", phrase, tuple(manquants)))
    if not connu.signee:
        phrase = "Le chef d’établissement n’a pas encore renseigné sa signature : la convocation n’en portera pas."
        found.append(Avertissement("signature-absente", phrase))
    if correction and not any(one.qualite.qualite is Qualite.COORDINATEUR for one in actives):
        found.append(Avertissement("aucun-coordinateur", "Aucun coordinateur n’est convoqué sur cette mission."))
    return found
