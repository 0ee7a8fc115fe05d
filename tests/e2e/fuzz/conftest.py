"""The running product with two lycées whose people have convoked, who may ask it, and what its databases hold."""

import json
import re
import shutil
import tempfile
from collections import defaultdict
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import asyncpg
import pytest_asyncio
from rich.progress import Progress

from acces.acteur import Acteur, Role
from acces.session import cookie_name
from imagin_dev.cyclades import sample
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import ADMINISTRATEUR, People, chef, gestionnaire
from imagin_dev.demo.provider import DemoProvider
from imagin_dev.stack import Stack
from santorin_bridge.operations import verifier

MUCH, SECRET, VALUES_EACH = "100000", "secret-of-the-tests", 6
UNLIMITED = {
    f"{service}_{rate}": MUCH
    for service, rates in {
        "CONVOCATION": ("SEARCH_BURST", "DOCUMENT_BURST", "STRANGER_BURST", "PEOPLE_PER_HOUR"),
        "MISSION_IMPORT": ("SEARCH_BURST", "FILE_BURST"),
        "SANTORIN_BRIDGE": ("TOKEN_REQUESTS_BURST", "API_REQUESTS_BURST"),
    }.items()
    for rate in rates
}
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'uuid', 'character varying', 'integer', 'date', 'bigint')
"""
ALIASES = {"intervenant_id": "id", "une": "id", "autre": "id", "intervenant": "numero", "intervenants": "numero"}
TYPED = {
    "adresse": {"nation", "10"},
    "client_id": {"santorin"},
    "client_secret": {SECRET},
    "cle": {"k"},
    "dates": {"2030-03-05"},
    "genre": {"fim"},
    "grant_type": {"client_credentials"},
    "page": {"1", "2"},
    "par": {"academie", "etablissement", "mission"},
    "role": {role.value for role in Role},
}
"""What is no column by its name, and makes requests that are understood."""


class Product:
    def __init__(self, stack, people):
        self.stack, self._people = stack, people
        uai, academie = next(iter(people.etablissements.items()))
        someone = next(one for one in people.by_academie[academie] if one.uai == uai)
        acteurs = [
            ADMINISTRATEUR,
            gestionnaire(academie),
            chef(uai, academie),
            Acteur(someone.numero, Role.INTERVENANT, someone.nom),
            Acteur("santorin", Role.SANTORIN),
            Acteur("santorin-bridge", Role.PONT),
            Acteur("notifier", Role.NOTIFIER),
            Acteur("imagin", Role.EXPLOITATION),
            *(Acteur(role.value, role, "Essai", frozenset({uai})) for role in Role if role.name.startswith("DELEGUE")),
        ]
        self._chef = chef(uai, academie)
        self.credentials = {one.role.value: {"Authorization": f"Bearer {stack.token(one)}"} for one in acteurs}

    async def reopen(self):
        """Some cases close the service or sign out, and then nobody gets past that."""
        self.credentials["session"] = {"Cookie": f"{cookie_name(secure=False)}={await self.stack.session(self._chef)}"}
        await scenario.prepare(self.stack, People({}, {}), [sample.closings()[0].state.session])

    def _links(self):
        mails = sorted(self.stack.mail_dir.glob("*.eml"))[:VALUES_EACH]
        texts = [message_from_bytes(one.read_bytes(), policy=default).get_body(("plain",)) for one in mails]
        return [token for text in texts for token in re.findall(r"/lien/(\S+)", text.get_content())]

    async def known(self):
        """A few values of each column of the four databases, as text, by the column's name; tokens are mails' links."""
        found = defaultdict(set)
        for url in self.stack.databases.values():
            connection = await asyncpg.connect(url)
            for table, column in await connection.fetch(COLUMNS):
                query = f'SELECT DISTINCT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY 1'
                rows = await connection.fetch(f"{query} LIMIT {VALUES_EACH}")
                found[column] |= {row[0] for row in rows}
            await connection.close()
        names = {name: sorted(values | TYPED.get(name, set())) for name, values in found.items() if values}
        names["token"] = self._links()
        typed = {name: sorted(values) for name, values in TYPED.items()}
        return typed | names | {name: names[column] for name, column in ALIASES.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def product():
    folder = Path(tempfile.mkdtemp(prefix="imagin-fuzz-"))
    closings = sample.closings()[:2]
    people = People.of(closings)
    settings = UNLIMITED | {"SANTORIN_BRIDGE_CLIENTS": json.dumps({"santorin": [verifier(SECRET)]})}
    provider = DemoProvider(folder, people)
    async with provider, Stack(folder, given=False, settings=settings | provider.settings) as stack:
        await scenario.close_registration(stack, closings)
        await scenario.prepare(stack, people, [closings[0].state.session])
        with Progress(disable=True) as bars:
            await scenario.play(stack, people, bars)
        yield Product(stack, people)
    shutil.rmtree(folder, ignore_errors=True)
