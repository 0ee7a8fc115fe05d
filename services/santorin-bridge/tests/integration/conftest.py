"""The bridge on a real database: what it is told, what it would send, what it answers."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import UUID, uuid5

import httpx2
import pytest_asyncio

from acces.acteur import Acteur, Role
from acces.jetons import ISSUERS, create_keys
from chassis.cloudevents import Cause, Event
from chassis.database import create_pool
from chassis.guard import Outcome, guard
from chassis.service import Runtime
from event_schemas.acces import Acces
from event_schemas.catalogue import ACCES, HABILITATION
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from santorin_bridge.handlers.accuses import TellAccesOnAccuse
from santorin_bridge.handlers.convocations import GrantOrRevokeOnConvocationEvents
from santorin_bridge.main import build
from santorin_bridge.publishing import DirtyHabilitations
from santorin_bridge.settings import Settings
from testkit import jetons
from testkit.openapi import Conforms

KEYS = json.dumps(create_keys())


class Bridge:
    """`now` is the bridge's clock; `freshness.as_of` what it knows of convocation's topic."""

    def __init__(self, url, pool):
        settings = Settings(
            database_url=url,
            kafka_bootstrap="unused:1",
            signing_keys=KEYS,
            issuers=jetons.sources(),
            convocation_url="http://convocation.test",
        )
        self.app = build(Runtime(settings, pool, SimpleNamespace(wake=lambda: None))).app
        self.pool, self.client = pool, None
        self.source = DirtyHabilitations()
        self.sent = []
        self.now = datetime.now(UTC)
        self.app.state.application = replace(self.app.state.application, clock=lambda: self.now)
        self.freshness = self.app.state.application.freshness
        self.freshness.as_of = self.now

    @staticmethod
    def convocation(numero, version, *, active=True, qualite="CORRECTEUR", mission=1, academie="10", dates=None):
        """The state of the convocation of person `numero` on the mission of that number."""
        reference = MissionRef(
            mission_id=UUID(int=mission),
            session="2020-E3C1",
            type="CORRECTION",
            voie="GENERALE",
            code="HG",
            libelle="Histoire-géographie",
            uai="0699001J",
            academie=academie,
        )
        return Convocation.create(
            convocation_id=uuid5(UUID(int=mission), numero),
            version=version,
            status="ACTIVE" if active else "CANCELLED",
            intervenant=IntervenantRef(numero=numero, nom="NOM", prenom="Prénom", uai="0699001J"),
            mission=reference,
            qualite=qualite,
            qualite_par_defaut=True,
            profil=None,
            dates=dates or [date(2020, 3, 5)],
        )

    async def apply(self, *states):
        """As the consumer does: guard, then apply what it lets through."""
        async with self.applying(*states):
            pass

    def applying(self, *states):
        """A context in which their rights are written and not committed yet."""
        return self._taking(GrantOrRevokeOnConvocationEvents(), states)

    async def answered(self, *states):
        async with self.answering(*states):
            pass

    def answering(self, *states):
        """A context in which answers are written and not committed yet."""
        return self._taking(TellAccesOnAccuse(), states)

    @contextlib.asynccontextmanager
    async def _taking(self, reader, states):
        record = SimpleNamespace(timestamp=int(datetime.now(UTC).timestamp() * 1000))
        events = [
            Event(one, "t", "i", Cause("correlation"), one.aggregate, one.version, one.hash, record) for one in states
        ]
        async with self.pool.acquire() as connection, connection.transaction():
            known = await reader.known(connection, sorted({one.aggregate for one in events}))
            held = dict(known)
            passed = guard(events, known, Outcome())
            if passed:
                await reader.apply(connection, passed, held)
            yield

    async def dirty(self, limit=100):
        """The rights to send; `fetched` has what is told beside them too."""
        return [one for one in await self.fetched(limit) if one.topic == HABILITATION]

    async def fetched(self, limit=100):
        async with self.pool.acquire() as connection:
            messages = await self.source.fetch(connection, limit)
        self.sent += [one for one in messages if one.topic == ACCES]
        return messages

    async def waiting(self):
        """How many rights are to publish, and the seconds since the oldest; None where nothing waits."""
        async with self.pool.acquire() as connection:
            found = await self.source.waiting(connection)
        assert [one.topic for one in found] == [HABILITATION] * len(found)
        return (found[0].pending, found[0].oldest_seconds) if found else None

    async def clear(self, messages):
        async with self.pool.acquire() as connection:
            await self.source.clear(connection, messages)

    async def published(self):
        await self.clear(await self.dirty())

    async def told(self):
        """AccesChanged as a reader has it: beside the rights and from the outbox, each version once."""
        rows = await self.pool.fetch("SELECT payload FROM outbox ORDER BY seq")
        payloads = [*(one.value for one in self.sent), *(row["payload"] for row in rows)]
        told = [Acces.model_validate_json(one) for one in payloads]
        states = {(one.aggregate, one.version): one for one in told}
        assert len(states) == len({(one.aggregate, one.version, one.hash) for one in told}), "a version, two contents"
        return [states[key] for key in sorted(states, key=lambda key: key[1])]

    async def get(self, path, role=Role.SANTORIN, **parameters):
        acteur, own = Acteur("santorin", role), self.app.state.application.signs
        ours = role in ISSUERS["santorin-bridge"]
        token = (
            own.mint(acteur, audience="santorin-bridge", now=self.now, hours=1)
            if ours
            else jetons.mint(acteur, now=self.now)
        )
        headers = {"Authorization": f"Bearer {token}"}
        return await self.client.get(path, params=parameters or None, headers=headers)


@pytest_asyncio.fixture(loop_scope="session")
async def bridge(database):
    urls = await database("santorin_bridge")
    pool = create_pool(urls.url)
    await pool
    bridge = Bridge(urls.url, pool)
    transport = httpx2.ASGITransport(app=bridge.app, raise_app_exceptions=False)
    told = {"response": [Conforms.to(bridge.app)]}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://bridge.test", event_hooks=told
    ) as bridge.client:
        yield bridge
    await pool.close()
