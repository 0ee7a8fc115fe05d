"""`imagin audit export`: all acts of a time, as lines that another program reads."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from acces import audit
from acces.acteur import Acteur, Role
from acces.audit import Acte
from chassis.database import connect
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SERVICES

NOON = datetime(2020, 1, 13, 12, tzinfo=UTC)
CHEF = Acteur("c", Role.CHEF, "Camille ÉCHANTILLON")


@pytest.fixture
async def databases(database):
    """Three acts of an hour each in convocation, one in mission-import, none elsewhere."""
    urls = {service: (await database(service.package)).url for service in SERVICES}
    for service, count in ((CONVOCATION, 3), (MISSION_IMPORT, 1)):
        connection = await connect(urls[service])
        for number in range(count):
            acte = Acte("convocation.annuler", f"convocation|{number}", {"etat": "a"}, None, "malade\nlongtemps", "10")
            await audit.record(connection, CHEF, NOON + timedelta(hours=number), [acte])
        await connection.close()
    return {f"{service.prefix}DATABASE_URL": url for service, url in urls.items()}


def lines(done):
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


async def test_acts_are_lines_with_who_what_when_and_why(imagin, databases):
    acts = lines(await imagin("audit", "export", **databases))
    assert [one["service"] for one in acts] == ["mission-import", *["convocation"] * 3]
    assert [one["objet"] for one in acts[1:]] == ["convocation|0", "convocation|1", "convocation|2"]
    last = acts[-1]
    assert (last["par"], last["role"], last["nom"]) == ("c", "chef", "Camille ÉCHANTILLON")
    assert (last["avant"], last["apres"], last["motif"]) == ({"etat": "a"}, None, "malade\nlongtemps")
    assert datetime.fromisoformat(last["le"]) == NOON + timedelta(hours=2)


async def test_a_time_is_from_its_first_moment_to_before_its_last(imagin, databases):
    local = [(NOON + timedelta(hours=hours)).astimezone().strftime("%Y-%m-%d %H:%M:%S") for hours in (1, 2)]
    between = ("--since", local[0], "--until", local[1])
    acts = lines(await imagin("audit", "export", "--service", "convocation", *between, **databases))
    assert [one["objet"] for one in acts] == ["convocation|1"]


async def test_a_database_that_is_away_is_told(imagin, databases):
    away = {"NOTIFIER_DATABASE_URL": "postgresql://notifier@127.0.0.1:1/notifier"}
    done = await imagin("audit", "export", **databases | away)
    assert (done.code, "notifier" in done.err) == (4, True)
