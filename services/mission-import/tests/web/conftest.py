"""mission-import's requests on a real database: closings of Lyon (10) and Lille (09)."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid5

import httpx2
import pytest
import pytest_asyncio

from acces.acteur import Acteur, Role
from acces.session import Session, SessionEnded, cookie_name
from chassis.cloudevents import Cause, Event
from chassis.database import create_pool
from chassis.service import Runtime
from event_schemas import uai
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from event_schemas.identities import mission_id
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.main import application, readers, routes
from mission_import.settings import Settings
from testkit import jetons
from testkit.openapi import Conforms

CONVOCATION = "http://convocation.test"
SESSION, LYON, AUTRE, LILLE = "2020-E3C1", "0699001J", "0699002K", f"0599001{uai.letter('0599001')}"
REVUE = f"/api/imports/{SESSION}/{LYON}"
TABLES = ("cloture", "cloture_recue", "mission", "outbox", "politique", "convocation_active")


def closing(place_, revision, **candidats):
    academie = "09" if place_ == LILLE else "10"
    epreuves = [
        {"code": code, "libelle": f"Épreuve {code}", "type": "E3C", "voie": "GENERALE", "candidats_inscrits": n}
        for code, n in candidats.items()
    ]
    place = {"nom": f"LYCEE {place_}", "commune": "VILLE", "academie": academie}
    body = {"session": SESSION, "uai": place_, "revision": revision, "cloturee_le": datetime.now(UTC)}
    return InscriptionsClosed.model_validate(body | {"etablissement": place, "epreuves": epreuves})


def convocation(number, code, *, version=1, status="ACTIVE"):
    mission = mission_id(SESSION, LYON, "GENERALE", code)
    return Convocation.create(
        convocation_id=uuid5(UUID(int=0), str(number)),
        version=version,
        status=status,
        intervenant=IntervenantRef(numero=str(number), nom="FICTIF", prenom="Anne", uai=LYON),
        mission=MissionRef(
            mission_id=mission,
            session=SESSION,
            type="CORRECTION",
            voie="GENERALE",
            code=code,
            libelle="x",
            uai=LYON,
            academie="10",
        ),
        qualite=None,
        qualite_par_defaut=True,
        profil=None,
        dates=[datetime(2020, 3, 5, tzinfo=UTC).date()],
    )


COOKIE = cookie_name(secure=False)


class Sessions:
    """Convocation's, played (tests/contrat has the real ones): each token of `World.tokens` names a session."""

    def __init__(self):
        self.open, self.over, self.closed = {}, set(), set()

    async def find(self, secret):
        if secret in self.over:
            raise SessionEnded
        acteur = self.open.get(secret)
        return Session(acteur) if acteur and secret not in self.closed else None

    async def close(self, secret):
        self.closed.add(secret)


class World:
    session, lyon, autre, lille = SESSION, LYON, AUTRE, LILLE
    closing, convocation = staticmethod(closing), staticmethod(convocation)

    def __init__(self, client, pool, settings, readers, woken):
        self.client, self.pool, self.settings, self.readers, self.woken = client, pool, settings, readers, woken
        self.sessions = client._transport.app.state.application.sessions
        self.tokens = {
            "lyon": self._token(Role.GESTIONNAIRE, "10"),
            "lille": self._token(Role.GESTIONNAIRE, "09"),
            "admin": self._token(Role.ADMINISTRATEUR),
            "chef": self._token(Role.CHEF, "10"),
        }

    def _token(self, role, *academies):
        acteur = Acteur(f"{role}.{academies}", role, "Essai", frozenset({LYON}), frozenset(academies))
        token = jetons.mint(acteur)
        self.sessions.open[token] = acteur
        return token

    async def ask(self, who, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        return await self.client.request(method, path, json=body, headers=headers)

    async def page(self, who, path, form=None):
        """As a browser asks: a GET, or the POST of a form from our own page."""
        self.client.cookies.clear()
        headers = {"Accept": "text/html", "Cookie": f"{COOKIE}={self.tokens[who]}"} if who else {"Accept": "text/html"}
        if form is None:
            return await self.client.get(path, headers=headers)
        return await self.client.post(path, data=form, headers=headers | {"Sec-Fetch-Site": "same-origin"})

    async def receive(self, *states, group="inscriptions"):
        reader = self.readers[f"mission-import.{group}"]
        async with self.pool.acquire() as connection, connection.transaction():
            held = await reader.known(connection, [one.aggregate for one in states])
            events = [
                Event(
                    *(one, "t", f"ce-{one.version}", Cause("cause"), one.aggregate, one.version, one.hash),
                    SimpleNamespace(value=one.model_dump_json().encode(), headers=(), partition=0, offset=one.version),
                )
                for one in states
                if one.aggregate not in held or held[one.aggregate].version < one.version
            ]
            if events:
                await reader.apply(connection, events, frozenset(held))

    async def validation(self, academie="10"):
        answer = await self.ask("admin", "PUT", f"/api/academies/{academie}/politique-import", {"mode": "VALIDATION"})
        assert answer.status_code == 200

    async def etats(self, place=LYON):
        query = "SELECT revision, etat FROM cloture_recue WHERE uai = $1 ORDER BY revision"
        return {row["revision"]: row["etat"] for row in await self.pool.fetch(query, place)}

    async def told(self):
        """Of missions; each closing is answered too."""
        query = "SELECT type FROM outbox WHERE topic = 'imagin.public.mission.v1' ORDER BY seq"
        return [row["type"].split(".")[2] for row in await self.pool.fetch(query)]

    async def checksums(self):
        query = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
        return {table: await self.pool.fetchval(query.format(table)) for table in TABLES}

    async def decide(self, revision, decision="ACCEPTER", motif="", who="lyon"):
        body = {"revision": revision, "decision": decision, "motif": motif}
        return await self.ask(who, "POST", f"{REVUE}/decision", body)


def _settings(database_url):
    return Settings(
        database_url=database_url,
        kafka_bootstrap="unused:1",
        issuers=jetons.sources(),
        convocation_url=CONVOCATION,
        search_burst=100_000,
        file_burst=100_000,
    )


@pytest.fixture(scope="session")
def all_routes():
    """Made once, as convocation's are."""
    return routes(_settings("postgresql://unused"))


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, all_routes):
    urls = await database("mission_import")
    pool = await create_pool(urls.url, size=6)
    settings = _settings(urls.url)
    woken = []
    app, pages = all_routes
    runtime = Runtime(settings, pool, SimpleNamespace(wake=lambda: woken.append(1)))
    app.state.application = replace(application(runtime, settings, pages), sessions=Sessions())
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    told = {"response": [Conforms.to(app)]}
    async with httpx2.AsyncClient(transport=transport, base_url="http://imagin.test", event_hooks=told) as client:
        yield World(client, pool, settings, readers(), woken)
    await pool.close()
