"""What there is to look at before convoking: on the people, on their days, on the mission (0018). Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from convocation.annuaire.domain import Intervenant
from convocation.avertissements.domain import Avertissement, Calendrier, Lieu, sur_les_jours
from convocation.convocations.domain import Convocation, Qualite, Saisie, convoquer
from convocation.exigences.domain import ProfilsRequis, profils_manquants
from convocation.missions.domain import Mission, MissionType
from francais.imprimable import illisibles, omis


class APourvoir(NamedTuple):
    """A mission, its rule, whose teachers correct its épreuve, and whether its convocations will be signed."""

    mission: Mission
    requis: ProfilsRequis
    conseillees: list[str]
    signee: bool


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
    found = sur_les_jours(connu.calendrier, dates, lieu, mission.session, connu.aujourdhui, mission.periode)
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
    return found + (_sur_les_coordinateurs(actives, nouvelles) if correction else [])


def _sur_les_coordinateurs(actives: Sequence[Convocation], nouvelles: Sequence[Convocation]) -> list[Avertissement]:
    """None is told of each time; a second one when it comes."""
    coordinateurs = [one for one in actives if one.qualite.qualite is Qualite.COORDINATEUR]
    if not coordinateurs:
        return [Avertissement("aucun-coordinateur", "Aucun coordinateur n’est convoqué sur cette mission.")]
    if len(coordinateurs) > 1 and any(one in nouvelles for one in coordinateurs):
        return [
            Avertissement("plusieurs-coordinateurs", "Plusieurs coordinateurs seraient convoqués sur cette mission.")
        ]
    return []
