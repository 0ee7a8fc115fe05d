"""What tests of crashes rely on: a killed part comes back with its data, and no process is left behind."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaProducer

import testkit.parts.postgres as postgres_part
from testkit.eventually import eventually
from testkit.parts.cluster import KafkaCluster
from testkit.parts.errors import PartError
from testkit.parts.java import find_java
from testkit.parts.kafka import EmbeddedKafka
from testkit.parts.postgres import EmbeddedPostgres
from testkit.parts.selection import choose_parts
from testkit.topics import create_topic, read_all


async def _send(bootstrap: str, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, value, key=b"key")


async def _read_all(bootstrap: str, topic: str) -> list[bytes]:
    return [record.value for record in await read_all({"bootstrap_servers": bootstrap}, topic)]


async def test_a_killed_kafka_comes_back_on_its_port_with_its_records(kafka, create_topic):
    topic, before = await create_topic("kill"), kafka.bootstrap
    await _send(before, topic, b"before")
    kafka.kill()
    await kafka.restart()
    assert kafka.bootstrap == before
    assert await _read_all(before, topic) == [b"before"]
    await _send(before, topic, b"after")


async def test_a_killed_postgres_comes_back_on_its_port_with_its_rows(postgres, create_database):
    url = await create_database("kill")
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
    postgres.kill()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT 1")
    connection.terminate()
    await postgres.restart()
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT id FROM kept") == 1
    await connection.close()


async def test_a_paused_postgres_does_not_answer_until_it_is_resumed(postgres, create_database):
    connection = await asyncpg.connect(await create_database("pause"))
    postgres.pause()
    answer = asyncio.ensure_future(connection.fetchval("SELECT 1"))
    done, _ = await asyncio.wait([answer], timeout=0.3)
    postgres.resume()
    assert not done
    assert await answer == 1
    await connection.close()


async def test_a_topic_is_compacted_when_its_settings_ask_for_it(kafka, create_topic):
    configs = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01"}
    topic = await create_topic("compacted", configs=configs)

    async def compacted() -> bool:
        await _send(kafka.bootstrap, topic, b"latest")  # a new record closes the old segment
        return len(await _read_all(kafka.bootstrap, topic)) < 4

    for number in range(4):
        await _send(kafka.bootstrap, topic, b"%d" % number)
    await eventually(compacted, timeout=30, because="older values of the key are gone")


async def test_an_accent_in_the_folder_and_a_locale_without_any_stop_neither_part(tmp_path, monkeypatch):
    folder = tmp_path / "à côté"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("LC_ALL", "C")
    async with EmbeddedKafka() as kafka, EmbeddedPostgres() as postgres:
        assert kafka.log.is_relative_to(folder)
        await create_topic(kafka.bootstrap, "accent")
        await _send(kafka.bootstrap, "accent", b"1")
        assert await _read_all(kafka.bootstrap, "accent") == [b"1"]
        assert len(list(folder.glob("imagin-kafka-*/data/accent-0"))) == 1, "where it was told to"
        await (await asyncpg.connect(postgres.admin_url)).close()


async def test_a_part_that_ended_says_where_its_log_is():
    async with EmbeddedPostgres() as postgres:
        assert postgres.ended() is None
        postgres.kill()
        assert postgres.ended() == str(postgres.log)
    assert postgres.ended() is None, "it was stopped"


async def test_two_of_each_run_side_by_side():
    async with (
        EmbeddedKafka() as one,
        EmbeddedKafka() as other,
        EmbeddedPostgres() as first,
        EmbeddedPostgres() as second,
    ):
        assert one.bootstrap != other.bootstrap
        assert first.admin_url != second.admin_url


async def test_a_cluster_takes_records_without_one_of_its_nodes_which_has_them_all_once_it_is_back():
    async with KafkaCluster(session_milliseconds=3_000) as cluster:
        topic = "kept"
        await create_topic(cluster.bootstrap, topic, replicas=3)
        first, *others = cluster.nodes
        await _send(cluster.bootstrap, topic, b"of all")
        first.kill()
        assert not first.alive()
        rest = ",".join(node.bootstrap for node in others)
        await _send(rest, topic, b"of two")
        await first.restart()
        await asyncio.to_thread(others[0].terminate)
        left = f"{first.bootstrap},{others[1].bootstrap}"

        async def all_read() -> bool:
            assert await _read_all(left, topic) == [b"of all", b"of two"]
            return True

        await eventually(all_read, because="the node that came back has what was sent without it")


@pytest.mark.parametrize("frozen", [False, True], ids=["running", "paused"])
async def test_nothing_is_left_when_the_starter_is_killed(frozen, tmp_path):
    script = f"""
        import asyncio, sys, pathlib
        from testkit.parts.selection import choose_parts

        async def main():
            parts = choose_parts(pathlib.Path({str(tmp_path)!r}), given=False)
            await parts.start()
            if {frozen}:
                parts.kafka.pause()
                parts.postgres.pause()
            print("ready", flush=True)
            await asyncio.sleep(600)

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "IMAGIN_TEST_PARTS": ""}) as starter:  # noqa: ASYNC220
        assert await asyncio.to_thread(starter.stdout.readline) == b"ready\n"
        family = psutil.Process(starter.pid).children(recursive=True)
        starter.send_signal(signal.SIGKILL)
    assert len(family) > 5  # java, postgres and its own
    try:
        await eventually(lambda: not any(_lives(one) for one in family), timeout=15, because="the family is gone")
    finally:
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_postgres_starts_from_a_folder_that_is_closed_to_others(tmp_path, monkeypatch):
    """As the clone in root's home is: PostgreSQL runs as `nobody` there."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = postgres_part._binaries().parents[1]
    for name in (wheel.name, f"{wheel.name}.libs"):
        shutil.copytree(wheel.with_name(name), closed / name, symlinks=True)
    monkeypatch.setattr(postgres_part, "_binaries", lambda: closed / wheel.name / "pginstall18" / "bin")
    async with EmbeddedPostgres(closed / "cluster") as postgres:
        connection = await asyncpg.connect(postgres.admin_url)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


def test_a_misspelt_choice_of_parts_is_an_error():
    with pytest.raises(PartError, match="must be embedded or containers"):
        choose_parts(given=False, environ={"IMAGIN_TEST_PARTS": "container"})


def test_a_cluster_of_containers_is_refused_in_one_sentence():
    with pytest.raises(PartError, match="embedded only"):
        choose_parts(given=False, brokers=3, environ={"IMAGIN_TEST_PARTS": "containers"})


async def test_the_operators_servers_win_where_asked(kafka, postgres):
    environ = {"IMAGIN_KAFKA_BOOTSTRAP": kafka.bootstrap, "IMAGIN_DATABASE_URL": postgres.admin_url}
    parts = choose_parts(given=True, environ=environ)
    async with parts:
        assert (parts.kafka.bootstrap, parts.postgres.admin_url) == (kafka.bootstrap, postgres.admin_url)
        with pytest.raises(PartError, match="operator's"):
            parts.kafka.kill()
    assert choose_parts(given=False, environ=environ).kafka is not parts.kafka


def test_a_java_that_does_not_run_is_named_in_one_sentence(monkeypatch):
    monkeypatch.setenv("IMAGIN_JAVA", "/nowhere/java")
    with pytest.raises(PartError, match=r"^IMAGIN_JAVA \(/nowhere/java\) does not run: FileNotFoundError\.$"):
        find_java()
