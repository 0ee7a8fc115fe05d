"""`imagin db`: the services' databases and migrations, with the administrator's URL (IMAGIN_DATABASE_URL)."""

import asyncio
import os
from typing import Annotated

import typer

from chassis import provisioning
from imagin_ops import running
from imagin_ops.output import fail, put, put_json
from imagin_ops.services import SERVICES

app = typer.Typer(help="Databases, roles and migrations of the services.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def _admin_url() -> str:
    url = os.environ.get("IMAGIN_DATABASE_URL") or running.find().admin_url
    if not url:
        fail("IMAGIN_DATABASE_URL (administrateur PostgreSQL) est nécessaire", code=2)
    return url


@app.command()
def create(*, json: Json = False) -> None:
    """Create roles and databases that are missing, and migrate. Passwords come from <SERVICE>_DATABASE_PASSWORD."""
    url = _admin_url()
    for service in SERVICES:
        password = os.environ.get(f"{service.prefix}DATABASE_PASSWORD")
        if not password:
            fail(f"{service.prefix}DATABASE_PASSWORD n’est pas donné", code=2)
        asyncio.run(provisioning.create_service_database(url, service.package, password=password))
        if not json:
            put(f"{service.package} : prête")
    if json:
        put_json({service.package: "prête" for service in SERVICES})


@app.command()
def migrate(*, json: Json = False) -> None:
    """Apply pending migrations to every service's database, as its owner."""
    url = _admin_url()
    applied = {service.package: asyncio.run(provisioning.migrate(url, service.package)) for service in SERVICES}
    if json:
        put_json(applied)
    for name, names in applied.items() if not json else ():
        put(f"{name} : {', '.join(names) or 'à jour'}")


@app.command()
def status(*, json: Json = False) -> None:
    """Pending migrations by service. Exit code 0 when all are at head, 1 otherwise."""
    url = _admin_url()
    todo = {service.package: asyncio.run(provisioning.pending(url, service.package)) for service in SERVICES}
    if json:
        put_json(todo)
    for name, names in todo.items() if not json else ():
        put(f"{name} : {'base absente' if names is None else ', '.join(names) or 'à jour'}")
    raise typer.Exit(1 if any(names is None or names for names in todo.values()) else 0)
