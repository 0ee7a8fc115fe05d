"""`imagin dlq`: look at dead letters, retry them in the service that failed, or discard them with a reason."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import asyncpg
import typer

from imagin_ops import running
from imagin_ops.output import fail, put, put_json, say

app = typer.Typer(help="Dead letters: records that a service could not apply.", no_args_is_help=True)

_LIST = """
SELECT id, consumer_group, topic, partition, "offset", stage, reason, state, attempts, created_at
FROM dead_letter WHERE $1 OR state IN ('OPEN', 'RETRY') ORDER BY id LIMIT $2
"""
_MARK = "UPDATE dead_letter SET state = 'RETRY', changed_at = now() WHERE id = ANY($1::bigint[]) AND state = 'OPEN'"
_DISCARD = """
UPDATE dead_letter SET state = 'DISCARDED', note = $2, changed_at = now()
WHERE id = ANY($1::bigint[]) AND state = 'OPEN'
"""
_WAIT_SECONDS = 15

T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
ServiceName = Annotated[str, typer.Argument(help="mission-import, convocation, santorin-bridge or notifier.")]
Ids = Annotated[list[int], typer.Argument(help="Numbers of the letters, as `list` shows them.")]


@app.command("list")
def list_(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    limit: Annotated[int, typer.Option(help="How many a service, at most.")] = 100,
    json: Json = False,
) -> None:
    """Letters of every service. Exit code 0 when there is none open, 1 when there is."""
    letters = asyncio.run(_list(everything=everything, limit=limit))
    if json:
        put_json(letters)
    for letter in letters if not json else ():
        place = f"{letter['topic']}/{letter['partition']}@{letter['offset']}"
        put(f"{letter['service']}  {letter['id']}  {letter['state']}  {place}  {letter['stage']}: {letter['reason']}")
    raise typer.Exit(1 if any(letter["state"] in {"OPEN", "RETRY"} for letter in letters) else 0)


async def _list(*, everything: bool, limit: int) -> list[dict[str, Any]]:
    letters = []
    for service, url in running.find().databases.items():
        connection = await asyncpg.connect(url)
        try:
            rows = await connection.fetch(_LIST, everything, limit)
        finally:
            await connection.close()
        letters += [{"service": service, **dict(row)} for row in rows]
    return letters


@app.command()
def show(service: ServiceName, letter: int, *, json: Json = False) -> None:
    """One letter, with its bytes (base64 in JSON). It may hold personal data: do not paste it anywhere."""

    async def read(connection: Any) -> dict[str, Any]:
        row = await connection.fetchrow("SELECT * FROM dead_letter WHERE id = $1", letter)
        return dict(row) if row else {}

    found = _in(service, read)
    if not found:
        fail(f"{service} n’a pas de lettre {letter}", code=3)
    if json:
        put_json({name: _jsonable(value) for name, value in found.items()})
    for name, value in found.items() if not json else ():
        put(f"{name:16} {value!r}")


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return [_jsonable(one) for one in value] if isinstance(value, list) else value


@app.command()
def retry(service: ServiceName, letters: Ids, *, json: Json = False) -> None:
    """Process letters again, in their order, in the service itself (never in the topic). Waits for the result.

    Exit code 0 when all were applied or known, 1 when some are dead again, 4 when the service does not answer.
    """

    async def mark_and_wait(connection: Any) -> dict[str, int]:
        await connection.execute(_MARK, letters)
        for _ in range(_WAIT_SECONDS * 10):
            rows = await connection.fetch("SELECT state FROM dead_letter WHERE id = ANY($1::bigint[])", letters)
            states = [row["state"] for row in rows]
            if "RETRY" not in states:
                return {state: states.count(state) for state in set(states)}
            await asyncio.sleep(0.1)
        return {"RETRY": states.count("RETRY")}

    states = _in(service, mark_and_wait)
    if json:
        put_json(states)
    else:
        put(", ".join(f"{count} {state}" for state, count in states.items()) or "aucune lettre de ce numéro")
    if "RETRY" in states:
        say(f"{service} ne tourne pas : les lettres seront reprises à son démarrage")
    raise typer.Exit(4 if "RETRY" in states else 1 if "OPEN" in states else 0)


@app.command()
def discard(
    service: ServiceName,
    letters: Ids,
    *,
    reason: Annotated[str, typer.Option(help="Kept with the letter.")],
    json: Json = False,
) -> None:
    """Close open letters for good; the bytes stay, with the reason."""

    async def close(connection: Any) -> str:
        return str(await connection.execute(_DISCARD, letters, reason))

    closed = int(_in(service, close).removeprefix("UPDATE "))
    if json:
        put_json({"DISCARDED": closed})
    else:
        put(f"{closed} écartée(s)")


def _in(service: str, work: Callable[[Any], Awaitable[T]]) -> T:
    """Run `work` on a connection to the service's database."""

    async def run(url: str) -> T:
        connection = await asyncpg.connect(url)
        try:
            return await work(connection)
        finally:
            await connection.close()

    databases = running.find().databases
    if service not in databases:
        fail(f"service inconnu : {service} (attendu : {', '.join(databases)})", code=2)
    return asyncio.run(run(databases[service]))
