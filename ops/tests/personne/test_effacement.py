"""`imagin personne efface`: she is erased everywhere, and nothing of her is found (0061)."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from chassis.connecting import kafka_connection
from chassis.relay import Relay
from event_schemas.catalogue import CONVOCATION as CONVOCATIONS
from event_schemas.catalogue import HABILITATION, TOPICS
from imagin_ops import topics
from santorin_bridge.operations import ErasedHabilitations
from testkit.eventually import eventually
from testkit.topics import delete_topic, read_all


async def the_term_of_the_topics_is_over(bootstrap, pool, elle):
    """The relay has sent the tombstone; then what Kafka does by itself: compaction of one topic, age of the others."""
    kafka = kafka_connection(bootstrap=bootstrap)
    url = pool._connect_args[0]
    relay = Relay(service="santorin-bridge", database_url=url, kafka=kafka)
    relay.add_sources([ErasedHabilitations()])
    running = asyncio.create_task(relay.run())

    async def sent():
        return not await pool.fetchval("SELECT count(*) FROM habilitation_effacee")

    await eventually(sent)
    relay.stop()
    await running
    last = {record.key: record.value for record in await read_all(kafka, HABILITATION)}
    assert last[str(elle.convocation).encode()] is None
    for name in TOPICS:
        await delete_topic(bootstrap, name)
    await topics.apply(kafka)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    for key, value in last.items():
        if value is not None:
            await producer.send_and_wait(HABILITATION, value, key)
    await producer.stop()


async def test_of_who_was_erased_nothing_is_found_once_the_topics_have_forgotten(
    imagin, installation, elle, planted, tmp_path
):
    pools, mails = planted.pools, planted.mails
    words, logs = tmp_path / "mots", tmp_path / "journal"
    logs.mkdir()
    (logs / "convocation.log").write_text('{"event": "service.started"}\n')
    folders = ("--fichiers", mails, "--fichiers", logs)
    erase = ("personne", "efface", elle.numero, "--mots", words, "--mails", mails)

    dry = await imagin(*erase, "--json", **installation)
    assert (dry.code, dry.json["fait"], dry.json["mails"], words.exists()) == (0, False, 1, False), dry.err
    done = await imagin(*erase, "--confirm", "--json", **installation)
    assert done.code == 0, done.err
    assert done.json["lignes"] == dry.json["lignes"], "what was said is what is done"
    assert {name: tables["dead_letter"] for name, tables in done.json["lignes"].items()} == dict.fromkeys(pools, 1)
    assert done.json["lignes"]["convocation"]["intervenant"] == 2, "the entry that was merged into hers is hers"

    left = await imagin("personne", "cherche", words, *folders, "--json", **installation)
    assert left.json == {
        **{name: {} for name in ("mission-import", "convocation", "notifier")},
        "santorin-bridge": {"habilitation_effacee": 1},
        "topics": {CONVOCATIONS: 1, HABILITATION: 1},
        "fichiers": {},
    }
    await the_term_of_the_topics_is_over(installation["IMAGIN_KAFKA_BOOTSTRAP"], pools["santorin-bridge"], elle)
    after = await imagin("personne", "cherche", words, *folders, **installation)
    assert (after.code, after.out) == (0, ""), after.out
    assert "aucune trace" in after.err

    verified = await imagin("audit", "verify", **installation)
    assert verified.code == 0, verified.out
    assert await pools["convocation"].fetchval("SELECT count(*) FROM audit") == 6, "acts stay, and say nothing of her"
    assert [row["numero"] for row in await pools["convocation"].fetch("SELECT numero FROM intervenant")] == [
        elle.autrui
    ]
    assert await pools["notifier"].fetchval("SELECT count(*) FROM notification") == 1
    acted = await pools["convocation"].fetchrow("SELECT par, motif FROM intervention")
    assert tuple(acted) == ("gest", "(effacé : il nommait une personne)"), "that the rectorat acted is not hers"
    for pool in pools.values():
        assert [row["value"] for row in await pool.fetch("SELECT value FROM dead_letter")] == [elle.lettre_d_autrui], (
            "of somebody else of the same name"
        )
    assert [row["academie"] for row in await pools["convocation"].fetch("SELECT academie FROM demande")] == ["09"]
    assert (await imagin("personne", "efface", elle.numero, "--mots", tmp_path / "x", **installation)).code == 1


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE convocation SET dates = ARRAY[current_date] WHERE numero = $1", "convoquée"),
        (
            """INSERT INTO outbox (topic, type, key, aggregate_id, version, payload)
               SELECT 't', 't', 'k', convocation_id, 1, '' FROM convocation WHERE numero = $1""",
            "attendent",
        ),
        (
            """WITH c AS (UPDATE convocation SET version = 2 WHERE numero = $1 RETURNING convocation_id)
               INSERT INTO convocation_version (convocation_id, version, nature, qualite_par_defaut, dates, observation,
                                                par, le)
               SELECT v.convocation_id, 2, 'ANNULATION', true, v.dates, '', 'chef', v.le
               FROM convocation_version v JOIN c USING (convocation_id)""",
            "mission-import n’a pas encore lu",
        ),
    ],
)
async def test_nobody_is_erased_who_is_convoked_to_come_or_of_whom_something_waits(
    imagin, installation, elle, planted, tmp_path, statement, why
):
    pools = planted.pools
    await pools["convocation"].execute(statement, elle.numero)
    done = await imagin("personne", "efface", elle.numero, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert (done.code, why in done.err, (tmp_path / "mots").exists()) == (1, True, False), done.err
    assert await pools["convocation"].fetchval("SELECT count(*) FROM intervenant") == 3


@pytest.mark.parametrize("service", ["mission-import", "santorin-bridge", "notifier"])
async def test_who_is_still_to_be_read_of_would_come_back_and_is_not_erased(
    imagin, installation, elle, planted, tmp_path, service
):
    pools = planted.pools
    await pools["convocation"].execute(
        "UPDATE convocation_version SET le = now() WHERE convocation_id = $1", elle.convocation
    )
    tables = {"mission-import": "convocation_active", "santorin-bridge": "habilitation", "notifier": "notification"}
    await pools[service].execute(f"DELETE FROM {tables[service]} WHERE convocation_id = $1", elle.convocation)
    done = await imagin("personne", "efface", elle.numero, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert (done.code, f"{service} n’a pas encore lu" in done.err) == (1, True), done.err
    assert await pools["convocation"].fetchval("SELECT count(*) FROM intervenant") == 3
    await pools["convocation"].execute("UPDATE convocation_version SET le = now() - interval '2 days'")
    await pools[service].execute(
        "INSERT INTO outbox (topic, type, key, aggregate_id, version, payload) VALUES ('t', 't', 'k', $1, 1, '')",
        elle.convocation,
    )
    done = await imagin("personne", "efface", elle.numero, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert (done.code, f"{service} n’a pas encore lu" in done.err) == (1, True), done.err
    await pools[service].execute("DELETE FROM outbox")
    done = await imagin("personne", "efface", elle.numero, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert done.code == 0, "what nobody knows of since a day was purged, or erased by a command that failed elsewhere"


async def test_a_failure_in_the_last_database_leaves_her_known_and_the_command_is_given_again(
    imagin, installation, elle, planted, tmp_path, postgres
):
    mails = planted.mails
    database = urlsplit(installation["CONVOCATION_DATABASE_URL"]).path
    owner = await asyncpg.connect(urlsplit(postgres.admin_url)._replace(path=database).geturl())
    await owner.execute(
        """CREATE FUNCTION non() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'non'; END $$;
           CREATE TRIGGER non BEFORE DELETE ON intervenant EXECUTE FUNCTION non()"""
    )
    erase = ("personne", "efface", elle.numero, "--mails", mails, "--confirm", "--mots")
    with pytest.raises(asyncpg.RaiseError):
        await imagin(*erase, tmp_path / "mots", **installation)
    assert sorted(file.name for file in mails.iterdir()) == ["2.eml"], "her number is known until her mails are gone"
    await owner.execute("DROP TRIGGER non ON intervenant")
    await owner.close()
    again = await imagin(*erase, tmp_path / "mots-2", **installation)
    assert again.code == 0, again.err


async def test_who_comes_back_with_a_backup_of_one_database_is_erased_again_by_her_number(
    imagin, installation, elle, planted, tmp_path
):
    pools = planted.pools
    erase = ("personne", "efface", elle.numero, "--confirm", "--json", "--mots")
    assert (await imagin(*erase, tmp_path / "mots", **installation)).code == 0
    again = await imagin(*erase, tmp_path / "none", **installation)
    assert (again.code, "personne ne porte ce numéro" in again.err) == (1, True)
    await planted.plant_right(pools["santorin-bridge"], elle.convocation, elle.numero)
    await pools["mission-import"].execute(
        "INSERT INTO convocation_active VALUES ($1, $2, 1, 'h', true)", elle.convocation, elle.mission
    )
    again = await imagin(*erase, tmp_path / "again", **installation)
    assert again.json["lignes"] == {
        "mission-import": {"convocation_active": 1},
        "santorin-bridge": {"habilitation": 1},
        "notifier": {},
        "convocation": {},
    }
    assert (tmp_path / "again").read_text().split() == [str(elle.convocation), elle.numero]


async def test_nobody_convokes_her_while_another_database_is_waited_for(imagin, installation, elle, planted, tmp_path):
    async with planted.pools["santorin-bridge"].acquire() as bridge, bridge.transaction():
        await bridge.execute("SELECT FROM habilitation WHERE numero = $1 FOR UPDATE", elle.numero)
        erase = ("personne", "efface", elle.numero, "--confirm", "--mots", tmp_path / "mots")
        going = asyncio.create_task(imagin(*erase, **installation))
        await eventually(lambda: bridge.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        with pytest.raises(asyncpg.LockNotAvailableError):
            await planted.pools["convocation"].execute(
                "SELECT FROM intervenant WHERE numero = $1 FOR SHARE NOWAIT", elle.numero
            )
    assert (await going).code == 0
