"""Between two releases a migration only expands (0031): PostgreSQL's catalogue before and after each later one."""

from importlib import import_module
from pathlib import Path

import asyncpg
import pytest

from chassis import migration
from chassis.migration import Migration
from imagin_dev.quality import ROOT
from imagin_dev.upgrade.contract import Taken, read_schema, unexplained
from imagin_dev.upgrade.previous import content_id, recorded
from imagin_ops.services import SERVICES

BEFORE = """
CREATE TABLE chose (id uuid PRIMARY KEY, nom text NOT NULL, age int, etat text NOT NULL DEFAULT 'A', UNIQUE (nom, age),
                    CONSTRAINT petit CHECK (age < 10));
CREATE TABLE autre (id uuid PRIMARY KEY);
CREATE VIEW vue AS SELECT id, nom FROM chose;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
EXPANDING = [
    "ALTER TABLE chose ADD COLUMN numero text",
    "ALTER TABLE chose ADD COLUMN numero text NOT NULL DEFAULT ''",
    "ALTER TABLE chose ADD COLUMN numero int CHECK (numero > 0)",
    "ALTER TABLE chose ADD COLUMN numero uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()",
    "ALTER TABLE chose ADD COLUMN numero bigint GENERATED ALWAYS AS IDENTITY",
    "CREATE TABLE nouvelle (id uuid PRIMARY KEY, nom text NOT NULL CHECK (nom <> ''), de uuid REFERENCES chose)",
    "CREATE INDEX nouveau ON chose (nom)",
    "CREATE VIEW nouvelle AS SELECT nom FROM chose",
    "CREATE OR REPLACE VIEW vue AS SELECT id, nom, age FROM chose",
    "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "ALTER TABLE chose ALTER COLUMN nom DROP NOT NULL",
    "ALTER TABLE chose DROP CONSTRAINT petit",
    "UPDATE chose SET nom = 'x'",
]
CONTRACTING = {
    "ALTER TABLE chose ADD COLUMN numero text NOT NULL": "chose.numero",
    "ALTER TABLE chose ADD COLUMN numero text; ALTER TABLE chose ALTER COLUMN numero SET NOT NULL": "chose.numero",
    "ALTER TABLE chose ALTER COLUMN age SET NOT NULL": "chose.age",
    "ALTER TABLE chose ALTER COLUMN etat DROP DEFAULT": "chose.etat",
    "ALTER TABLE chose DROP COLUMN etat": "chose.etat",
    "ALTER TABLE chose RENAME COLUMN etat TO status": "chose.etat",
    "ALTER TABLE chose ALTER COLUMN age TYPE bigint": "chose.age",
    "ALTER TABLE autre RENAME TO chose2": "autre",
    "DROP TABLE autre": "autre",
    "DROP VIEW vue": "vue",
    "DROP VIEW vue; CREATE VIEW vue AS SELECT id FROM chose": "vue.nom",
    "DROP FUNCTION f(int)": "f(integer)",
    "DROP FUNCTION f(int); CREATE FUNCTION f(int) RETURNS text LANGUAGE sql AS 'SELECT 1::text'": "f(integer)",
    "ALTER TABLE chose ADD CONSTRAINT court CHECK (length(nom) < 9)": "chose.court",
    "ALTER TABLE chose ADD CONSTRAINT court CHECK (length(nom) < 9) NOT VALID": "chose.court",
    "ALTER TABLE chose ADD CONSTRAINT de FOREIGN KEY (id) REFERENCES autre": "chose.de",
    "ALTER TABLE chose ADD CONSTRAINT un UNIQUE (nom)": "chose.un",
    "CREATE UNIQUE INDEX un ON chose (nom) WHERE age > 1": "chose.un",
    "CREATE UNIQUE INDEX un ON chose (lower(nom))": "chose.un",
    "ALTER TABLE chose DROP CONSTRAINT chose_nom_age_key": "chose.chose_nom_age_key",
    "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
    "CREATE TRIGGER tg BEFORE INSERT ON chose EXECUTE FUNCTION g()": "chose.tg",
}


@pytest.fixture
async def connection(create_database):
    connection = await asyncpg.connect(await create_database("schema"))
    yield connection
    await connection.close()


async def _apply(connection, one):
    """What the migration takes away and does not answer for."""
    before = await read_schema(connection)
    await connection.execute(one.up)
    return unexplained(one, before, await read_schema(connection))


@pytest.mark.parametrize("statement", EXPANDING)
async def test_what_is_only_added_takes_nothing_away(connection, statement):
    await connection.execute(BEFORE)
    assert await _apply(connection, Migration("2", "2_new.sql", statement)) == []


@pytest.mark.parametrize(("statement", "name"), CONTRACTING.items())
async def test_what_a_running_process_may_miss_is_seen_unless_the_file_answers_for_it(connection, statement, name):
    await connection.execute(BEFORE)
    answered = f"-- contract: {name}: nobody reads it since 1.2\n{statement}"
    empty = f"-- contract: {name}:\n-- contract: another: why\n{statement}"
    for text, found in ((statement, {name}), (answered, set()), (empty, {name})):
        transaction = connection.transaction()
        await transaction.start()
        assert {one.name for one in await _apply(connection, Migration("2", "2_new.sql", text))} == found
        await transaction.rollback()


def _migrations(service):
    """Those that the previous release has, and those that this one adds, as an upgrade applies them."""
    known = {(Path(path).parts[-3], Path(path).name) for path in recorded().migrations}
    ours = [(package, one) for package in import_module(service.package).MIGRATIONS for one in of(package)]
    return (
        [one for package, one in ours if (package, one.name) in known],
        [one for package, one in ours if (package, one.name) not in known],
    )


def of(package):
    return migration.of_packages([package])


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_migration_since_the_previous_release_only_expands(create_database, database, connection, service):
    await database(service.package)  # makes the roles that its policies name; they are the server's
    known, later = _migrations(service)
    assert known
    for one in known:
        await connection.execute(one.up)
    found: dict[str, list[Taken]] = {}
    for one in later:
        found[one.name] = await _apply(connection, one)
    assert {name: taken for name, taken in found.items() if taken} == {}
    fresh = await asyncpg.connect(await create_database("fresh"))
    for one in migration.of_service(service.package):
        await fresh.execute(one.up)
    assert await read_schema(fresh) == await read_schema(connection), "an upgraded database is as a new one"
    await fresh.close()


def test_a_released_migration_is_never_changed():
    changed = [
        path
        for path, id_ in recorded().migrations.items()
        if not (ROOT / path).is_file() or content_id((ROOT / path).read_bytes()) != id_
    ]
    assert changed == []
