"""`imagin outbox`: rows written and not sent yet, by service and topic, with the age of the oldest."""

import asyncio
import json
import os
import sys
from pathlib import Path
from uuid import UUID

import pytest

from chassis import outbox
from chassis.database import connect
from chassis.outbox import Outgoing
from imagin_ops.services import NOTIFIER, SERVICES

HOUR = 3_600
AGES = {"mails": [2 * HOUR, 5], "rights": [HOUR]}
SCRIPT = Path(sys.executable).with_name("imagin-ops")


@pytest.fixture
async def environment(database):
    """Rows wait in notifier's outbox; the other services' are empty."""
    filled, empty = (await database("notifier")).url, (await database("santorin_bridge")).url
    await write(filled)
    urls = {service.name: empty for service in SERVICES} | {NOTIFIER.name: filled}
    given = {f"{service.prefix}DATABASE_URL": urls[service.name] for service in SERVICES}
    return os.environ | given | {"IMAGIN_KAFKA_BOOTSTRAP": "unused:1"}


async def write(url):
    connection = await connect(url)
    for topic, ages in AGES.items():
        for number, age in enumerate(ages, start=1):
            await outbox.append(connection, [Outgoing(topic, "t", "k", UUID(int=1), number, b"{}")])
            await connection.execute(
                "UPDATE outbox SET created_at = now() - make_interval(secs => $1) WHERE topic = $2 AND version = $3",
                *(age, topic, number),
            )
    await connection.close()


async def ask(environment, *arguments):
    process = await asyncio.create_subprocess_exec(
        SCRIPT, "outbox", *arguments, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    return out.decode()


async def test_it_counts_what_waits_by_topic_with_the_age_of_the_oldest(environment):
    found = json.loads(await ask(environment, "--json"))
    assert list(found) == [service.name for service in SERVICES]
    nothing = {"pending": 0, "oldest_seconds": 0.0, "topics": []}
    assert [one for name, one in found.items() if name != NOTIFIER.name] == [nothing] * 3
    mine = found[NOTIFIER.name]
    assert mine["pending"] == 3
    assert mine["oldest_seconds"] == pytest.approx(2 * HOUR, abs=60)
    assert [(one["topic"], one["pending"]) for one in mine["topics"]] == [("mails", 2), ("rights", 1)]
    assert [one["oldest_seconds"] for one in mine["topics"]] == [
        pytest.approx(2 * HOUR, abs=60),
        pytest.approx(HOUR, abs=60),
    ]


async def test_for_a_person_a_line_says_each_service_and_each_topic(environment):
    lines = [line.split() for line in (await ask(environment)).splitlines()]
    assert [words[0] for words in lines] == [*(service.name for service in SERVICES), "mails", "rights"]
    assert [words[1] for words in lines] == ["rien", "rien", "rien", "3", "2", "1"]
    assert 2 * HOUR <= int(lines[3][-2]) < 2 * HOUR + 60
