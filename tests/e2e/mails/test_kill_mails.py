"""SIGKILL at nine points around SMTP DATA, twenty times each: nothing lost, and doubles from one window only (D28).

The window: the server has taken the message (its 250), and our commit of that has not happened.
"""

import asyncio
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid5

import pytest

from chassis.cloudevents import Cause
from chassis.database import connect
from notifier.persistence import notifications
from notifier.persistence.notifications import Change

POINTS = (
    "notifier.after_claim:1",
    "notifier.after_envois:1",
    "notifier.before_commit:1",
    "notifier.after_commit:1",
    "notifier.after_mail_from:2",
    "notifier.after_rcpt_to:2",
    "notifier.after_data:2",
    "notifier.before_commit:2",
    "notifier.after_commit:2",
)
WINDOW = {"notifier.after_data:2", "notifier.before_commit:2"}
KILLS, PEOPLE_EACH, CONNECTIONS = 20, 3, 3


class Senders:
    """Forked processes that send; `run` gives the end of one."""

    def __init__(self, process):
        self._process = process

    async def run(self, kill_at="", *, connections=1):
        self._process.stdin.write(f"{connections} {kill_at}\n".encode())
        await self._process.stdin.drain()
        return int(await asyncio.wait_for(self._process.stdout.readline(), 60))


@pytest.fixture
async def queue(database, smtp):
    urls = await database("notifier")
    script = Path(__file__).with_name("sender_process.py")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script), urls.url, smtp.url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    connection = await connect(urls.url)
    yield SimpleNamespace(senders=Senders(process), connection=connection, smtp=smtp, told=[])
    process.stdin.close()
    await process.wait()
    await connection.close()


async def convoke(queue, count):
    """As many people more, one convocation each."""
    changes = []
    for _ in range(count):
        identity = uuid5(UUID(int=0), str(len(queue.told)))
        queue.told.append(str(identity))
        event = SimpleNamespace(aggregate=str(identity), version=1, hash="0" * 64, correlation_id=None, cause=Cause())
        changes.append(Change(event, "CONVOCATION", str(identity), "10", date(2020, 3, 5)))
    async with queue.connection.transaction():
        await notifications.add(queue.connection, changes, datetime.now(UTC), timedelta(0))


@pytest.mark.parametrize("point", POINTS)
async def test_d28_killed_around_smtp_data_nothing_is_lost_and_doubles_are_the_same_mail(queue, point, capsys):
    doubles = await killed(queue, point, 1, capsys)
    assert doubles == (KILLS if point in WINDOW else 0)


@pytest.mark.parametrize("point", ["notifier.after_rcpt_to:2", "notifier.after_data:2", "notifier.before_commit:3"])
async def test_d28_over_several_connections_a_kill_doubles_no_more_mails_than_there_are(queue, point, capsys):
    doubles = await killed(queue, point, CONNECTIONS, capsys)
    assert doubles <= KILLS * CONNECTIONS
    assert doubles >= (0 if point == "notifier.after_rcpt_to:2" else KILLS), "the server had one at least"


async def killed(queue, point, connections, capsys):
    """Kills, then a sender that ends; returns how many mails were doubled, when nothing else is wrong."""
    for _ in range(KILLS):
        await convoke(queue, PEOPLE_EACH)
        assert await queue.senders.run(point, connections=connections) == -9, "the point was passed"
    assert await queue.senders.run(connections=connections) == 0
    taken = Counter(one.recipients[0].partition("@")[0] for one in queue.smtp.mailed)
    doubles = sum(taken.values()) - len(taken)
    with capsys.disabled():
        lost = len(set(queue.told) - set(taken))
        sys.stdout.write(f"\n  {point:28} {connections} connections, {KILLS} kills: lost {lost}, doubles {doubles} ")
    assert set(taken) == set(queue.told), "nobody is lost"
    assert len(queue.smtp.ids()) == len(queue.told), "a double bears the same Message-ID"
    assert len({bytes(one.message) for one in queue.smtp.mailed}) == len(queue.told), "and is the same mail"
    states = await queue.connection.fetch("SELECT etat, count(*) AS n FROM notification GROUP BY etat")
    assert {row["etat"]: row["n"] for row in states} == {"SENT": len(queue.told)}
    reports = await queue.connection.fetchval("SELECT count(*) FROM outbox")
    assert reports == len(queue.told), "each is reported once"
    return doubles
