"""A morning's thousands come after hours without any: PostgreSQL's statistics then say that nothing waits."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from notifier.persistence import notifications, resultats
from notifier.persistence.notifications import Key

WAITING, FEW = 1_200, 3
FILL = """
INSERT INTO notification (convocation_id, version, hash, nature, numero, premier_jour, etat, pas_avant)
SELECT md5(i::text)::uuid, 1, repeat('h', 64), 'CONVOCATION', md5((i % 1000)::text), '2020-03-05', 'PENDING', $1
FROM generate_series(1, $2::int) i
"""


@pytest.fixture
async def morning(notifier):
    """A connection in a transaction, and the keys of some rows."""
    async with notifier.pool.acquire() as connection, connection.transaction():
        await connection.execute(FILL, notifier.now - timedelta(hours=1), WAITING)
        await connection.execute("UPDATE notification SET etat = 'SENT'")
        await connection.execute("ANALYZE notification")
        await connection.execute("UPDATE notification SET etat = 'PENDING'")
        rows = await connection.fetch("SELECT convocation_id FROM notification LIMIT $1", FEW)
        yield connection, [Key(row["convocation_id"], 1, 0) for row in rows]


def handled(plan):
    """Rows that its steps went through, those they dropped among them."""
    mine = plan["Actual Rows"] + plan.get("Rows Removed by Join Filter", 0) + plan.get("Rows Removed by Filter", 0)
    return mine * plan["Actual Loops"] + sum(handled(one) for one in plan.get("Plans", ()))


async def looked_at(connection, statement, *arguments):
    plan = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *arguments)
    return handled(json.loads(plan)[0]["Plan"])


async def test_what_is_due_is_found_person_by_person(morning, notifier):
    connection, _ = morning
    assert len(await notifications.due(connection, notifier.now, [], 250, [])) >= 250
    assert await looked_at(connection, notifications._DUE, notifier.now, [], 250, []) < 10 * WAITING


async def test_the_fate_of_few_mails_looks_at_few_rows(morning, notifier):
    connection, keys = morning
    columns, mails = [list(column) for column in zip(*keys, strict=True)], [UUID(int=one) for one in range(FEW)]
    assert await looked_at(connection, resultats._ENGAGE, *columns, mails, notifier.now) < 20 * FEW
    fates = ["SENT"] * FEW, [None] * FEW, [notifier.now] * FEW
    assert await looked_at(connection, resultats._FINISH, *columns, mails, *fates, notifier.now) < 20 * FEW


async def test_what_ends_without_a_mail_or_waits_looks_at_few_rows(morning, notifier):
    connection, keys = morning
    columns = [list(column) for column in zip(*keys, strict=True)]
    assert await looked_at(connection, resultats._POSTPONE, *columns, notifier.now, "", notifier.now) < 20 * FEW
    assert await looked_at(connection, resultats._CLOSE, *columns, "POINTLESS", None, notifier.now) < 20 * FEW
    assert await looked_at(connection, notifications._SUPERSEDE, columns[0], notifier.now) < 20 * FEW
