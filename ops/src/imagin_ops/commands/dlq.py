"""`imagin dlq`: look at dead letters, retry them in the service that failed, or discard them with a reason."""

import asyncio
import base64
import time
from collections import Counter
from typing import Annotated, Any

import typer

from chassis.database import Connection
from imagin_ops import letters, running
from imagin_ops.connections import connected, place, run
from imagin_ops.letters import Choice, Letter, Stage
from imagin_ops.output import fail, put, put_json, say, when
from imagin_ops.services import ServiceSpec, chosen

app = typer.Typer(help="Dead letters: records that a service could not apply.", no_args_is_help=True)
_STATES = {
    "OPEN": "ouverte",
    "RETRY": "à reprendre",
    "RETRIED": "reprise",
    "SUPERSEDED": "dépassée",
    "DISCARDED": "écartée",
}
_WAIT_SECONDS = 15  # without any letter taken up: the service takes 500 a second

ServiceName = Annotated[str, typer.Argument(help="mission-import, convocation, santorin-bridge or notifier.")]
OneService = Annotated[str | None, typer.Argument(metavar="[SERVICE]", help="Whose letters the numbers are.")]
Ids = Annotated[list[int] | None, typer.Argument(metavar="[NUMBERS]...", help="Of the letters, as `list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="All open letters that the filters leave, without numbers.")]
Service = Annotated[str | None, typer.Option("--service", help="Filter: of this service only.")]
Topic = Annotated[str | None, typer.Option(help="Filter: of this topic only.")]
StageOption = Annotated[Stage | None, typer.Option("--stage", help="Filter: that died there only.")]
_CONTAINS = "Filter: whose reason contains this text, in any case."
Reason = Annotated[str | None, typer.Option("--reason-contains", "--reason", help=_CONTAINS)]
ReasonOfDiscarded = Annotated[str | None, typer.Option("--reason-contains", help=_CONTAINS)]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command("list")
def list_(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    service: Service = None,
    topic: Topic = None,
    stage: StageOption = None,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(min=1, help="How many a service, at most.")] = 100,
    json: Json = False,
) -> None:
    """Letters: state, when they died, the record's key and its établissement, if told. Needs <SERVICE>_DATABASE_URL.

    Exit code 0 when there is none open, 1 when there is, 4 when a database does not answer.
    """
    choice = Choice(None, topic, stage, reason)
    found = run(_list(chosen(service), choice, closed=everything, limit=limit))
    if json:
        put_json(found)
    for one in found if not json else ():
        put(_line(one))
    raise typer.Exit(1 if any(one["state"] in {"OPEN", "RETRY"} for one in found) else 0)


def _line(one: dict[str, Any]) -> str:
    where = f"{one['topic']}/{one['partition']}@{one['offset']}"
    about = f"clé {one['key'] or 'absente'}" + (f"  UAI {one['uai']}" if one["uai"] else "")
    state = f"{_STATES[one['state']]}  {when(one['created_at'])}"
    return f"{one['service']}  {one['id']}  {state}  {where}  {about}  {one['stage']}: {one['reason']}"


async def _list(services: tuple[ServiceSpec, ...], choice: Choice, *, closed: bool, limit: int) -> list[dict[str, Any]]:
    found = []
    for name, url in running.find().databases_of(services).items():
        async with connected(url) as connection:
            rows = await letters.fetch(connection, choice, closed=closed, limit=limit)
        found += [_seen(name, row) for row in rows]
    return found


def _seen(service: str, letter: Letter) -> dict[str, Any]:
    columns = {name: value for name, value in letter.items() if name not in {"key", "aggregate", "body"}}
    uai = letters.etablissement(letter.key, letter.aggregate, letter.body)
    return {"service": service, **columns, "key": letters.shown_key(letter.key), "uai": uai}


@app.command()
def show(service: ServiceName, letter: int, *, json: Json = False) -> None:
    """One letter, with its bytes (base64 in JSON). It may hold personal data: do not paste it anywhere.

    Needs <SERVICE>_DATABASE_URL. Exit code 0, 3 when there is no such letter, 4 when the database does not answer.
    """
    [spec] = chosen(service)
    found = run(_show(running.find().database(spec), letter))
    if not found:
        fail(f"{service} n’a pas de lettre {letter}", code=3)
    if json:
        put_json({name: _jsonable(value) for name, value in found.items()})
    for name, value in found.items() if not json else ():
        put(f"{name:16} {value!r}")


async def _show(url: str, letter: int) -> dict[str, Any]:
    async with connected(url) as connection:
        row = await connection.fetchrow("SELECT * FROM dead_letter WHERE id = $1", letter)
    return dict(row) if row else {}


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return [_jsonable(one) for one in value] if isinstance(value, list) else value


@app.command()
def retry(
    of: OneService = None,
    numbers: Ids = None,
    *,
    everything: All = False,
    service: Service = None,
    topic: Topic = None,
    stage: StageOption = None,
    reason: Reason = None,
    json: Json = False,
) -> None:
    """Process letters again, in their order, in the service itself (never in the topic). Waits for the result.

    `retry SERVICE 12 13`, or `retry --all` with filters. Needs <SERVICE>_DATABASE_URL. Exit code 0 when all were
    applied or known, 1 when some are dead again, 4 when the service or its database does not answer.
    """
    choice = Choice(numbers or None, topic, stage, reason)
    databases = _to_write(of, service, choice, everything=everything)
    states = run(_retry(databases, choice))
    if json:
        put_json(states)
    else:
        told = (f"{count} {_STATES[state]}{'' if state == 'RETRY' else '(s)'}" for state, count in states.items())
        put(", ".join(told) or "aucune lettre de ce choix")
    if "RETRY" in states:
        say("un service ne tourne pas : ses lettres seront reprises à son démarrage")
    raise typer.Exit(4 if "RETRY" in states else 1 if "OPEN" in states else 0)


async def _retry(databases: dict[str, str], choice: Choice) -> dict[str, int]:
    """All services at the same time; how many letters are in which state afterwards."""
    total: Counter[str] = Counter()
    for found in await asyncio.gather(*(_retry_in(url, choice) for url in databases.values())):
        total.update(found)
    return dict(total)


async def _retry_in(url: str, choice: Choice) -> dict[str, int]:
    async with connected(url) as connection:
        marked = await letters.mark_for_retry(connection, choice)
        return await _outcome(connection, choice.ids or marked)


async def _outcome(connection: Connection, ids: list[int]) -> dict[str, int]:
    """Wait until the service has taken them up; as long as it takes some, it is waited for."""
    left, deadline = len(ids), time.monotonic() + _WAIT_SECONDS
    while True:
        states = await letters.states(connection, ids)
        waiting = states.get("RETRY", 0)
        if not waiting or time.monotonic() > deadline:
            return states
        if waiting < left:
            left, deadline = waiting, time.monotonic() + _WAIT_SECONDS
        await asyncio.sleep(0.1)


@app.command()
def discard(
    of: OneService = None,
    numbers: Ids = None,
    *,
    note: Annotated[str, typer.Option("--reason", help="Why they are discarded: kept with each letter.")],
    everything: All = False,
    service: Service = None,
    topic: Topic = None,
    stage: StageOption = None,
    reason: ReasonOfDiscarded = None,
    json: Json = False,
) -> None:
    """Close open letters for good; the bytes stay, with the reason given here.

    `discard SERVICE 12 13 --reason …`, or `discard --all` with one filter at least. Needs <SERVICE>_DATABASE_URL.
    Exit code 0, 4 when a database does not answer.
    """
    choice = Choice(numbers or None, topic, stage, reason)
    if everything and not choice and not (of or service):
        fail(
            "on n’écarte pas tout d’un coup : donnez un filtre (--service, --topic, --stage, --reason-contains)",
            code=2,
        )
    databases = _to_write(of, service, choice, everything=everything)
    closed = run(_discard(databases, choice, note))
    if json:
        put_json({"DISCARDED": closed})
    else:
        put(f"{closed} écartée(s)")


async def _discard(databases: dict[str, str], choice: Choice, note: str) -> int:
    closed = 0
    for url in databases.values():
        async with connected(url) as connection:
            closed += await letters.discard(connection, choice, note)
    return closed


def _to_write(of: str | None, service: str | None, choice: Choice, *, everything: bool) -> dict[str, str]:
    """The databases to write to, told on stderr; exits with 2 where numbers and --all do not say which letters."""
    if everything == bool(choice.ids):
        fail("dites lesquelles : SERVICE et des numéros, ou --all avec des filtres", code=2)
    if of and service and of != service:
        fail(f"{of} ou {service} : un seul service", code=2)
    installation = running.find()
    databases = installation.databases_of(chosen(of or service))
    installation.tell_writing(*map(place, databases.values()))
    return databases
