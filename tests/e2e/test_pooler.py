"""PgBouncer before PostgreSQL: in session mode a service works, in transaction mode its start refuses and says why."""

import asyncio
import os
import pwd

import asyncpg
import pytest

from chassis.database import is_transient
from chassis.pooler import NoSession, check_session
from chassis.provisioning import create_service_database
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_ops import topics
from testkit.child import Child
from testkit.eventually import eventually
from testkit.ports import free_port
from testkit.processes import ServiceProcess
from testkit.programs import find_program

CLOSINGS = inscriptions_file.of_events(closings.synthetic(20, 5))
PASSWORD = "p" * 20
IGNORED = "statement_timeout,lock_timeout,idle_in_transaction_session_timeout,timezone"
CONFIGURATION = """\
[databases]
* = host=127.0.0.1 port={postgres}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {users}
pool_mode = {mode}
ignore_startup_parameters = {ignored}
"""


@pytest.fixture
async def behind(postgres, database_name, tmp_path):
    """`url = await behind("session")`: the database of mission-import through a PgBouncer in that mode."""
    program, started = find_program("pgbouncer", "pgbouncer"), []
    port, name = free_port(), database_name("pooled")
    url = await create_service_database(postgres.admin_url, "mission_import", password=PASSWORD, name=name)

    async def start(mode, ignored=IGNORED, more=""):
        users, configuration = tmp_path / "users.txt", tmp_path / "pgbouncer.ini"
        users.write_text(f'"mission_import" "{PASSWORD}"\n', encoding="utf-8")
        text = CONFIGURATION.format(postgres=postgres.port, port=port, users=users, mode=mode, ignored=ignored)
        configuration.write_text(f"{text}{more}\n", encoding="utf-8")
        nobody = pwd.getpwnam("nobody")  # it does not run as root
        owner = (nobody.pw_uid, nobody.pw_gid) if os.geteuid() == 0 else None
        started.append(Child([program, str(configuration)], log=tmp_path / "pgbouncer.log", owner=owner))
        await eventually(lambda: _listens(port), because="PgBouncer listens")
        return url.replace(f":{postgres.port}/", f":{port}/")

    yield start
    for child in started:
        child.kill()


async def _listens(port):
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.fixture
async def start(kafka, tmp_path):
    """Starts a mission-import on that database; stopped at the end."""
    started = []
    await topics.apply({"bootstrap_servers": kafka.bootstrap})

    def start(url):
        environment = {
            "IMAGIN_TOKEN_KEY": "key-of-the-tests-" * 3,
            "MISSION_IMPORT_DATABASE_URL": url,
            "MISSION_IMPORT_KAFKA_BOOTSTRAP": kafka.bootstrap,
        }
        started.append(ServiceProcess.of("mission_import", environment, log=tmp_path / f"service-{len(started)}.log"))
        return started[-1]

    yield start
    for service in started:
        await asyncio.to_thread(service.terminate)


async def test_in_session_mode_a_service_imports_leads_and_hands_the_lead_over(behind, start, kafka):
    url = await behind("session")
    first = start(url)
    await first.wait_ready()
    await producer.send({"bootstrap_servers": kafka.bootstrap}, CLOSINGS, lambda _: None)
    second = start(url)
    await second.wait_ready()
    await asyncio.to_thread(first.kill)
    connection = await asyncpg.connect(url, statement_cache_size=0)

    async def all_told():
        counts = "SELECT (SELECT count(*) FROM cloture), (SELECT count(*) FROM outbox)"
        return tuple(await connection.fetchrow(counts)) == (len(CLOSINGS), 0)

    await eventually(all_told, timeout=40, because="the second process has imported and relayed what the first had not")
    await connection.close()


async def test_in_transaction_mode_a_service_refuses_to_start_and_says_what_to_change(behind, start):
    service = start(await behind("transaction"))
    assert await service.wait_ended(20) == 70
    assert "pool_mode=session" in service.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("mode", "ignored", "said"),
    [("session", "", "ignore_startup_parameters"), ("transaction", IGNORED, "shares one session")],
)
async def test_what_is_wrong_with_a_pooler_is_said(behind, mode, ignored, said):
    url = await behind(mode, ignored)
    with pytest.raises(NoSession, match=said):
        await check_session(url)


async def test_a_pooler_that_is_full_is_waited_for(behind):
    url = await behind("session", more="max_client_conn = 1")
    one = await asyncpg.connect(url, statement_cache_size=0)
    with pytest.raises(asyncpg.PostgresError) as told:
        await check_session(url)
    assert is_transient(told.value)
    await one.close()


async def test_a_pooler_that_hands_sessions_round_in_turn_is_refused(behind):
    url = await behind("transaction", more="server_round_robin = 1")
    warm = [await asyncpg.connect(url, statement_cache_size=0) for _ in range(6)]
    transactions = [one.transaction() for one in warm]
    for transaction in transactions:  # six backends, so that each statement finds another one
        await transaction.start()
    for transaction in transactions:
        await transaction.rollback()
    for one in warm:
        await one.close()
    with pytest.raises(NoSession, match="pool_mode=session"):
        await check_session(url)


async def test_a_session_without_our_limits_is_refused(create_database):
    url = await create_database("limits")
    await check_session(url)
    with pytest.MonkeyPatch.context() as patch:  # as behind a pooler that drops them
        patch.setattr("chassis.database.SERVER_SETTINGS", {})
        with pytest.raises(NoSession, match="drops the settings of our sessions"):
            await check_session(url)
