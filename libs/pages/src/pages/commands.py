"""One HTTP request reads or commands in one transaction, in its acteur's reach; the relay is woken after a commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from fastapi.responses import RedirectResponse

from acces.acteur import Acteur
from acces.commande import Commande
from acces.portee import act_as
from chassis.database import Connection
from chassis.http import Application, application
from pages.frame import codes_of, enleves


@asynccontextmanager
async def reading(request: Request, acteur: Acteur) -> AsyncIterator[Connection]:
    """A connection to read from, in which the database shows what the acteur reaches (0040)."""
    async with itself(request) as connection, connection.transaction():
        await act_as(connection, acteur)
        yield connection


@asynccontextmanager
async def snapshot(request: Request, acteur: Acteur) -> AsyncIterator[Connection]:
    """As `reading`; all queries see the same moment."""
    async with itself(request) as connection, connection.transaction(isolation="repeatable_read"):
        await act_as(connection, acteur)
        yield connection


@asynccontextmanager
async def commande(request: Request, acteur: Acteur) -> AsyncIterator[Commande]:
    """A command's transaction: committed at the end, rolled back by any refusal; then the relay is woken."""
    ours = application(request, Application)
    async with itself(request) as connection:
        async with connection.transaction():
            await act_as(connection, acteur)
            yield Commande(connection, acteur, ours.clock())
        ours.wake_relay()


@asynccontextmanager
async def itself(request: Request) -> AsyncIterator[Connection]:
    """A connection of the service itself, which sees all: where nobody acts yet. The places are in a list (0040)."""
    async with application(request, Application).pool.acquire() as connection:
        yield connection


def see_other(url: str, request: Request | None = None) -> RedirectResponse:
    """After a command: the page to look at, by GET. `request`: whose form had texts; what they lost is told there."""
    lost = codes_of(enleves(request)) if request else ""
    return RedirectResponse(f"{url}{'&' if '?' in url else '?'}enleves={lost}" if lost else url, status_code=303)
