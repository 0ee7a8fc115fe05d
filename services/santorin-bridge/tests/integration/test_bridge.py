"""R15, K.b, D19b, D21: rights on a real database: current state of dirty keys, versions never back, answers."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import UUID, uuid5

import httpx2
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from chassis.acteur import Acteur, Role, mint
from chassis.cloudevents import Cause, Event
from chassis.database import create_pool
from chassis.service import Runtime
from event_schemas.acces import Acces
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from event_schemas.habilitations import Habilitation
from santorin_bridge.handlers.convocations import GrantOrRevokeOnConvocationEvents
from santorin_bridge.main import build
from santorin_bridge.persistence.habilitations import DirtyHabilitations
from santorin_bridge.settings import Settings

KEY = "k" * 40
MISSION = MissionRef(
    mission_id=UUID(int=1),
    session="2020-E3C1",
    type="CORRECTION",
    voie="GENERALE",
    code="HG",
    libelle="Histoire-géographie",
    uai="0699001J",
    academie="10",
)


def convocation(numero, version, *, active=True, qualite="CORRECTEUR"):
    state = Convocation.create(
        convocation_id=uuid5(UUID(int=0), numero),
        version=version,
        status="ACTIVE" if active else "CANCELLED",
        intervenant=IntervenantRef(numero=numero, nom="NOM", prenom="Prénom", uai="0699001J"),
        mission=MISSION,
        qualite=qualite,
        qualite_par_defaut=True,
        profil=None,
        dates=[date(2020, 3, 5)],
    )
    cause = Cause("correlation")
    record = SimpleNamespace(timestamp=int(datetime.now(UTC).timestamp() * 1000))
    return Event(state, "t", "i", cause, state.aggregate, state.version, state.hash, record)


class Bridge:
    def __init__(self, pool, client):
        self.pool, self.client = pool, client
        self.reader, self.source = GrantOrRevokeOnConvocationEvents(), DirtyHabilitations()

    async def apply(self, *events):
        async with self.pool.acquire() as connection, connection.transaction():
            held = await self.reader.known(connection, sorted({event.aggregate for event in events}))
            await self.reader.apply(connection, list(events), held)

    async def dirty(self):
        async with self.pool.acquire() as connection:
            return await self.source.fetch(connection, 100)

    async def clear(self, messages):
        async with self.pool.acquire() as connection:
            await self.source.clear(connection, messages)

    async def ask(self, numero, role=Role.SANTORIN):
        token = mint(Acteur("santorin", role), KEY, now=datetime.now(UTC), hours=1)
        headers = {"Authorization": f"Bearer {token}"}
        return await self.client.get(f"/habilitations/{numero}", headers=headers)


@pytest_asyncio.fixture(loop_scope="session")
async def bridge(database):
    urls = await database("santorin_bridge")
    pool = create_pool(urls.url)
    await pool
    settings = Settings(database_url=urls.url, kafka_bootstrap="unused:1", token_key=KEY)
    app = build(Runtime(settings, pool, SimpleNamespace())).app
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://bridge.test") as client:
        yield Bridge(pool, client)
    await pool.close()


def right(message):
    return Habilitation.model_validate_json(message.value)


async def test_r15_each_convocation_becomes_a_right_to_publish(bridge):
    await bridge.apply(convocation("1", 1), convocation("2", 1))
    assert {(right(one).intervenant.numero, right(one).status) for one in await bridge.dirty()} == {
        ("1", "GRANTED"),
        ("2", "GRANTED"),
    }


async def test_kb_a_cancellation_is_published_as_revoked_at_a_higher_version_and_only_the_current_state_goes_out(
    bridge,
):
    await bridge.apply(convocation("1", 1))
    await bridge.apply(convocation("1", 2, active=False))
    [message] = await bridge.dirty()
    assert (right(message).status, right(message).version, right(message).convocation_version) == ("REVOKED", 2, 2)


async def test_d19b_a_batch_sent_again_after_a_crash_can_only_repeat_or_advance(bridge):
    await bridge.apply(convocation("1", 1))
    sent = await bridge.dirty()  # sent, then killed before it was cleared
    await bridge.apply(convocation("1", 2, active=False))
    again = await bridge.dirty()
    assert [right(one).version for one in [*sent, *again]] == [1, 2]
    await bridge.clear(sent)  # the dead relay's clearing of version 1 does not hide version 2
    assert [right(one).version for one in await bridge.dirty()] == [2]
    await bridge.clear(again)
    assert await bridge.dirty() == []


async def test_only_the_last_version_of_a_batch_is_kept(bridge):
    await bridge.apply(convocation("1", 1), convocation("1", 2, active=False), convocation("1", 3))
    [message] = await bridge.dirty()
    assert (right(message).status, right(message).convocation_version) == ("GRANTED", 3)


async def test_d21_an_unknown_person_has_no_right_and_the_answer_says_as_of_when(bridge):
    answer = await bridge.ask("404")
    assert (answer.status_code, answer.json()["habilitations"]) == (200, [])
    assert answer.json()["as_of"]


async def test_r16_the_rights_of_a_person_are_answered_from_the_database_before_they_are_published(bridge):
    await bridge.apply(convocation("1", 1))
    first = await bridge.ask("1")
    assert [one["status"] for one in first.json()["habilitations"]] == ["GRANTED"]
    await bridge.apply(convocation("1", 2, active=False))
    second = await bridge.ask("1")
    assert [one["status"] for one in second.json()["habilitations"]] == ["REVOKED"]
    assert first.headers["etag"] != second.headers["etag"]


@pytest.mark.parametrize("role", [Role.CHEF, Role.DELEGUE, Role.GESTIONNAIRE, Role.INTERVENANT, Role.SERVICE])
async def test_only_santorin_and_the_administrateur_may_ask(bridge, role):
    assert (await bridge.ask("1", role)).status_code == 403, "Role.SERVICE is the notifier's: it reads mail addresses"
    assert (await bridge.ask("1", Role.ADMINISTRATEUR)).status_code == 200


async def test_d21_when_the_database_cannot_answer_it_is_503_and_never_a_guess(bridge):
    await bridge.apply(convocation("1", 1))
    await bridge.pool.close()
    assert (await bridge.ask("1")).status_code == 503


async def test_r15_what_santorin_can_read_is_told_once_as_transmitted_and_later_as_withdrawn(bridge):
    await bridge.apply(convocation("1", 1))
    sent = await bridge.dirty()
    await bridge.clear(sent)
    await bridge.clear(sent)  # sent twice after a crash, told once
    await bridge.apply(convocation("1", 2, active=False))
    await bridge.clear(await bridge.dirty())
    rows = await bridge.pool.fetch("SELECT payload FROM outbox ORDER BY seq")
    told = [Acces.model_validate_json(row["payload"]) for row in rows]
    assert [(one.version, one.convocation_version, one.etat) for one in told] == [
        (1, 1, "TRANSMISE"),
        (2, 2, "RETIREE"),
    ]


async def test_how_long_santorin_waits_for_a_convocation_is_measured(bridge):
    await bridge.apply(convocation("1", 1))
    before = REGISTRY.get_sample_value("imagin_convocation_to_santorin_seconds_count") or 0
    await bridge.clear(await bridge.dirty())
    assert REGISTRY.get_sample_value("imagin_convocation_to_santorin_seconds_count") == before + 1
