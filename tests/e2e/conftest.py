"""One running product for the end-to-end tests of a module: real parts, the four services as processes."""

import shutil
import tempfile
from pathlib import Path

import pytest_asyncio

from imagin_dev.demo.books import Books
from imagin_dev.stack import Stack
from imagin_ops.services import SERVICES

# As short as the broker allows: a killed process's partitions find their new reader sooner.
SESSION = {f"{service.prefix}KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000" for service in SERVICES}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-e2e-"))
    async with Stack(folder, settings=SESSION, given=False) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def books(stack):
    books = Books(stack.databases)
    await books.open()
    yield books
    await books.close()
