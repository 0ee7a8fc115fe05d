"""One HTTP command is one transaction; the relay is woken after its commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from fastapi.responses import RedirectResponse

from acces.acteur import Acteur
from acces.commande import Commande
from chassis.database import Connection
from chassis.http import Application, application


@asynccontextmanager
async def reading(request: Request) -> AsyncIterator[Connection]:
    """A connection to read from."""
    async with application(request, Application).pool.acquire() as connection:
        yield connection


@asynccontextmanager
async def snapshot(request: Request) -> AsyncIterator[Connection]:
    """A connection whose queries all see the same moment."""
    async with reading(request) as connection, connection.transaction(isolation="repeatable_read"):
        yield connection


@asynccontextmanager
async def commande(request: Request, acteur: Acteur) -> AsyncIterator[Commande]:
    """A command's transaction: committed at the end, rolled back by any refusal; then the relay is woken."""
    ours = application(request, Application)
    async with reading(request) as connection, connection.transaction():
        yield Commande(connection, acteur, ours.clock())
    ours.wake_relay()


def see_other(url: str) -> RedirectResponse:
    """After a command: the page to look at, by GET."""
    return RedirectResponse(url, status_code=303)
