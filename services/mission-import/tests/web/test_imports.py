"""The review of imports through the API, on a real database: closings of Lyon (10) and Lille (09)."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid5

import httpx2
import pytest
import pytest_asyncio

from chassis.acteur import Acteur, Role, mint
from chassis.cloudevents import Cause, Event
from chassis.database import create_pool
from chassis.service import Runtime
from event_schemas import uai
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from event_schemas.identities import mission_id
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.main import build
from mission_import.settings import Settings

KEY = "k" * 40
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


class World:
    def __init__(self, client, pool, readers, woken):
        self.client, self.pool, self.readers, self.woken = client, pool, readers, woken
        self.tokens = {
            "lyon": self._token(Role.GESTIONNAIRE, "10"),
            "lille": self._token(Role.GESTIONNAIRE, "09"),
            "admin": self._token(Role.ADMINISTRATEUR),
            "chef": self._token(Role.CHEF, "10"),
        }

    def _token(self, role, *academies):
        acteur = Acteur(f"{role}.{academies}", role, "Essai", frozenset({LYON}), frozenset(academies))
        return mint(acteur, KEY, now=datetime.now(UTC), hours=1)

    async def ask(self, who, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        return await self.client.request(method, path, json=body, headers=headers)

    async def receive(self, *states, group="inscriptions"):
        reader = self.readers[f"mission-import.{group}"]
        async with self.pool.acquire() as connection, connection.transaction():
            held = await reader.known(connection, [one.aggregate for one in states])
            record = SimpleNamespace(value=b"")
            events = [
                Event(
                    *(one, "t", f"ce-{one.version}", Cause("cause"), one.aggregate, one.version, one.hash),
                    SimpleNamespace(value=one.model_dump_json().encode()) if group == "inscriptions" else record,
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
        return [row["type"].split(".")[2] for row in await self.pool.fetch("SELECT type FROM outbox ORDER BY seq")]

    async def checksums(self):
        query = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
        return {table: await self.pool.fetchval(query.format(table)) for table in TABLES}

    async def decide(self, revision, decision="ACCEPTER", motif="", who="lyon"):
        body = {"revision": revision, "decision": decision, "motif": motif}
        return await self.ask(who, "POST", f"{REVUE}/decision", body)


@pytest_asyncio.fixture(loop_scope="session")
async def world(database):
    urls = await database("mission_import")
    pool = await create_pool(urls.url, size=6)
    settings = Settings(database_url=urls.url, kafka_bootstrap="unused:1", token_key=KEY)
    woken = []
    service = build(Runtime(settings, pool, SimpleNamespace(wake=lambda: woken.append(1))))
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://imagin.test") as client:
        yield World(client, pool, service.readers, woken)
    await pool.close()


async def test_without_a_policy_a_closing_applies_at_once_and_keeps_its_numbers(world):
    await world.receive(closing(LYON, 1, HG=30, HLP=12))
    assert await world.told() == ["mission-created"] * 3
    found = (await world.ask("lyon", "GET", "/api/imports")).json()
    [one] = found["imports"]
    assert (found["total"], one["etat"], one["etablissement"]) == (1, "APPLIQUEE", f"LYCEE {LYON}")
    assert one["bilan"] == {"creees": 3, "modifiees": 0, "inchangees": 0, "sans_candidat": 0}
    assert one["recue_le"][-6:] in {"+01:00", "+02:00"}


async def test_a_closing_of_an_academie_that_decides_waits_and_a_newer_one_replaces_it(world):
    await world.validation()
    await world.receive(closing(LYON, 1, HG=30), closing(LILLE, 1, HG=10))
    assert (await world.etats(), await world.etats(LILLE)) == ({1: "A_VALIDER"}, {1: "APPLIQUEE"})
    assert len(await world.told()) == 2  # Lille's
    await world.receive(closing(LYON, 2, HG=28), closing(LYON, 3, HG=27))
    assert await world.etats() == {1: "REMPLACEE", 2: "REMPLACEE", 3: "A_VALIDER"}
    stale = await world.decide(1)
    assert (stale.status_code, stale.json()["revision"]) == (409, 3)
    assert (await world.decide(3)).status_code == 200
    assert await world.etats() == {1: "REMPLACEE", 2: "REMPLACEE", 3: "APPLIQUEE"}
    assert await world.pool.fetchval("SELECT candidats FROM mission WHERE uai = $1 AND code = 'HG'", LYON) == 27
    assert await world.pool.fetchval("SELECT revision_appliquee FROM cloture WHERE uai = $1", LYON) == 3
    causes = {row["causation_id"] for row in await world.pool.fetch("SELECT causation_id FROM outbox WHERE key <> ''")}
    assert "ce-3" in causes
    assert world.woken


async def test_a_refusal_needs_its_reason_and_leaves_the_missions(world):
    await world.receive(closing(LYON, 1, HG=30))
    await world.validation()
    await world.receive(closing(LYON, 2, HG=1))
    before = await world.pool.fetch("SELECT * FROM mission ORDER BY mission_id")
    assert (await world.decide(2, "REFUSER", " ")).status_code == 422
    assert (await world.decide(2, "REFUSER", "Nombre invraisemblable")).status_code == 200
    assert (await world.etats())[2] == "REFUSEE"
    assert await world.pool.fetch("SELECT * FROM mission ORDER BY mission_id") == before
    assert (await world.decide(2)).status_code == 409
    acts = (await world.ask("admin", "GET", "/api/imports/journal")).json()["actes"]
    assert [(act["action"], act["motif"]) for act in acts] == [
        ("imports.decider", "Nombre invraisemblable"),
        ("imports.politique", ""),
    ]
    assert acts[0]["objet"] == f"cloture|{SESSION}|{LYON}|2"


async def test_all_that_waits_is_accepted_at_once_as_it_was_seen_or_not_at_all(world):
    await world.validation()
    await world.receive(closing(LYON, 1, HG=30), closing(AUTRE, 1, HG=20))
    body = {"academie": "10", "session": SESSION, "revisions": {LYON: 1}}
    assert (await world.ask("lyon", "POST", "/api/imports/acceptation", body)).status_code == 409
    assert await world.told() == []
    body["revisions"][AUTRE] = 1
    answer = await world.ask("lyon", "POST", "/api/imports/acceptation", body)
    assert (answer.status_code, answer.json()) == (200, {"acceptees": 2})
    assert (await world.etats(), await world.etats(AUTRE)) == ({1: "APPLIQUEE"}, {1: "APPLIQUEE"})
    assert len(await world.told()) == 4
    assert await world.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'imports.decider'") == 2


async def test_a_changed_closing_tells_the_people_convoked_on_the_mission_it_withdraws(world):
    await world.receive(closing(LYON, 1, HG=30, HLP=12))
    people = [convocation(1, "HLP"), convocation(2, "HLP"), convocation(3, "HG")]
    await world.receive(*people, group="convocation")
    await world.receive(convocation(2, "HLP", version=2, status="CANCELLED"), group="convocation")
    await world.validation()
    await world.receive(closing(LYON, 2, HG=28))
    read = (await world.ask("lyon", "GET", REVUE)).json()
    natures = {row["code"]: (row["nature"], row["convoques"]) for row in read["differentiel"]}
    assert natures == {"HG": ("MODIFIEE", 1), "HLP": ("SANS_CANDIDAT", 1), "NUMERISATION": ("MODIFIEE", 0)}
    [hg] = [row for row in read["differentiel"] if row["code"] == "HG"]
    assert hg["changements"] == [{"champ": "candidats", "avant": 30, "apres": 28}]
    assert [(one["revision"], one["etat"], one["ce_id"]) for one in read["revisions"]] == [
        (2, "A_VALIDER", "ce-2"),
        (1, "APPLIQUEE", "ce-1"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", REVUE, None),
        ("POST", f"{REVUE}/decision", {"revision": 1, "decision": "ACCEPTER"}),
        ("POST", f"{REVUE}/rejeu", {"revision": 1}),
        ("POST", "/api/imports/acceptation", {"academie": "10", "session": SESSION, "revisions": {LYON: 1}}),
        ("GET", "/api/academies/10/politique-import", None),
        ("PUT", "/api/academies/10/politique-import", {"mode": "AUTOMATIQUE"}),
        ("GET", "/api/imports/journal", None),
    ],
)
async def test_lille_and_a_chef_neither_read_nor_decide_of_lyon(world, method, path, body):
    await world.validation()
    await world.receive(closing(LYON, 1, HG=30))
    before = await world.checksums()
    assert [(await world.ask(who, method, path, body)).status_code for who in ("lille", "chef")] == [403, 403]
    assert (await world.ask("lille", "GET", "/api/imports")).json()["imports"] == []
    assert (await world.ask("chef", "GET", "/api/imports")).status_code == 403
    assert await world.checksums() == before
    assert (await world.ask("admin", method, path, body)).status_code in {200, 409}


async def test_the_same_closing_ten_times_received_or_replayed_changes_no_table(world):
    await world.receive(closing(LYON, 1, HG=30))
    await world.receive(closing(LYON, 2, HG=28))
    before = await world.checksums()
    for _ in range(10):
        await world.receive(closing(LYON, 2, HG=28))
        answer = await world.ask("lyon", "POST", f"{REVUE}/rejeu", {"revision": 2})
        assert answer.json() == {"resultat": "aucun-changement"}
    older = await world.ask("lyon", "POST", f"{REVUE}/rejeu", {"revision": 1})
    assert older.json() == {"resultat": "depassee"}
    assert await world.checksums() == before
    assert await world.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'imports.decider'") == 11


async def test_the_list_is_filtered_by_state_session_and_text(world):
    await world.receive(closing(LYON, 1, HG=30), closing(AUTRE, 1, HG=20))
    for query, total in (("etat=APPLIQUEE", 2), ("etat=REFUSEE", 0), ("session=2021-E3C1", 0), (f"q=lycee {AUTRE}", 1)):
        assert (await world.ask("lyon", "GET", f"/api/imports?{query}")).json()["total"] == total, query
