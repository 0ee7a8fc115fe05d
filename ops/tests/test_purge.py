"""`imagin purge`: what is past its term in the four databases, counted or taken."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.database import create_pool
from imagin_ops.services import NOTIFIER, SANTORIN_BRIDGE, SERVICES

RIGHT, MAIL = UUID(int=1), UUID(int=2)
LONG_AGO = datetime.now(UTC) - timedelta(days=1_200)


@pytest.fixture
async def databases(database):
    """A right that changed long ago and one of now; a mail of then and one that still waits."""
    made = {service: (await database(service.package)).url for service in SERVICES}
    async with create_pool(made[SANTORIN_BRIDGE]) as pool:
        for number, changed in ((1, LONG_AGO), (3, datetime.now(UTC))):
            await pool.execute(
                "INSERT INTO habilitation (convocation_id, version, published_version, convocation_version, "
                "convocation_hash, status, numero, mission_id, role, etat, changed_at) "
                "VALUES ($1, 1, 1, 1, 'h', 'GRANTED', 'n', $1, 'R', '{}', $2)",
                *(UUID(int=number), changed),
            )
    async with create_pool(made[NOTIFIER]) as pool:
        for number, etat in ((2, "SENT"), (4, "PENDING")):
            await pool.execute(
                "INSERT INTO notification (convocation_id, version, hash, nature, numero, etat, changee_le) "
                "VALUES ($1, 1, 'h', 'CONVOCATION', 'n', $2, $3)",
                *(UUID(int=number), etat, LONG_AGO),
            )
        await pool.execute("INSERT INTO compte_rendu VALUES ($1, 1)", MAIL)
    return made


@pytest.fixture
def environment(databases):
    return {f"{service.prefix}DATABASE_URL": url for service, url in databases.items()}


async def test_a_dry_run_counts_by_kind_and_the_purge_takes_that(imagin, environment, databases):
    dry = await imagin("purge", "--json", **environment)
    assert dry.code == 0, dry.err
    counted = {name: {kind: n for kind, n in kinds.items() if n} for name, kinds in dry.json["lignes"].items()}
    assert counted == {
        "mission-import": {},
        "convocation": {},
        "santorin-bridge": {"rights": 1},
        "notifier": {"mails": 2},
    }, "with the mail the note of what was told of it"
    told = await imagin("purge", **environment)
    assert "notifier : 2 × mails, gardé 760 jours" in told.out
    assert "rien n’a été retiré" in told.err

    done = await imagin("purge", "--confirm", "--json", **environment)
    assert done.json["lignes"] == counted
    async with create_pool(databases[NOTIFIER]) as pool:
        assert await pool.fetchval("SELECT array_agg(etat) FROM notification") == ["PENDING"]
    async with create_pool(databases[SANTORIN_BRIDGE]) as pool:
        assert await pool.fetchval("SELECT array_agg(convocation_id) FROM habilitation") == [UUID(int=3)]
        erased = await pool.fetchval("SELECT array_agg(convocation_id) FROM habilitation_effacee")
        assert erased == [RIGHT], "the topic is to have its tombstone"


async def test_durations_are_the_services_settings(imagin, environment):
    more = await imagin("purge", "--json", NOTIFIER_KEEP_MAILS_DAYS="1300", **environment)
    assert more.json["lignes"]["notifier"]["mails"] == 0
    wrong = await imagin("purge", NOTIFIER_KEEP_MAILS_DAYS="30", **environment)
    assert (wrong.code, "NOTIFIER_KEEP_MAILS_DAYS" in wrong.err) == (2, True)
