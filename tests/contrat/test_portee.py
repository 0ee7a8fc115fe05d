"""The second lock of the four databases, as PostgreSQL's catalogue has it (decision 0040)."""

from pathlib import Path

import asyncpg
import pytest

from chassis.provisioning import create_service_database, migrate
from testkit.parts.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
PACKAGES = ("mission_import", "convocation", "santorin_bridge", "notifier")
OF_THE_PROCESS = {"dead_letter", "outbox", "restauration_connu", "schema_migrations"}
"""Tables of no établissement: an acteur only adds to the outbox."""
NOBODYS_SINCE = {"audit_purge", "audit_sceau", "cle_oubli", "envoi", "habilitation_effacee"}
"""Tables that later migrations put behind policies, where no acteur has any."""
WINDOWS = {
    *("delegue_du_vecteur", "etablissement", "libelle_epreuve", "lieu_de_session", "lycee_de_commune"),
    *("occupation", "session_de_mission"),
}
"""Views of the owner's rights: a few columns past the policies, on purpose."""
KINDS = ("acteur", "agent", "nation", "academie", "etablissement", "intervenant")


@pytest.fixture(params=PACKAGES)
async def connection(request, database):
    """The administrator's connection to a service's database; `.package` is its service."""
    found = await database(request.param)
    held = await asyncpg.connect(found.admin_url)
    yield held, request.param
    await held.close()


async def test_every_table_is_behind_policies_or_is_one_that_no_acteur_reads(connection):
    held, package = connection
    tables = await held.fetch(
        "SELECT relname AS name, relrowsecurity AS behind FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    assert {one["name"] for one in tables if not one["behind"]} <= OF_THE_PROCESS
    rights = await held.fetch(
        "SELECT table_name || ' ' || privilege_type AS right FROM information_schema.role_table_grants "
        "WHERE grantee = ANY($1) AND table_name = ANY($2)",
        [f"{package}_{kind}" for kind in KINDS],
        list(OF_THE_PROCESS),
    )
    assert {one["right"] for one in rights} <= {"outbox INSERT"}


async def test_the_service_is_no_owner_and_an_acteur_neither_enters_nor_passes_a_policy(connection):
    held, package = connection
    roles = await held.fetch("SELECT * FROM pg_roles WHERE rolname LIKE $1", f"{package}%")
    found = {one["rolname"]: one for one in roles}
    assert found.keys() == {package, f"{package}_owner", *(f"{package}_{kind}" for kind in KINDS)}
    owners = await held.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert [one["tableowner"] for one in owners] == [f"{package}_owner"]
    for name, role in found.items():
        assert not role["rolsuper"], name
        assert (role["rolcanlogin"], role["rolbypassrls"]) == (name == package, name == package), name


async def test_no_policy_is_for_everybody_and_none_for_another_services_roles(connection):
    held, package = connection
    policies = await held.fetch("SELECT tablename, policyname, roles FROM pg_policies WHERE schemaname = 'public'")
    known = {f"{package}_{kind}" for kind in KINDS}
    assert [tuple(one) for one in policies if not set(one["roles"]) <= known] == []


async def test_a_view_asks_in_the_name_of_who_reads_it_but_for_the_windows(connection):
    held, package = connection
    views = await held.fetch(
        "SELECT relname AS name, coalesce(reloptions, '{}') AS options FROM pg_class "
        "WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
    )
    past = {one["name"] for one in views if "security_invoker=true" not in one["options"]}
    assert past == (WINDOWS if package == "convocation" else set())


async def test_the_policies_are_taken_down_whole_and_put_up_again(connection):
    held, package = connection
    [file] = ROOT.glob(f"services/*/src/{package}/migrations/*_portee.sql")
    up, down = file.read_text(encoding="utf-8").split("-- migrate:down")
    await held.execute(f"SET ROLE {package}_owner")
    await held.execute(down)
    assert await held.fetch("SELECT FROM pg_policies") == []
    behind = await held.fetch("SELECT relname FROM pg_class WHERE relrowsecurity")
    assert {one["relname"] for one in behind} <= NOBODYS_SINCE
    await held.execute(up)
    assert await held.fetchval("SELECT count(*) FROM pg_class WHERE relrowsecurity") > 0


async def test_an_administrator_who_is_no_superuser_makes_and_migrates_a_services_database():
    password = "of-the-administrator"
    async with EmbeddedPostgres() as postgres:  # of its own: roles that are there already were made by a superuser
        held = await asyncpg.connect(postgres.admin_url)
        await held.execute(f"CREATE ROLE admin LOGIN PASSWORD '{password}' CREATEDB CREATEROLE BYPASSRLS")
        await held.close()
        url = postgres.admin_url.replace("postgres@", f"admin:{password}@")
        await create_service_database(url, "convocation", password="of-the-application")
        assert await migrate(url, "convocation") == []
