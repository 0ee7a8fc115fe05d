"""`imagin db`: the services' databases and migrations, with the administrator's URL (IMAGIN_DATABASE_URL)."""

from collections.abc import Awaitable, Sequence
from typing import Annotated, TypeVar

import typer

from chassis import provisioning
from chassis.database import is_transient
from chassis.migration import Schema
from imagin_ops import running
from imagin_ops.connections import NoAnswer, place, run
from imagin_ops.output import fail, program, put, put_json
from imagin_ops.services import ServiceSpec, chosen

app = typer.Typer(help="Databases, roles and migrations of the services.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Service = Annotated[str | None, typer.Argument(help="This one alone: where each has a server of its own.")]

T = TypeVar("T")


@app.command()
def create(service: Service = None, *, json: Json = False) -> None:
    """Create roles and databases that are missing, and migrate. Needs IMAGIN_DATABASE_URL.

    Passwords come from <SERVICE>_DATABASE_PASSWORD. Exit code 0, 2 when a password is missing or too weak, 4 when
    PostgreSQL does not answer.
    """
    services = chosen(service)
    installation = running.find()
    url = installation.admin
    passwords = {one: running.given(f"{one.prefix}DATABASE_PASSWORD") for one in services}
    installation.need({f"{one.prefix}DATABASE_PASSWORD": password for one, password in passwords.items()})
    installation.tell_writing(place(url))

    for one, password in passwords.items():
        try:
            run(_asked(url, provisioning.create_service_database(url, one.package, password=password)))
        except ValueError as error:
            fail(f"{one.prefix}DATABASE_PASSWORD : {error}", code=2)
        if not json:
            put(f"{one.package} : prête")
    if json:
        put_json({one.package: "prête" for one in services})


@app.command()
def migrate(service: Service = None, *, json: Json = False) -> None:
    """Apply pending migrations to every service's database, as its owner. Needs IMAGIN_DATABASE_URL.

    Exit code 0, 1 when a schema is newer than this code or a database is missing, 4 when PostgreSQL does not answer.
    """
    services = chosen(service)
    installation = running.find()
    url = installation.admin
    installation.tell_writing(place(url))
    schemas = run(_schemas(url, services))
    if absent := [name for name, schema in schemas.items() if schema is None]:
        fail(f"base absente : {', '.join(absent)} ; {program()} db create la crée")
    applied = {one.package: run(_asked(url, provisioning.migrate(url, one.package))) for one in services}
    if json:
        put_json(applied)
    for name, names in applied.items() if not json else ():
        put(f"{name} : {', '.join(names) or _sentence(schemas[name])}")
    raise typer.Exit(1 if any(schema and schema.unknown for schema in schemas.values()) else 0)


@app.command()
def status(service: Service = None, *, json: Json = False) -> None:
    """By service the migrations to apply, and those applied that this code does not know. Needs IMAGIN_DATABASE_URL.

    Exit code 0 when schemas and code are the same, 1 otherwise, 4 when PostgreSQL does not answer.
    """
    services = chosen(service)
    schemas = run(_schemas(running.find().admin, services))
    if json:
        put_json({name: schema._asdict() if schema else None for name, schema in schemas.items()})
    for name, schema in schemas.items() if not json else ():
        put(f"{name} : {_sentence(schema)}")
    raise typer.Exit(1 if any(schema is None or any(schema) for schema in schemas.values()) else 0)


async def _schemas(url: str, services: Sequence[ServiceSpec]) -> dict[str, Schema | None]:
    return {one.package: await _asked(url, provisioning.schema(url, one.package)) for one in services}


async def _asked(url: str, work: Awaitable[T]) -> T:
    """The result of `work`. Raises NoAnswer where the administrator cannot connect, or PostgreSQL goes away."""
    try:
        return await work
    except Exception as error:
        if not is_transient(error):
            raise
        raise NoAnswer(f"{place(url)} : pas de réponse ({type(error).__name__})") from None


def _sentence(schema: Schema | None) -> str:
    if schema is None:
        return "base absente"
    parts = [f"à appliquer : {', '.join(schema.pending)}"] if schema.pending else []
    if schema.unknown:
        parts.append(f"schéma plus récent que ce code, qui ne connaît pas {', '.join(schema.unknown)}")
    return " ; ".join(parts) or "à jour"
