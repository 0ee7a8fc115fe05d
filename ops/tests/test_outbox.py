"""`imagin outbox`: what is written and not sent yet, by service and topic, with the age of the oldest."""

from uuid import UUID

import pytest

from chassis import outbox
from chassis.database import connect
from chassis.outbox import Outgoing
from event_schemas.catalogue import HABILITATION
from imagin_ops.services import NOTIFIER, SANTORIN_BRIDGE, SERVICES

HOUR = 3_600
AGES = {"mails": [2 * HOUR, 5], "rights": [HOUR]}
DIRTY = """
INSERT INTO habilitation (convocation_id, version, published_version, convocation_version, convocation_hash, status,
                          numero, mission_id, role, etat, sale_depuis)
SELECT gen_random_uuid(), 2, n, 1, '', 'GRANTED', '1', gen_random_uuid(), 'CORRECTEUR', '', now() - interval '3 hours'
FROM generate_series(1, 2) n  -- the second one is published
"""


@pytest.fixture
async def databases(database):
    """Rows wait in notifier's outbox; the other services' are empty."""
    filled, empty = (await database("notifier")).url, (await database("santorin_bridge")).url
    connection = await connect(filled)
    for topic, ages in AGES.items():
        for number, age in enumerate(ages, start=1):
            await outbox.append(connection, [Outgoing(topic, "t", "k", UUID(int=1), number, b"{}")])
            await connection.execute(
                "UPDATE outbox SET created_at = now() - make_interval(secs => $1) WHERE topic = $2 AND version = $3",
                *(age, topic, number),
            )
    await connection.close()
    urls = dict.fromkeys(SERVICES, empty) | {NOTIFIER: filled}
    return {f"{service.prefix}DATABASE_URL": urls[service] for service in SERVICES}


async def test_it_counts_what_waits_by_topic_with_the_age_of_the_oldest(imagin, databases):
    done = await imagin.process("outbox", "--json", **databases)
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == [service.name for service in SERVICES]
    nothing = {"pending": 0, "oldest_seconds": 0.0, "topics": []}
    assert [one for name, one in done.json.items() if name != NOTIFIER.name] == [nothing] * 3
    mine = done.json[NOTIFIER.name]
    assert mine["pending"] == 3
    assert mine["oldest_seconds"] == pytest.approx(2 * HOUR, abs=60)
    assert [(one["topic"], one["pending"]) for one in mine["topics"]] == [("mails", 2), ("rights", 1)]
    assert [one["oldest_seconds"] for one in mine["topics"]] == [
        pytest.approx(2 * HOUR, abs=60),
        pytest.approx(HOUR, abs=60),
    ]


async def test_the_rights_that_the_bridge_has_to_publish_wait_too(imagin, databases):
    connection = await connect(databases["SANTORIN_BRIDGE_DATABASE_URL"])
    await connection.execute(DIRTY)
    await connection.close()
    done = await imagin("outbox", "--service", SANTORIN_BRIDGE.name, "--json", **databases)
    assert list(done.json) == [SANTORIN_BRIDGE.name]
    mine = done.json[SANTORIN_BRIDGE.name]
    assert (mine["pending"], mine["oldest_seconds"]) == (1, pytest.approx(3 * HOUR, abs=60))
    assert [(one["topic"], one["pending"]) for one in mine["topics"]] == [(HABILITATION, 1)]
    status = (await imagin("status", "--json", **databases, IMAGIN_KAFKA_BOOTSTRAP="127.0.0.1:1")).json
    assert status[SANTORIN_BRIDGE.name]["outbox_pending"] == 1
    assert status[SANTORIN_BRIDGE.name]["outbox_oldest_seconds"] == pytest.approx(3 * HOUR, abs=60)


async def test_for_a_person_a_line_says_each_service_and_each_topic(imagin, databases):
    lines = [line.split() for line in (await imagin("outbox", **databases)).out.splitlines()]
    assert [words[0] for words in lines] == [*(service.name for service in SERVICES), "mails", "rights"]
    assert [words[1] for words in lines] == ["rien", "rien", "rien", "3", "2", "1"]
    assert 2 * HOUR <= int(lines[3][-2]) < 2 * HOUR + 60
