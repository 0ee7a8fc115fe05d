"""`imagin simulate cyclades`: makes closings of any size, with the faults of a real producer, and sends them.

`imagin simulate answers` reads what became of them.
"""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaConnectionError

from event_schemas.catalogue import INSCRIPTIONS
from imagin_dev.cyclades import closings, producer
from imagin_dev.cyclades.answers import Answers
from imagin_dev.cyclades.answers import line as line_of
from imagin_dev.cyclades.faults import Faults, Sent, Truth, play
from imagin_dev.cyclades.sample import ACADEMIE
from imagin_ops import running
from imagin_ops.output import fail, progress, put, put_json, say


def _percent(help_: str) -> Any:
    return typer.Option(min=0, max=100, metavar="PERCENT", help=help_)


def cyclades(
    *,
    academie: Annotated[str, typer.Option(help="Two digits.")] = ACADEMIE,
    national: Annotated[bool, typer.Option("--national", help="Every lycée of the file.")] = False,
    session: Annotated[str, typer.Option(help=" or ".join(closings.SESSIONS))] = closings.SESSIONS[0],
    revision: Annotated[int, typer.Option(min=1, help="The first revision of each.")] = 1,
    count: Annotated[int, typer.Option(help="Invented établissements instead of real ones.", min=0, max=9_999)] = 0,
    epreuves: Annotated[int, typer.Option(help="Épreuves of each invented one.", min=1, max=400)] = 20,
    revisions: Annotated[int, _percent("Lycées with one or two revisions before the last.")] = 0,
    duplicates: Annotated[int, _percent("Lycées whose last revision is sent twice.")] = 0,
    disorder: Annotated[int, _percent("Lycées of which an older revision arrives after the last.")] = 0,
    bad: Annotated[int, _percent("Bad records of every kind, to a hundred lycées; wants --send.")] = 0,
    seed: Annotated[int, typer.Option(help="Draws which ones; the same seed sends the same records.")] = 1,
    send: Annotated[bool, typer.Option("--send", help="Send them to the installation that runs.")] = False,
    rate: Annotated[int, typer.Option(min=0, help="Records a second with --send; 0: as fast as it goes.")] = 0,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout without it and without --send.")] = None,
    json: Annotated[bool, typer.Option("--json", help="With --send or --out: what must come of it, as JSON.")] = False,
) -> None:
    """Make closings, always the same ones: as JSON Lines, or sent as Cyclades would, faults and all.

    Tells what must come of them in an installation that had none of these lycées. Exit code 1 when Kafka does not
    answer, 2 for an unknown académie or session, options that exclude each other, or no installation to send to.
    """
    if session not in closings.SESSIONS:
        fail(f"session inconnue : {session} (attendu : {', '.join(closings.SESSIONS)})", code=2)
    _refuse_contradictions(send=send, out=out, bad=bad, json=json, rate=rate)
    if count:
        events = list(closings.synthetic(count, epreuves, revision=revision))
    else:
        events = list(closings.closings(session, None if national else academie, revision=revision))
    if not events:
        fail(f"académie inconnue : {academie}", code=2)
    sent, truth = play(events, Faults(revisions, duplicates, disorder, bad, seed))
    if send:
        _send(sent, rate)
    else:
        _write(sent, out)
    _tell(truth, as_json=json, on_stdout=send or out is not None)


def answers(
    *,
    until_idle: Annotated[
        float | None, typer.Option(min=0.5, help="Stop after so many seconds without a new answer.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Only the counts, as one JSON document at the end.")] = False,
) -> None:
    """Read the answers to closings as Cyclades would, a line each; until Ctrl-C, or until it is idle.

    Exit code 0, 1 when Kafka does not answer.
    """
    installation = running.find()
    reader = Answers(installation.kafka)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            tell = (lambda _: None) if json else (lambda one: put(line_of(one)))
            asyncio.run(reader.run(tell, until_idle_seconds=until_idle))
    except KafkaConnectionError:
        fail(f"Kafka ne répond pas à {installation.bootstrap}")
    counts = reader.summary()
    if json:
        put_json(counts)
        return
    for name, count in counts.items():
        put(f"{name:10} {count}")


def _refuse_contradictions(*, send: bool, out: Path | None, bad: int, json: bool, rate: int) -> None:
    if send and out:
        fail("--send envoie, --out écrit : choisissez", code=2)
    if bad and not send:
        fail("un fichier ne peut pas porter d’enregistrements fautifs (octets, en-têtes) : --bad veut --send", code=2)
    if rate and not send:
        fail("--rate veut --send", code=2)
    if json and not send and not out:
        fail("--json veut --send ou --out : la sortie porte déjà les clôtures", code=2)


def _send(sent: list[Sent], rate: int) -> None:
    installation = running.find()
    kafka = installation.kafka
    installation.tell_writing(f"Kafka {installation.bootstrap}")
    with progress() as bars:
        bar = bars.add_task("enregistrements envoyés", total=len(sent))

        def advance(done: int) -> None:
            bars.update(bar, completed=done)

        records = (one.record for one in sent)
        try:
            asyncio.run(producer.send_records(kafka, INSCRIPTIONS, records, advance, per_second=rate or None))
        except KafkaConnectionError:
            fail(f"Kafka ne répond pas à {installation.bootstrap}")


def _write(sent: list[Sent], out: Path | None) -> None:
    file = out.open("w", encoding="utf-8") if out else sys.stdout
    try:
        for one in sent:
            file.write(closings.line(one.event))
    finally:
        if out:
            file.close()


def _tell(truth: Truth, *, as_json: bool, on_stdout: bool) -> None:
    told = truth.as_json()
    if as_json:
        put_json(told)
        return
    tell = put if on_stdout else say
    del told["revisions"]
    for name, value in told.items():
        counts = value.items() if isinstance(value, dict) else [("", value)]
        for kind, number in counts:
            tell(f"{f'{name} {kind}'.strip():24} {number}")
