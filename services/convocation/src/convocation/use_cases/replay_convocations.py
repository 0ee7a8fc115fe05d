"""Replay: the events of convocations told again as they were, at the same version: readers know them."""

from collections.abc import AsyncIterator
from typing import Any

from chassis.database import Connection
from convocation.persistence import rejouer
from convocation.persistence.rejouer import Choix
from convocation.publishing import TYPES
from event_schemas.catalogue import CONVOCATION

_PAGE = 1_000


async def chosen(connection: Connection, choix: Choix) -> AsyncIterator[list[Any]]:
    """The chosen convocations, page by page."""
    page = await rejouer.page(connection, choix, None, _PAGE)
    while page:
        yield page
        page = await rejouer.page(connection, choix, page[-1]["convocation_id"], _PAGE)


async def replay_convocations(connection: Connection, choix: Choix) -> AsyncIterator[tuple[int, int]]:
    """A transaction a page; yields how many were told again, and how many cannot be (nobody kept their event)."""
    async for page in chosen(connection, choix):
        async with connection.transaction():
            told = await rejouer.tell_again(connection, [row["convocation_id"] for row in page], CONVOCATION, TYPES)
        yield told, len(page) - told
