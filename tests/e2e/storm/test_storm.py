"""R15, D19–D22: after the storm the topic, the bridge and convocation agree about every convocation.

No version ever went back, the check of rights never knew less than its `as_of` says, and SANTORIN, silent all the
while, gets everything once and in order.
"""

import asyncio
import time
from datetime import datetime

import asyncpg

from chassis.database import connect
from convocation.convocations import sql as replay
from convocation.convocations.commands import replay_convocations
from imagin_dev.santorin.simulator import Santorin
from imagin_ops.commands.reconcile import sources_of
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE
from santorin_bridge.persistence import reconciliation
from santorin_bridge.use_cases.reconcile import reconcile
from testkit.eventually import eventually


async def reconciled(storm):
    connection = await connect(storm.stack.databases[SANTORIN_BRIDGE.name])

    async def look():
        async with reconciliation.alone(connection) as mine:  # the bridge looks too, when it starts
            return mine and await reconcile(connection, sources_of(storm.stack.installation()), settle_seconds=1)

    try:
        return await eventually(look, timeout=60, because="nobody else reconciles")
    finally:
        await connection.close()


async def rows(storm):
    """The rights as recorded; nothing is dead."""
    connection = await asyncpg.connect(storm.stack.databases[SANTORIN_BRIDGE.name])
    found = await connection.fetch("SELECT convocation_id, version, etat FROM habilitation ORDER BY convocation_id")
    dead = await connection.fetchval("SELECT count(*) FROM dead_letter")
    await connection.close()
    assert dead == 0
    return [tuple(row) for row in found]


async def test_who_watched_was_there_to_the_end_and_has_seen_every_version(storm):
    """Else the other tests would compare with what nobody looked at."""
    versions = await storm.fetch(CONVOCATION, "SELECT sum(version) FROM convocation")

    def all_seen():
        return sum(max(version for _, version in told) for told in storm.watcher.told.values()) == versions

    await eventually(all_seen, because="the last version of each convocation was read")
    ended = [task.exception() for task in storm.watching if task.done()]
    assert ended == []


async def test_convocation_the_bridge_and_the_topic_agree_about_every_key(storm):
    print(storm.summary)  # noqa: T201
    assert await storm.fetch(CONVOCATION, "SELECT count(*) FROM convocation") == storm.keys
    bilan = await reconciled(storm)
    assert (bilan.droits, bilan.ecarts) == (storm.keys, [])
    active = await storm.fetch(CONVOCATION, "SELECT count(*) FROM convocation WHERE status = 'ACTIVE'")
    assert bilan.ouverts == active > 0


async def test_versions_of_a_key_never_went_back_on_the_topic(storm):
    await eventually(lambda: len(storm.watcher.rights) == storm.keys, because="the reader has seen all")
    assert storm.watcher.went_back == 0


async def test_the_check_of_rights_never_knew_less_than_it_said(storm):
    """So no « yes » was wrong: who was revoked by `as_of` is answered as revoked."""
    watcher = storm.watcher
    print(f"{len(watcher.answers)} answers, {watcher.refused} times 503")  # noqa: T201
    assert len(watcher.answers) > 500
    for answer in watcher.answers:
        as_of = datetime.fromisoformat(answer["as_of"])
        for right in answer["habilitations"]:
            told = watcher.told[right["convocation_id"]]
            by_then = max((version for at, version in told if at <= as_of), default=0)
            assert right["convocation_version"] >= by_then, "something that could be read by then is not in the answer"


async def test_a_reader_from_the_start_after_compaction_agrees_with_one_that_was_always_there(storm):
    watcher = storm.watcher
    for _ in range(2):  # rights sent again close the segments that are still written to
        await asyncio.sleep(1.1)  # segment.ms, by the broker's clock
        connection = await connect(storm.stack.databases[SANTORIN_BRIDGE.name])
        await connection.execute("UPDATE envoi SET publie_le = NULL")
        await connection.close()
        await eventually(storm.quiet, because="sent again")

    async def compacted():
        held, count = await storm.last_values()
        return count <= 2 * storm.keys and held  # one a key, and those of the segment still written to

    assert watcher.records > 2 * storm.keys
    held = await eventually(compacted, timeout=30, because="what was superseded is compacted away")
    await eventually(lambda: held == watcher.rights, because="both hold the same rights")


async def test_santorin_silent_all_the_while_gets_everything_once_and_in_order_when_it_is_back(storm):
    santorin = Santorin(storm.stack.kafka_connection)
    started = time.monotonic()
    await santorin.run(lambda _: None, until_idle_seconds=2)
    print(f"{len(santorin.rights)} rights answered in {time.monotonic() - started - 2:.1f} s")  # noqa: T201
    assert (santorin.went_back, santorin.rights) == (0, storm.watcher.rights)
    granted = sum(one.status == "GRANTED" for one in santorin.rights.values())
    accepted = """SELECT count(*) FROM acces a JOIN convocation c
    ON c.convocation_id = a.convocation_id AND c.version = a.convocation_version WHERE a.etat = 'ACCEPTEE'"""

    async def told():
        return await storm.fetch(CONVOCATION, accepted) == granted

    await eventually(told, timeout=30, because="each établissement reads the answer")
    assert (await reconciled(storm)).ecarts == []


async def test_everything_told_again_doubles_nothing(storm):
    before = await rows(storm)
    connection = await connect(storm.stack.databases[CONVOCATION.name])
    chosen = await replay.page(connection, replay.Choix(), None, 10_000)
    told = await replay_convocations(connection, [row["convocation_id"] for row in chosen])
    await connection.close()
    assert told == storm.keys
    await eventually(storm.quiet, because="told again")
    assert (await reconciled(storm)).ecarts == []
    assert await rows(storm) == before
