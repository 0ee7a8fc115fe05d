"""`imagin db` on a real PostgreSQL: behind, at head, ahead of the code, absent, and a server that does not answer."""

import asyncpg
import pytest

from chassis.provisioning import with_database
from imagin_ops.services import CONVOCATION, NOTIFIER, SERVICES
from testkit.databases import drop_database

PASSWORDS = {f"{service.prefix}DATABASE_PASSWORD": "p" * 16 for service in SERVICES}


@pytest.fixture
async def server(postgres):
    """The services' own names of databases, gone afterwards."""
    yield {"IMAGIN_DATABASE_URL": postgres.admin_url}
    for service in SERVICES:
        await drop_database(postgres.admin_url, service.package)


@pytest.fixture
async def provisioned(imagin, server):
    done = await imagin("db", "create", **server, **PASSWORDS)
    assert done.code == 0, done.err
    return server


async def execute(postgres, service, statement):
    connection = await asyncpg.connect(with_database(postgres.admin_url, service.package))
    await connection.execute(statement)
    await connection.close()


async def test_databases_are_created_and_at_head_with_the_administrators_url_alone(imagin, provisioned):
    done = await imagin("db", "status", "--json", **provisioned)
    assert done.code == 0
    assert done.json == {service.package: {"pending": [], "unknown": []} for service in SERVICES}


async def test_a_schema_that_is_newer_than_the_code_is_told_and_is_not_up_to_date(imagin, provisioned, postgres):
    await execute(postgres, NOTIFIER, "INSERT INTO schema_migrations VALUES ('9998'), ('9999')")
    done = await imagin("db", "status", **provisioned)
    assert done.code == 1
    lines = dict(line.split(" : ", 1) for line in done.out.splitlines())
    assert lines["notifier"] == "schéma plus récent que ce code, qui ne connaît pas 9998, 9999"
    assert lines["convocation"] == "à jour"
    json = (await imagin("db", "status", "--json", **provisioned)).json
    assert json["notifier"] == {"pending": [], "unknown": ["9998", "9999"]}
    migrated = await imagin("db", "migrate", **provisioned)
    assert migrated.code == 1
    assert "notifier : schéma plus récent que ce code" in migrated.out


async def test_a_schema_that_is_behind_is_told_and_migrated(imagin, provisioned, postgres):
    await execute(
        postgres, CONVOCATION, "DELETE FROM schema_migrations; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    )
    done = await imagin("db", "status", **provisioned)
    assert done.code == 1
    assert "convocation : à appliquer : 0001_chassis.sql" in done.out
    assert (await imagin("db", "migrate", **provisioned)).code == 0
    assert (await imagin("db", "status", **provisioned)).code == 0


async def test_a_database_that_is_not_there_is_told(imagin, server):
    status = await imagin("db", "status", **server)
    assert (status.code, status.out.splitlines()[0]) == (1, "mission_import : base absente")
    migrate = await imagin("db", "migrate", **server)
    assert (migrate.code, migrate.out) == (1, "")
    assert "db create" in migrate.err


async def test_one_service_alone_is_made_migrated_and_told_where_each_has_a_server_of_its_own(imagin, server):
    password = {f"{NOTIFIER.prefix}DATABASE_PASSWORD": "p" * 16}
    done = await imagin("db", "create", "notifier", "--json", **server, **password)
    assert (done.code, done.json) == (0, {"notifier": "prête"})
    for command in ("status", "migrate"):
        done = await imagin("db", command, "notifier", **server)
        assert (done.code, done.out) == (0, "notifier : à jour\n")
    unknown = await imagin("db", "migrate", "notifiers", **server)
    assert (unknown.code, "service inconnu : notifiers" in unknown.err) == (2, True)


async def test_all_passwords_are_asked_for_before_anything_is_created(imagin, server):
    first, *others = PASSWORDS
    done = await imagin("db", "create", **server, **{first: "p" * 16})
    assert done.code == 2
    assert all(name in done.err for name in others)
    weak = await imagin("db", "create", **server, **PASSWORDS | {first: "short"})
    assert (weak.code, first in weak.err) == (2, True)
    assert (await imagin("db", "status", **server)).out.count("base absente") == len(SERVICES)


@pytest.mark.parametrize("command", ["status", "migrate", "create"])
async def test_a_server_that_is_frozen_is_told_in_one_sentence(imagin, server, postgres, command):
    postgres.pause()
    try:
        done = await imagin.process("db", command, **server, **PASSWORDS)
    finally:
        postgres.resume()
    assert (done.code, done.out) == (4, "")
    assert "pas de réponse" in done.err
    assert done.seconds < 15
