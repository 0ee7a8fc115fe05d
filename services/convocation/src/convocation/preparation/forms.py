"""What was entered for the session, as it was typed: it is shown again when it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from starlette.datastructures import FormData

from convocation.convocations.domain import Saisie
from convocation.convocations.forms import MAX_PEOPLE, read_date
from convocation.convocations.refus import TropDePersonnes
from convocation.preparation.domain import Brouillon
from pages.forms import text, texts

MAX_FIELDS = 10_000
"""Of the whole form: three for each person that is shown."""


@dataclass(slots=True)
class Preparation:
    """`date`, `observation`: where a mission has none of its own. `lus`: warnings shown, « mission|clé »."""

    missions: dict[UUID, Brouillon]
    cle: str = ""
    action: str = ""
    date: str = ""
    observation: str = ""
    motif: str = ""
    lus: list[str] = field(default_factory=list)

    def saisie(self, mission_id: UUID) -> Saisie:
        """Of one mission. Raises DateIllisible, TropDePersonnes; the domain judges the rest."""
        one = self.missions[mission_id]
        day = one.date or self.date
        if len(one.coches) > MAX_PEOPLE:
            raise TropDePersonnes
        qualites = {numero: qualite for numero, qualite in one.qualites.items() if qualite and numero in one.coches}
        return Saisie(None, (read_date(day),) if day else (), one.observation or self.observation, qualites)

    def drafts(self) -> dict[UUID, Brouillon]:
        """What is kept of each mission: with the date and the observation that hold for it."""
        return {
            mission_id: replace(one, date=one.date or self.date, observation=one.observation or self.observation)
            for mission_id, one in self.missions.items()
        }

    def lus_of(self, mission_id: UUID) -> frozenset[str]:
        """The warnings of one mission that were shown."""
        return frozenset(cle for owner, _, cle in (one.partition("|") for one in self.lus) if owner == str(mission_id))


def read_preparation(form: FormData, mission_ids: Sequence[UUID]) -> Preparation:
    """What the form says of these missions, and of none that is another's."""
    return Preparation(
        {mission_id: _mission(form, mission_id) for mission_id in mission_ids},
        cle=text(form, "cle")[:100],
        action=text(form, "action"),
        date=text(form, "date"),
        observation=text(form, "observation"),
        motif=text(form, "motif"),
        lus=texts(form, "lus"),
    )


def _mission(form: FormData, mission_id: UUID) -> Brouillon:
    vus = list(dict.fromkeys(texts(form, f"vus-{mission_id}")))
    names = {numero: f"qualite-{mission_id}-{numero}" for numero in vus}
    qualites = {numero: _looked_up(form, name) for numero, name in names.items()}
    return Brouillon(
        date=text(form, f"date-{mission_id}"),
        vus=vus,
        coches=list(dict.fromkeys(texts(form, f"coches-{mission_id}")))[: MAX_PEOPLE + 1],
        qualites={numero: qualite for numero, qualite in qualites.items() if qualite},
        nom=text(form, f"nom-{mission_id}")[:100],
    )


def _looked_up(form: FormData, name: str) -> str:
    """As `text`, which reads through all fields: for each of thousands of people that holds the process up."""
    return text(FormData([(name, form[name])]), name) if name in form else ""
