"""The batch consumer on real Kafka and PostgreSQL: bad records die alone, good ones apply, nothing is lost or hot."""

import json
from uuid import UUID

import pytest
from aiokafka import TopicPartition

from chassis import migration, outbox, service
from chassis.database import SchemaDiffers, can_wait
from testkit.eventually import eventually

TYPE = "fr.imagin.thing.v1"
MIGRATIONS = migration.of_packages(["chassis"])


def thing(name, version=1, digest=None, headers=((("ce_type"), TYPE.encode()),)):
    body = {"id": name, "version": version, "hash": digest or f"h{version}"}
    return {"key": name.encode(), "value": json.dumps(body).encode(), "headers": list(headers)}


BAD = [
    {"key": b"a", "value": b"{no", "headers": [("ce_type", TYPE.encode())]},
    {"key": b"a", "value": None, "headers": [("ce_type", TYPE.encode())]},
    thing("a", headers=[("ce_type", b"\xff\xfe")]),
    thing("a", headers=[("ce_type", TYPE.encode()), ("ce_id", None)]),
    thing("a", headers=[("ce_type", b"fr.imagin.unknown.v1")]),
    {"key": b"a", "value": b"x" * 950_000, "headers": [("ce_type", TYPE.encode())]},
    thing("impossible"),
    thing("bug"),
    {**thing("nul\x00"), "headers": [("ce_type", TYPE.encode()), ("n\x00ul", b"x")]},
]


async def test_bad_records_of_every_kind_die_alone_with_their_coordinates_and_neighbours_apply(bench):
    records = [record for number, bad in enumerate(BAD) for record in (thing(f"good-{number}"), bad)]
    await bench.send(*records)
    await bench.start()
    await eventually(bench.committed_everything, because="every offset is committed")
    assert await bench.things() == [(f"good-{number}", 1, 1) for number in range(len(BAD))]
    dead = await bench.dead()
    assert [offset for offset, *_ in dead] == [2 * number + 1 for number in range(len(BAD))]
    assert [reason for _, stage, reason, _ in dead if stage == "APPLY"] == [
        "the domain refuses",
        "KeyError",
        "CharacterNotInRepertoireError",
    ]


async def test_all_redelivered_ten_times_changes_nothing(bench):
    await bench.send(thing("a"), thing("b"), thing("a", 2), BAD[0])
    await bench.start()
    await eventually(bench.committed_everything, because="the first pass is done")
    before = await bench.things(), await bench.dead()
    kafka = bench.subscriptions._subscribers[0].consumer
    for _ in range(10):
        kafka.seek(TopicPartition(bench.topic, 0), 0)
        await bench.send(thing("a", 2))
        await eventually(bench.committed_everything, because="the replay is done")
    assert (await bench.things(), await bench.dead()) == before
    assert before[0] == [("a", 2, 2), ("b", 1, 1)]


async def test_an_error_that_time_can_mend_rewinds_the_batch_and_loses_nothing(bench):
    await bench.send(thing("a"), thing("later"), thing("b"))
    await bench.start()
    await eventually(bench.committed_everything, because="the batch went through at the second try")
    assert [name for name, *_ in await bench.things()] == ["a", "b", "later"]
    assert await bench.dead() == []


LATER_RELEASE = "INSERT INTO schema_migrations (version) VALUES ('9999')"


@pytest.mark.parametrize(
    ("schema", "mended", "told"),
    [
        (
            "ALTER TABLE thing RENAME COLUMN effects TO effets",
            "ALTER TABLE thing RENAME COLUMN effets TO effects",
            "column thing.effects does not exist",
        ),
        (
            "ALTER TABLE thing RENAME TO chose",
            "ALTER TABLE chose RENAME TO thing",
            'relation "thing" does not exist',
        ),
        (
            f"ALTER TABLE thing ADD COLUMN numero text NOT NULL; {LATER_RELEASE}",
            "ALTER TABLE thing ALTER COLUMN numero DROP NOT NULL",
            "NotNullViolationError thing numero",
        ),
        (
            f"ALTER TABLE thing ADD CONSTRAINT nouvelle CHECK (id ~ '^[0-9]'); {LATER_RELEASE}",
            "ALTER TABLE thing DROP CONSTRAINT nouvelle",
            "CheckViolationError thing nouvelle",
        ),
    ],
    ids=["no column", "no table", "a later release's column", "a later release's constraint"],
)
async def test_a_schema_that_is_not_the_codes_stops_the_reader_and_makes_no_dead_letters(bench, schema, mended, told):
    names = [f"t{number:02}" for number in range(20)]
    await bench.pool.execute(schema)
    await bench.send(*map(thing, names))
    await bench.start()
    await eventually(lambda: bench.consumer.schema_refuses == told, because=told)
    assert (await bench.dead(), await bench.committed_everything()) == ([], False)
    await bench.pool.execute(mended)
    await eventually(bench.committed_everything, because="the schema fits")
    assert ([name for name, *_ in await bench.things()], await bench.dead()) == (names, [])
    assert bench.consumer.schema_refuses is None


async def test_a_constraint_of_its_own_schema_refuses_one_record_and_not_its_neighbours(bench):
    await bench.pool.execute("ALTER TABLE thing ADD CHECK (version < 5)")
    await bench.send(thing("a"), thing("b", 5), thing("c"))
    await bench.start()
    await eventually(bench.committed_everything, because="the refused one is dead")
    assert [name for name, *_ in await bench.things()] == ["a", "c"]
    assert await bench.dead() == [(1, "APPLY", "CheckViolationError", "OPEN")]


async def test_a_dead_letter_that_the_schema_refuses_when_retried_waits_for_its_next_try(bench):
    await bench.send(thing("bug-1"))
    await bench.start()
    await eventually(bench.dead, because="it is dead")
    bench.reader.apply = _apply_anything.__get__(bench.reader)
    await bench.pool.execute("ALTER TABLE thing RENAME TO chose; UPDATE dead_letter SET state = 'RETRY'")
    with pytest.raises(SchemaDiffers) as refused:
        await bench.consumer.retry_dead_letters()
    assert can_wait(refused.value)
    assert [state for *_, state in await bench.dead()] == ["RETRY"]


async def test_a_later_valid_version_closes_the_dead_letter_of_its_aggregate(bench):
    await bench.send(thing("a", 1), thing("a", 1, "fork"), thing("b", 1, "h1"))
    await bench.start()
    await eventually(bench.committed_everything, because="the fork is dead")
    assert await bench.dead() == [(1, "CONFLICT", "same version, other content", "OPEN")]
    await bench.send(thing("a", 2))
    await eventually(bench.committed_everything, because="version 2 applied")
    assert [state for *_, state in await bench.dead()] == ["SUPERSEDED"]


async def test_a_dead_letter_that_is_retried_applies_once_the_cause_is_gone(bench):
    await bench.send(thing("bug-1"))
    await bench.start()
    await eventually(bench.committed_everything, because="the record is dead")
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY'")
    assert await bench.consumer.retry_dead_letters() == 1
    assert [state for *_, state in await bench.dead()] == ["OPEN"]
    bench.reader.apply = _apply_anything.__get__(bench.reader)
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY'")
    assert await bench.consumer.retry_dead_letters() == 1
    assert [state for *_, state in await bench.dead()] == ["RETRIED"]
    assert await bench.things() == [("bug-1", 1, 1)]


async def _apply_anything(_, connection, events, held):
    rows = [(event.aggregate, event.version, event.hash) for event in events]
    await connection.executemany("INSERT INTO thing VALUES ($1, $2, $3, 1)", rows)


async def test_what_waits_in_the_outbox_and_what_is_dead_is_counted(bench):
    await bench.send(thing("bug"))
    await bench.start()
    await eventually(bench.dead, because="it is dead")
    key = UUID(int=1)
    await outbox.append(bench.pool, [outbox.Outgoing("t", TYPE, str(key), key, 1, b"{}")])
    [waiting] = await outbox.waiting(bench.pool)
    assert (waiting.topic, waiting.pending, waiting.oldest_seconds >= 0) == ("t", 1, True)
    row = await bench.pool.fetchrow(service._DEAD, record_class=service._Dead)
    assert row.dead == 1
