"""Acts on several convocations at once, and whom they meet on other missions. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from convocation.annuaire.domain import Intervenant
from convocation.convocations.domain import (
    Convocation,
    NatureVersion,
    Saisie,
    annuler,
    modifier,
    reemettre,
)
from convocation.convocations.examen import Occupation
from convocation.convocations.refus import IntervenantInactif, IntervenantInconnu, MissionSansCandidat
from convocation.missions.domain import Mission
from convocation.ouvertures.refus import ServiceFerme

DEFAIRE = timedelta(minutes=2)
"""As long as an act can be undone: until its mails leave (notifier's `settle_seconds`, by default)."""
MOTIF_DEFAIT = "Convocation enregistrée par erreur, et aussitôt retirée."


class ActeEnLot(StrEnum):
    """What is done to all that are ticked; the values are those of the buttons."""

    DATES = "dates"
    QUALITE = "qualite"
    OBSERVATION = "observation"
    ANNULER = "annuler"
    REMPLACER = "remplacer"
    RELANCER = "relancer"
    RENVOYER = "renvoyer"
    SIGNER = "signer"


LIBELLES_ACTES = {
    ActeEnLot.DATES: "Changer la date",
    ActeEnLot.QUALITE: "Changer la qualité",
    ActeEnLot.OBSERVATION: "Changer l’observation",
    ActeEnLot.ANNULER: "Supprimer",
    ActeEnLot.REMPLACER: "Remplacer",
    ActeEnLot.RELANCER: "Relancer",
    ActeEnLot.RENVOYER: "Renvoyer le mail",
    ActeEnLot.SIGNER: "Établir à nouveau, signée",
}
MAILS = {ActeEnLot.RELANCER, ActeEnLot.RENVOYER}
"""Acts that make no version: all of the lot in one transaction, and nothing to undo."""


@dataclass(frozen=True, slots=True)
class Changement:
    """What every convocation of the lot becomes; `acte` says which of the others counts."""

    acte: ActeEnLot
    dates: tuple[date, ...] = ()
    qualite: str | None = None
    observation: str = ""
    motif: str = ""

    def of(self, convocation: Convocation, mission: Mission, *, ouvert: bool, aujourdhui: date) -> Convocation:
        """The next version; the same object where nothing changes. Raises a Refus."""
        if self.acte in {ActeEnLot.ANNULER, ActeEnLot.REMPLACER}:
            return annuler(convocation, ouvert=ouvert, motif=self.motif)
        if self.acte is ActeEnLot.SIGNER:
            return reemettre(convocation, ouvert=ouvert)
        entered = saisie_of(convocation)
        changed = {
            ActeEnLot.DATES: replace(entered, dates=self.dates),
            ActeEnLot.QUALITE: replace(entered, qualite=self.qualite),
            ActeEnLot.OBSERVATION: replace(entered, observation=self.observation),
        }
        return modifier(convocation, mission, ouvert=ouvert, saisie=changed[self.acte], aujourdhui=aujourdhui)


@dataclass(frozen=True, slots=True)
class Retour:
    """Each convocation of a mission as it was before, by number; cancelled where it was not, or not valid.

    `annuaire`: the entries of these people as they are now.
    """

    avant: Mapping[str, Convocation]
    annuaire: Mapping[str, Intervenant]

    def of(
        self,
        convocation: Convocation,
        mission: Mission,
        *,
        ouvert: bool,
        aujourdhui: date,  # noqa: ARG002  # as in Change: a day of before may be past by now
    ) -> Convocation:
        """The next version. Raises ServiceFerme, and what keeps somebody from being convoked anew."""
        avant = self.avant.get(convocation.numero)
        if avant is None or not avant.active:
            return annuler(convocation, ouvert=ouvert, motif=MOTIF_DEFAIT)
        if not ouvert:
            raise ServiceFerme
        if not convocation.active:
            self._peut_revenir(convocation.numero, mission)
        nature = NatureVersion.MODIFICATION if convocation.active else NatureVersion.CONVOCATION
        return replace(avant, nature=nature, version=convocation.version + 1, motif=None)

    def _peut_revenir(self, numero: str, mission: Mission) -> None:
        """As for a first convocation: candidats, directory or académie may have changed since."""
        if mission.sans_candidat:
            raise MissionSansCandidat
        person = self.annuaire.get(numero)
        if person is None or person.academie != mission.academie:
            raise IntervenantInconnu([numero])
        if not person.actif:
            raise IntervenantInactif([numero])


class Observee(Protocol):
    """A convocation with its observation."""

    @property
    def observation(self) -> str: ...


def saisie_of(convocation: Convocation) -> Saisie:
    """What was entered for it."""
    held = convocation.qualite
    chosen = None if held.par_defaut or held.qualite is None else held.qualite.value
    return Saisie(chosen, convocation.dates, convocation.observation)


def common_observation(rows: Iterable[Observee]) -> str:
    """What all of them say; nothing where they differ."""
    said = {row.observation for row in rows}
    return said.pop() if len(said) == 1 else ""


def meetings(
    lot: Sequence[tuple[str, UUID]], elsewhere: Sequence[Occupation], moved: Sequence[Occupation]
) -> list[Occupation]:
    """Who of the lot (number, mission) is convoked twice a day once it has moved.

    `elsewhere`: where they are convoked today; those of the lot itself leave. `moved`: where the lot will be.
    """
    leaving, seen, found = set(lot), set[tuple[str, date]](), []
    found = [one for one in elsewhere if (one.numero, one.mission_id) not in leaving]
    for one in moved:
        if (one.numero, one.jour) in seen:
            found.append(one)
        seen.add((one.numero, one.jour))
    return found
