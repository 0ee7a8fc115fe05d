"""The open service, and the page of reminders as a browser posts it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest_asyncio

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
SESSION = "2020-E3C1"


class Rappels:
    """`page.ticked`, `page.hidden` are of the last page that was shown; `at` sets the clock."""

    def __init__(self, world, who="gestionnaire"):
        self.world, self.browser, self.query = world, world.browser(who), ""
        self.now = datetime.now(UTC)

    def later(self, **delta):
        self.now += timedelta(**delta)
        state = self.world.app.state.application
        self.world.app.state.application = replace(state, clock=lambda: self.now)

    async def opened(self, query="motif=RIEN"):
        self.query = query
        return self._read(await self.browser.get(f"/rappels?{query}"))

    async def press(self, action, **changes):
        """A button of the page that is shown; `choix`, `texte` and others as a person leaves them."""
        form = {**self.hidden, "choix": self.ticked, "action": action} | changes
        answer = await self.browser.post(f"/rappels?{self.query}", form)
        if answer.status_code != 303:
            self._read(answer)
        return answer

    async def written(self, **changes):
        """From the list to the text."""
        answer = await self.press("apercu", **changes)
        assert answer.status_code == 200, answer.text
        return answer

    def _read(self, answer):
        self.text = unescape(" ".join(answer.text.split()))
        self.status = answer.status_code
        forms = re.findall(r'<form method="post" action="/rappels\?([^"]*)"', answer.text)
        self.query = unescape(forms[-1]) if forms else self.query
        inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text)
        ours = {"ailleurs", "marques", "page", "cle"}
        self.hidden = {name: unescape(value) for name, value in inputs if name in ours}
        areas = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", answer.text, re.DOTALL)
        if areas:
            self.hidden["texte"] = unescape(areas[0])
        boxes = re.findall(r'<input type="checkbox" name="choix" value="(\w+)"[^>]*?( checked)?>', answer.text)
        self.ticked = [uai for uai, checked in boxes if checked]
        self.boxes = [uai for uai, _ in boxes]
        return self

    async def sent(self, query="motif=RIEN", **changes):
        """The whole story: the list as it is proposed, the text as it is proposed."""
        await self.opened(query)
        await self.written(**changes)
        answer = await self.press("envoyer")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def rows(self):
        found = await self.world.pool.fetch("SELECT uai, motif, rang, texte, par_nom FROM rappel ORDER BY id")
        return [tuple(row) for row in found]

    async def reminded(self):
        return [(row[0], row[1], row[2]) for row in await self.rows()]

    async def address(self, uai=LYON):
        await self.world.pool.execute(
            "INSERT INTO coordonnees_etablissement (uai, courriel, version, par, le)"
            " VALUES ($1, 'lycee@ac-exemple.invalid', 1, 'x', now())",
            uai,
        )

    async def letters(self, *finies):
        headers = self.world.notifier._headers
        answer = await self.world.client.post("/api/avis", json={"finies": list(finies)}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["lettres"]


@pytest_asyncio.fixture(loop_scope="session")
async def rappels(open_world):
    await open_world.pool.execute("DELETE FROM avis")
    return Rappels(open_world)


@pytest_asyncio.fixture(loop_scope="session")
async def rappels_of(open_world):
    """`rappels_of(name)`: another acteur's."""
    return lambda name: Rappels(open_world, name)
