"""A letter to an établissement, and convocation that gives it until it is told what became of it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from notifier.domain.lettre import Lettre, Point
from notifier.use_cases.deliver import Identity

PAGE = "https://imagin.invalid"
MISSION = "«\u00a0Histoire-géographie, voie générale\u00a0»"
SESSION = "2020-E3C1"
LETTRE = Lettre(
    id=UUID(int=1),
    uai="0699001J",
    le=datetime(2020, 2, 3, 6, tzinfo=UTC),
    courriel="ce.0699001j@ac-exemple.invalid",
    nom="LYCEE FICTIF",
    commune="LYON",
    page=f"{PAGE}/avis/0699001J",
    points=(
        Point(
            "Empêchements à traiter",
            f"Une personne convoquée pour {MISSION} signale un empêchement\u00a0: elle attend votre réponse.",
            f"{PAGE}/convocations/{UUID(int=7)}/empechement/traiter",
            SESSION,
        ),
        Point(
            "Empêchements à traiter",
            "Une personne convoquée pour «\u00a0Numérisation de copies\u00a0» signale un empêchement\u00a0:"
            " elle attend votre réponse.",
            f"{PAGE}/convocations/{UUID(int=8)}/empechement/traiter",
            SESSION,
        ),
        Point(
            "Refus de SANTORIN",
            f"SANTORIN refuse l’accès d’une personne convoquée pour {MISSION}.",
            f"{PAGE}/convocations/{UUID(int=9)}",
            SESSION,
        ),
    ),
)


class Convocation:
    """Gives each letter once, then again only when `died` says that ten minutes have gone."""

    def __init__(self, *waiting):
        self.waiting = {one.id: one for one in waiting}
        self.taken = set()
        self.told = []

    async def lettres(self, finies):
        for done in finies:
            self.told.append((done.sort, done.motif))
            self.waiting = {id_: one for id_, one in self.waiting.items() if id_ != done.id}
        free = [one for one in self.waiting.values() if one.id not in self.taken][:1]
        self.taken |= {one.id for one in free}
        return free

    def died(self):
        self.taken.clear()


@pytest.fixture(scope="session")
def lettre():
    return LETTRE


@pytest.fixture
def convocation():
    return Convocation


@pytest.fixture(scope="session")
def identity():
    return Identity("IMAG'IN <imagin@ac-exemple.invalid>", "ac-exemple.invalid")
