"""An établissement with an address, whose letters are taken as the notifier takes them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

LYON = "0699001J"


class Avis:
    """`at(...)` sets the clock of everything; `taken()` is the notifier's call."""

    def __init__(self, world):
        self.world, self.now = world, datetime.now(UTC)

    def at(self, now):
        self.now = now
        state = self.world.app.state.application
        self.world.app.state.application = replace(state, clock=lambda: self.now)

    def later(self, **delta):
        self.at(self.now + timedelta(**delta))

    async def taken(self, *finies):
        body = {"finies": list(finies)}
        answer = await self.world.client.post("/api/avis", json=body, headers=self.world.notifier._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["lettres"]

    async def facts(self, uai=LYON):
        rows = await self.world.pool.fetch("SELECT sorte FROM avis WHERE uai = $1 ORDER BY id", uai)
        return [row["sorte"] for row in rows]

    async def rythme(self, rythme):
        answer = await self.world.browser("chef").post(f"/avis/{LYON}", {"rythme": rythme})
        assert answer.status_code == 303, answer.text

    async def address(self, courriel="lycee@ac-exemple.invalid", uai=LYON):
        await self.world.pool.execute(
            "INSERT INTO coordonnees_etablissement (uai, courriel, version, par, le) VALUES ($1, $2, 1, 'x', now())",
            uai,
            courriel,
        )

    async def convoked(self, numero="100", mission=None):
        answer = await self.world.chef.convoque(mission or self.world.hg, numero)
        assert answer.status_code == 201, answer.text
        return answer.json()["convocations"][0]["convocation_id"]

    async def prevented(self, convocation):
        path = f"/convocations/{convocation}/empechement"
        form = {"version": "1", "motif": "Raison de santé"}
        answer = await self.world.browser("intervenant").post(path, form)
        assert answer.status_code == 303, answer.text

    async def all_told(self):
        """What the opening itself brought is behind."""
        await self.world.pool.execute("DELETE FROM avis")


def sent(letter, sort="ENVOYEE", motif=None):
    """What the notifier answers about a letter."""
    return {"id": letter["id"], "sort": sort, "motif": motif}


@pytest_asyncio.fixture(loop_scope="session")
async def avis(open_world):
    one = Avis(open_world)
    await one.address()
    await one.all_told()
    return one


@pytest.fixture
def avis_of():
    """`avis_of(world)`: where nothing is prepared."""
    return Avis


@pytest.fixture
def told():
    return sent
