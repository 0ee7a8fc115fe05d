"""Warnings before convoking: told, never blocking (K.e, K.g); who overrides them is remembered with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from convocation.annuaire.domain import Intervenant
from convocation.convocations.domain import Convocation
from convocation.convocations.qualite import Qualite
from convocation.exigences.profils import ProfilsRequis, profils_manquants
from convocation.missions.domain import Mission, MissionType


@dataclass(frozen=True, slots=True)
class Occupation:
    """A person is convoked on another mission of the académie that very day; the day before or after is no conflict."""

    numero: str
    nom: str
    jour: date
    mission: str


@dataclass(frozen=True, slots=True)
class Avertissement:
    """`type` is what programs test; `details` say whom or what it is about."""

    type: str
    phrase: str
    details: tuple[str, ...] = ()

    @property
    def cles(self) -> tuple[str, ...]:
        """What has been read once it was shown: about fewer people or profiles nothing is new, about others it is."""
        return tuple(f"{self.type}|{detail}" for detail in self.details) or (self.type,)


def conflits(occupations: Sequence[Occupation]) -> list[Avertissement]:
    """The warning of days that are taken already, where there are any."""
    if not occupations:
        return []
    details = tuple(f"{one.nom} : {one.jour:%d/%m/%Y}, {one.mission}" for one in occupations)
    phrase = "Déjà convoqué ce jour-là sur une autre mission de l’académie."
    return [Avertissement("deja-convoque-ce-jour", phrase, details)]


def sur_les_personnes(personnes: Sequence[Intervenant], dates: Sequence[date]) -> list[Avertissement]:
    """What the directory says of who is about to be convoked; why somebody is unavailable is not told."""
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


def avertissements(
    mission: Mission,
    actives: Sequence[Convocation],
    *,
    requis: ProfilsRequis,
    signee: bool,
    occupations: Sequence[Occupation],
) -> list[Avertissement]:
    """`actives`: all convocations of the mission that hold, the new ones too."""
    found = conflits(occupations)
    manquants = profils_manquants(requis, [convocation.profil for convocation in actives])
    if manquants:
        phrase = "Profil manquant : cette mission demande aussi les profils suivants."
        found.append(Avertissement("profil-manquant", phrase, tuple(manquants)))
    if not signee:
        phrase = "Le chef d’établissement n’a pas encore renseigné sa signature : la convocation n’en portera pas."
        found.append(Avertissement("signature-absente", phrase))
    correction = mission.type is MissionType.CORRECTION
    if correction and not any(one.qualite.qualite is Qualite.COORDINATEUR for one in actives):
        found.append(Avertissement("aucun-coordinateur", "Aucun coordinateur n’est convoqué sur cette mission."))
    return found
