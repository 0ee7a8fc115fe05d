"""D22: convocation's truth, the rights recorded and the topic are compared; differences have a cause and are mended."""

from collections import Counter
from uuid import UUID, uuid5

import pytest_asyncio
from aiokafka import AIOKafkaProducer
from prometheus_client import REGISTRY

from chassis.snapshot import snapshot
from event_schemas.catalogue import HABILITATION
from event_schemas.habilitations import Habilitation
from santorin_bridge.domain.ecart import REJOUER, RELEVER, RETIRER, Ecart
from santorin_bridge.persistence import reconciliation
from santorin_bridge.publishing import ErasedHabilitations
from santorin_bridge.use_cases.observe import observe_differences
from santorin_bridge.use_cases.reconcile import Sources, reconcile
from santorin_bridge.use_cases.repair import repair

MISSION = UUID(int=1)
NUMEROS = [str(number) for number in range(20)]


def key(numero):
    return uuid5(MISSION, numero)


class Three:
    """The bridge, the topic, and `truth`: what convocation would answer, by number."""

    def __init__(self, bridge, bootstrap, producer):
        self.bridge, self.producer = bridge, producer
        self.truth = {}
        self.kafka = {"bootstrap_servers": bootstrap}
        self.sources = Sources(self.etats, self.kafka)

    async def etats(self):
        rows = sorted((key(numero), version, active) for numero, (version, active) in self.truth.items())
        for start in range(0, len(rows), 2):
            yield rows[start : start + 2]

    async def convoked(self, numero, version=1, *, active=True, by_bridge=True, published=True):
        self.truth[numero] = (version, active)
        if by_bridge:
            await self.bridge.apply(self.bridge.convocation(numero, version, active=active))
        if by_bridge and published:
            await self.publish()

    async def publish(self):
        dirty = await self.bridge.dirty()
        for message in dirty:
            await self.send(message.key, message.value)
        await self.bridge.clear(dirty)

    async def send(self, record_key, value):
        await self.producer.send_and_wait(HABILITATION, value, key=record_key)

    async def right(self, numero):
        etat = await self.bridge.pool.fetchval("SELECT etat FROM habilitation WHERE convocation_id = $1", key(numero))
        return Habilitation.model_validate_json(etat)

    async def sends(self, numero, **changes):
        """Something else than the right as recorded comes onto the topic."""
        fields = dict(await self.right(numero)) | changes
        fields.pop("hash")
        await self.send(str(key(numero)).encode(), Habilitation.create(**fields).to_bytes())

    async def look(self, **options):
        async with self.bridge.pool.acquire() as connection, reconciliation.alone(connection) as mine:
            assert mine
            return await reconcile(connection, self.sources, settle_seconds=0, **options)

    async def causes(self):
        """Names of the causes by number."""
        numbers = {str(key(numero)): numero for numero in NUMEROS}
        found = (await self.look()).ecarts
        return {numbers[one.convocation_id]: {cause.name for cause in one.causes} for one in found}

    async def mend(self, causes):
        async def replay(ids):
            told = [numero for numero in self.truth if key(numero) in ids]
            for numero in told:
                version, active = self.truth[numero]
                await self.bridge.apply(self.bridge.convocation(numero, version, active=active))
            return len(told)

        async with self.bridge.pool.acquire() as connection, reconciliation.alone(connection):
            found = await reconcile(connection, self.sources, settle_seconds=0)
            treated = await repair(connection, self.sources, found.ecarts, causes, replay)
        await self.publish()
        return treated

    async def last(self):
        """What a reader of the whole topic ends with, and how often a version went back."""
        held, back = {}, 0
        async for records in snapshot(self.kafka, HABILITATION):
            for record in records:
                right = Habilitation.model_validate_json(record.value)
                before = held.get(record.key)
                back += before is not None and right.version < before.version
                held[record.key] = right
        return held, back


@pytest_asyncio.fixture(loop_scope="session")
async def three(bridge, kafka, create_topic):
    await create_topic(HABILITATION, partitions=2, exact=True)
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
    await producer.start()
    yield Three(bridge, kafka.bootstrap, producer)
    await producer.stop()


async def with_every_fault(three):
    """One person for each cause, and two about whom all agree: one convoked, one whom nobody knows any more."""
    await three.convoked("0")
    await three.convoked("1", by_bridge=False)
    await three.convoked("2")
    three.truth["2"] = (2, False)
    await three.convoked("3")
    await three.convoked("3", 2)
    three.truth["3"] = (1, True)
    await three.convoked("4")
    three.truth["4"] = (1, False)
    await three.convoked("5")
    del three.truth["5"]
    await three.convoked("6", published=False)
    await three.bridge.pool.execute("UPDATE envoi SET publie_le = now()")
    await three.convoked("7")
    await three.sends("7", version=9)
    await three.convoked("8")
    await three.sends("8", role="COORDINATEUR")
    await three.convoked("9")
    del three.truth["9"]
    await three.bridge.pool.execute("DELETE FROM habilitation WHERE numero = '9'")
    await three.convoked("10", active=False)
    del three.truth["10"]


FAULTS = {
    "1": {"ABSENTE"},
    "2": {"EN_RETARD"},
    "3": {"EN_AVANCE"},
    "4": {"STATUT"},
    "5": {"INCONNUE"},
    "6": {"NON_PUBLIEE"},
    "7": {"SUJET_EN_AVANCE"},
    "8": {"CONTENU"},
    "9": {"SUJET_INCONNU"},
}


async def test_where_all_agree_there_is_no_difference(three):
    for numero in "123":
        await three.convoked(numero)
    await three.convoked("2", 2, active=False)
    bilan = await three.look()
    assert (bilan.droits, bilan.ouverts, bilan.ecarts) == (3, 2, [])


async def test_each_difference_is_named_by_its_cause(three):
    await with_every_fault(three)
    assert await three.causes() == FAULTS


async def test_what_is_on_its_way_is_no_difference(three):
    await three.convoked("1", by_bridge=False)
    await three.convoked("2", published=False)
    said = []

    async def etats():
        if any("écart" in one for one in said):  # by the second look everything has arrived
            await three.convoked("1")
        async for page in three.etats():
            yield page

    async with three.bridge.pool.acquire() as connection, reconciliation.alone(connection):
        bilan = await reconcile(connection, Sources(etats, three.kafka), settle_seconds=0, say=said.append)
    assert any(one.startswith("2 écart") for one in said)
    assert bilan.ecarts == []


async def test_a_repair_makes_new_versions_and_leaves_what_no_machine_may_decide(three):
    await with_every_fault(three)
    assert await three.mend(REJOUER | RELEVER) == Counter(dict.fromkeys(REJOUER | RELEVER, 1))
    assert await three.causes() == {"3": {"EN_AVANCE"}, "5": {"INCONNUE"}, "9": {"SUJET_INCONNU"}}
    versions = {numero: (await three.right(numero)).version for numero in "0124678"}
    assert versions == {
        "0": 1,
        "1": 1,
        "2": 2,
        "4": 2,
        "6": 2,
        "7": 10,
        "8": 2,
    }  # above all that a reader may have seen
    _, back = await three.last()
    assert back == 0


async def test_rights_without_a_convocation_are_revoked_when_asked_for_by_name(three):
    await with_every_fault(three)
    await three.mend(RETIRER)
    assert set(await three.causes()) == set(FAULTS) - {"5", "9"}
    held, back = await three.last()
    revoked = [held[str(key(numero)).encode()] for numero in "59"]
    assert [(one.status, one.version) for one in revoked] == [("REVOKED", 2), ("REVOKED", 2)]
    assert back == 0


async def test_a_convocation_that_comes_back_after_its_right_was_revoked_is_granted_again(three):
    await three.convoked("1")
    del three.truth["1"]
    await three.mend(RETIRER)
    three.truth["1"] = (1, True)
    assert await three.causes() == {"1": {"EN_RETARD"}}
    await three.mend(REJOUER)
    assert await three.causes() == {}
    assert ((await three.right("1")).status, (await three.right("1")).version) == ("GRANTED", 3)


async def test_a_database_restored_from_a_backup_is_mended_without_one_version_that_goes_back(three):
    for numero in "123":
        await three.convoked(numero)
    backup = await three.bridge.pool.fetch("SELECT * FROM habilitation WHERE numero <> '3'")
    for version in (2, 3):
        await three.convoked("1", version)
        await three.convoked("2", version, active=version == 2)
        await three.convoked("3", version)
    await three.bridge.pool.execute("DELETE FROM habilitation")
    await three.bridge.pool.copy_records_to_table("habilitation", records=backup)
    assert await three.causes() == {
        "1": {"EN_RETARD", "SUJET_EN_AVANCE"},
        "2": {"EN_RETARD", "SUJET_EN_AVANCE"},
        "3": {"ABSENTE", "SUJET_INCONNU"},
    }
    await three.mend(REJOUER | RELEVER)
    assert await three.causes() == {}
    held, back = await three.last()
    assert back == 0
    assert [(held[str(key(one)).encode()].status, held[str(key(one)).encode()].version) for one in "123"] == [
        ("GRANTED", 4),
        ("REVOKED", 4),
        ("GRANTED", 4),
    ]


async def test_unreadable_records_of_somebody_else_do_not_end_the_look(three):
    await three.convoked("1")
    await three.send(str(key("1")).encode(), b"no json")  # SANTORIN still keeps the version there was
    await three.send(b"no uuid", b"{}")
    await three.send(None, b"{}")
    assert await three.causes() == {}


async def test_two_at_once_do_not_disturb_each_other(three):
    async with three.bridge.pool.acquire() as one, three.bridge.pool.acquire() as other:
        async with reconciliation.alone(one) as mine:
            assert mine
            async with reconciliation.alone(other) as too:
                assert not too
        async with reconciliation.alone(other) as later:
            assert later


async def test_what_the_bridge_finds_by_itself_is_a_metric_by_cause(three):
    await with_every_fault(three)
    async with three.bridge.pool.acquire() as connection:
        await observe_differences(connection, three.sources, settle_seconds=0)
    name = "imagin_reconciliation_differences"
    found = {cause.name: REGISTRY.get_sample_value(name, {"cause": cause.name}) for cause in Ecart}
    assert found == {cause.name: 1.0 for cause in Ecart}
    assert REGISTRY.get_sample_value("imagin_reconciliation_last_success_timestamp_seconds") > 0


async def test_a_right_that_was_deleted_is_taken_off_the_topic_and_is_no_difference_any_more(three):
    await three.convoked("1")
    await three.convoked("2")
    pool = three.bridge.pool
    await pool.execute("DELETE FROM habilitation WHERE convocation_id = $1", key("1"))
    del three.truth["1"]
    assert await three.causes() == {"1": {"SUJET_INCONNU"}}, "until its tombstone is sent"
    source = ErasedHabilitations()
    async with pool.acquire() as connection:
        [waiting] = await source.waiting(connection)
        assert (waiting.topic, waiting.pending) == (HABILITATION, 1)
        messages = await source.fetch(connection, 10)
        assert [(one.key, one.value) for one in messages] == [(str(key("1")).encode(), None)]
        await three.send(messages[0].key, messages[0].value)
        await source.clear(connection, messages)
        assert await source.waiting(connection) == []
    assert await three.causes() == {}
    await three.convoked("1")
    assert await three.causes() == {}, "convoked again it has a right again, on the topic too"


async def test_who_is_convoked_again_before_the_tombstone_keeps_the_right(three):
    await three.convoked("1")
    await three.bridge.pool.execute("DELETE FROM habilitation WHERE convocation_id = $1", key("1"))
    await three.bridge.apply(three.bridge.convocation("1", 1))
    source = ErasedHabilitations()
    async with three.bridge.pool.acquire() as connection:
        assert await source.fetch(connection, 10) == []
        await source.clear(connection, [])
        assert await source.waiting(connection) == []


async def test_an_old_right_whose_convocation_is_over_its_term_is_no_difference(three):
    for numero in ("1", "2"):
        await three.convoked(numero)
        del three.truth[numero]
    await three.bridge.pool.execute(
        "UPDATE habilitation SET changed_at = now() - interval '402 days' WHERE convocation_id = $1", key("1")
    )
    assert await three.causes() == {"2": {"INCONNUE"}}
