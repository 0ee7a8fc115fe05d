"""The written order of an upgrade and of its rollback, under load: one service after the other (0031).

The previous release's processes work on the new schema and beside the new ones: nothing is lost, doubled or dead.
"""

import asyncio
import contextlib
import os

import asyncpg
import httpx2
import pytest

from chassis.provisioning import with_database
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE
from testkit.eventually import eventually

ORDER = (NOTIFIER, SANTORIN_BRIDGE, CONVOCATION, MISSION_IMPORT)
"""As deploy/README.md has it: who only reads first, so that nobody writes what its readers do not know."""
WORK = {
    MISSION_IMPORT: (MISSION_IMPORT, "SELECT count(*) FROM cloture"),
    CONVOCATION: (CONVOCATION, "SELECT count(*) FROM convocation"),
    SANTORIN_BRIDGE: (CONVOCATION, "SELECT count(*) FROM acces"),  # told by the bridge when the right is published
    NOTIFIER: (NOTIFIER, "SELECT count(*) FROM notification WHERE etat = 'SENT'"),
}
"""What each service does, and in whose database it is seen, on either schema."""
COMPLAINTS = ("http.failed", "consumer.schema_refuses", "consumer.dead_letter", "service.part_failed")


class Load:
    """Closings and convocations without a pause; `moves_on` waits until each service has written something new."""

    def __init__(self, stack, story):
        self.stack, self.story = stack, story

    async def run(self):
        while not self.over:
            await self.story.live()

    async def moves_on(self, because):
        before = await self._written()

        async def all_have():
            if self._working.done():
                self._working.result()
            behind = [service.name for service, count in (await self._written()).items() if count <= before[service]]
            assert behind == []
            return True

        await eventually(all_have, timeout=90, because=because)

    async def _written(self):
        return {service: await self.fetchval(*seen) for service, seen in WORK.items()}

    async def fetchval(self, service, query):
        connection = await asyncpg.connect(self.stack.databases[service.name])
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def working(self):
        self.over = False
        self._working = asyncio.create_task(self.run())
        try:
            yield
            self.over = True
            await self._working
        finally:
            self._working.cancel()


def complaints(stack):
    """What any process, of either release, has said of a failure that time does not mend."""
    lines = [line for log in stack.folder.glob("*.log") for line in log.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if any(f'"event": "{word}' in line for word in COMPLAINTS)]


@pytest.fixture(scope="module")
def load(stack, story):
    return Load(stack, story)


@pytest.mark.filterwarnings("default::imagin_dev.upgrade.previous.PlayedByThisRelease")
async def test_the_previous_release_works_on_the_new_schema_and_beside_the_new_one_under_load(stack, story, load):
    file = await stack.python("import convocation; print(convocation.__file__)")
    assert any(file.startswith(folder) for folder in stack.previous.split(os.pathsep))
    async with load.working():
        await load.moves_on("the previous release, on its own schema")
        stack.python_path = None
        await stack.ops("topics", "apply")
        await stack.ops("db", "migrate")
        await load.moves_on("the previous release, on the new schema")
        for service in ORDER:
            old = await stack.replace(service)
            await load.moves_on(f"both releases of {service.name}")
            assert await stack.end(old) == 0
        await load.moves_on("this release alone")
    await story.is_exact()
    assert complaints(stack) == []


async def test_a_migration_that_breaks_the_rule_stops_a_reader_and_makes_no_dead_letter(stack, story, load, books):
    """What the rule prevents, seen on real processes: each process that runs is of the release before this schema."""
    admin = await asyncpg.connect(with_database(stack.postgres.admin_url, MISSION_IMPORT.package))
    await admin.execute(
        """ALTER TABLE cloture_recue ADD COLUMN nouvelle text NOT NULL DEFAULT '';
        ALTER TABLE cloture_recue ALTER COLUMN nouvelle DROP DEFAULT;
        INSERT INTO schema_migrations (version) VALUES ('9999')"""
    )
    work = asyncio.create_task(story.live())
    readiness = f"{stack.url(MISSION_IMPORT)}/health/ready"
    async with httpx2.AsyncClient(trust_env=False) as http:

        async def refused():
            return (await http.get(readiness)).text == "schema: mission-import.inscriptions\n"

        await eventually(refused, because="the process says that the schema refuses what it writes")
    assert await books.dead_letters() == 0
    await admin.execute("ALTER TABLE cloture_recue ALTER COLUMN nouvelle SET DEFAULT ''")
    await work
    await story.is_exact()
    assert httpx2.get(readiness, trust_env=False).status_code == 200
    await admin.close()


@pytest.mark.filterwarnings("default::imagin_dev.upgrade.previous.PlayedByThisRelease")
async def test_the_previous_release_takes_over_again_under_load_on_the_schema_that_stays(stack, story, load):
    """As deploy/README.md has it under « Rollback »: who writes goes back first, and no migration is undone."""
    before = complaints(stack)
    async with load.working():
        await load.moves_on("this release alone")
        stack.python_path = stack.previous
        for service in reversed(ORDER):
            new = await stack.replace(service)
            assert await stack.end(new) == 0
        await load.moves_on("the previous release alone, on the new schema")
    await story.is_exact()
    assert complaints(stack) == before
