"""The fixtures of every test: real Kafka, real PostgreSQL, a mail server. Parts start when a test first asks."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright
from xdist.scheduler import LoadScopeScheduling

from chassis.provisioning import create_service_database, with_database, with_user
from testkit import databases, topics
from testkit.clock import Clock
from testkit.parts.classes import keep_classes
from testkit.parts.errors import PartError
from testkit.parts.selection import Kafka, Part, Parts, Postgres, choose_parts
from testkit.programs import CHROMIUM_ARGUMENTS, find_browser
from testkit.rows import check_rows
from testkit.smtp import MailServer

_FEW = 5
_needed = pytest.StashKey[set[str]]()
_PASSWORD = "testkit-password"  # noqa: S105  # of roles on a server of this session


class ServiceDatabase(NamedTuple):
    """`url` is the service's own role (reads and writes rows), `admin_url` the administrator's."""

    url: str
    admin_url: str


class LazyParts:
    """Starts what the session's tests need, in parallel, at the first ask; waits for the asked one only."""

    def __init__(self, parts: Parts, needed: set[str]) -> None:
        self._parts = parts
        self._needed = needed
        self._starting: dict[str, asyncio.Task[None]] = {}

    async def kafka(self) -> Kafka:
        await self._started("kafka")
        return self._parts.kafka

    async def postgres(self) -> Postgres:
        await self._started("postgres")
        return self._parts.postgres

    async def stop(self) -> None:
        for task in self._starting.values():
            task.cancel()
        await asyncio.gather(*self._starting.values(), return_exceptions=True)
        await self._parts.stop()

    async def _started(self, name: str) -> None:
        for one in {name, *self._needed} - self._starting.keys():
            self._starting[one] = asyncio.create_task(self._start(one))
        await asyncio.shield(self._starting[name])

    async def _start(self, name: str) -> None:
        part: Part = self._parts.kafka if name == "kafka" else self._parts.postgres
        await part.start()


class CreateTopic(Protocol):
    """`await create_topic("missions", partitions=3, configs={"cleanup.policy": "compact"})` -> its unique name.

    `exact=True` takes the name as it is, and makes the topic anew when it exists.
    """

    def __call__(
        self,
        name: str = "topic",
        *,
        partitions: int = 1,
        configs: Mapping[str, str] | None = None,
        exact: bool = False,
    ) -> Awaitable[str]: ...


class _OneProductAtATime(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """With `-n 2`: whole products one after the other, beside the rest file by file; the screens, on a product of their
    own, may be beside both. All in one row took longer than everything else.

    Not by marks of `--dist loadgroup`: pytest 9.2 does not read what xdist 3.8 writes into an item for them.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        if "/e2e/" not in file:
            return file
        return "e2e/screens" if "/e2e/screens/" in file else "e2e"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _OneProductAtATime(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "domain" in item.path.parts:
            item.add_marker(pytest.mark.domain)
    names = {name for item in items for name in getattr(item, "fixturenames", ())}
    config.stash[_needed] = names & {"kafka", "postgres"}


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where more than a few brokers will start here, their classes are kept first."""
    embedded = os.environ.get("IMAGIN_TEST_PARTS", "embedded") == "embedded"
    if embedded and len({item.path for item in session.items if "e2e" in item.path.parts}) > _FEW:
        with contextlib.suppress(PartError):  # the tests will say so
            keep_classes()


@pytest.fixture(scope="session", autouse=True)
def checked_rows() -> Iterator[None]:
    """Every test that reads a Row from a database checks its class (testkit.rows)."""
    with pytest.MonkeyPatch.context() as patch:
        check_rows(patch)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def parts(pytestconfig: pytest.Config) -> AsyncIterator[LazyParts]:
    """The session's parts, not started yet."""
    lazy = LazyParts(choose_parts(given=False), pytestconfig.stash.get(_needed, set()))
    yield lazy
    await lazy.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka(parts: LazyParts) -> Kafka:
    """The session's Kafka: `.bootstrap`, `.kill()`, `await .restart()`, `.pause()`, `.resume()`."""
    return await parts.kafka()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(parts: LazyParts) -> Postgres:
    """The session's PostgreSQL: `.admin_url`, `.kill()`, `await .restart()`, `.pause()`, `.resume()`."""
    return await parts.postgres()


@pytest_asyncio.fixture(loop_scope="session")
async def database_name(postgres: Postgres) -> AsyncIterator[Callable[[str], str]]:
    """`database_name("relay")`: one nobody has; a database of that name is dropped after the test."""
    given = []

    def name(start: str) -> str:
        given.append(_unique(start, "_"))
        return given[-1]

    yield name
    for one in given:
        await databases.drop_database(postgres.admin_url, one)


@pytest.fixture
def create_database(postgres: Postgres, database_name: Callable[[str], str]) -> Callable[[str], Awaitable[str]]:
    """`url = await create_database("relay")`: an empty database of your own, administrator's URL; gone afterwards."""

    async def create(name: str) -> str:
        return await databases.create_database(postgres.admin_url, database_name(name))

    return create


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> Callable[[str], Awaitable[str]]:
    """`await template("convocation")`: a migrated database of the session to copy, which takes a tenth of the time."""
    made: dict[str, str] = {}

    async def create(package: str) -> str:
        if package not in made:
            name = _unique(f"{package}_modele", "_")
            await create_service_database(postgres.admin_url, package, name=name, password=_PASSWORD)
            made[package] = name
        return made[package]

    return create


@pytest.fixture
def database(
    postgres: Postgres, template: Callable[[str], Awaitable[str]], database_name: Callable[[str], str]
) -> Callable[[str], Awaitable[ServiceDatabase]]:
    """`db = await database("convocation")`: fresh, migrated; `db.url` has the rights the service has, no more."""

    async def create(package: str) -> ServiceDatabase:
        name = database_name(package)
        await databases.copy_database(postgres.admin_url, await template(package), name, package=package)
        admin_url = with_database(postgres.admin_url, name)
        return ServiceDatabase(with_user(admin_url, package, _PASSWORD), admin_url)

    return create


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def create_topic(kafka: Kafka) -> CreateTopic:
    async def create(
        name: str = "topic",
        *,
        partitions: int = 1,
        configs: Mapping[str, str] | None = None,
        exact: bool = False,
    ) -> str:
        chosen = name if exact else _unique(name, "-")
        if exact:
            await topics.delete_topic(kafka.bootstrap, chosen)
        await topics.create_topic(kafka.bootstrap, chosen, partitions=partitions, configs=configs)
        return chosen

    return create


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real Chromium: `await chromium.new_context()`."""
    path = find_browser()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        await browser.close()


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A fresh mail server: `.url`, `.mailed`, `.refuse`."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


def _unique(name: str, separator: str) -> str:
    return f"{name}{separator}{secrets.token_hex(4)}"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """For the rates (acces.debit): `clock.now` in seconds."""
    clock = Clock()
    monkeypatch.setattr("acces.debit.time", clock)
    return clock
