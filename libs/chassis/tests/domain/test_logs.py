"""A log line says which process speaks; libraries' lines keep their words where they are safe, and are no flood."""

import asyncio
import contextlib
import gc
import io
import json
import logging

import pytest
import structlog

from chassis import logs


@pytest.fixture
def lines():
    """What was logged since, as objects."""
    root, kafka, said = logging.getLogger(), logging.getLogger("aiokafka"), io.StringIO()
    handlers, level, silenced = root.handlers[:], root.level, kafka.level
    kafka.setLevel(logging.NOTSET)  # the operators' commands silence it

    def take():
        taken = [json.loads(line) for line in said.getvalue().splitlines()]
        said.truncate(0)
        said.seek(0)
        return taken

    with contextlib.redirect_stdout(said):
        logs.configure("convocation", "INFO")
        yield take
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    kafka.setLevel(silenced)


def test_a_line_names_the_process_so_that_replicas_can_be_told_apart(lines):
    structlog.get_logger().info("service.started", nom="DUPONT")
    [line] = lines()
    host, _, pid = line["instance"].rpartition(":")
    assert host
    assert pid.isdigit()
    assert "nom" not in line


def test_counts_of_an_import_are_told(lines):
    structlog.get_logger().info("annuaire.import", state="TERMINE", counts={"crees": 3})
    assert lines()[0]["counts"] == {"crees": 3}


def test_kafkas_clients_are_quoted_whole_and_others_without_what_they_were_given(lines):
    logging.getLogger("aiokafka.client").error("Failed fetch messages from %s: %s", 2, "RequestTimedOutError")
    logging.getLogger("somebody").error("Not found: %s", "DUPONT")
    assert [line["event"] for line in lines()] == [
        "aiokafka.client: Failed fetch messages from 2: RequestTimedOutError",
        "somebody: Not found: %s",
    ]


def test_a_library_that_repeats_itself_is_told_once_in_ten_seconds_with_how_often(lines, monkeypatch):
    def say(number):
        logging.getLogger("aiokafka.client").error("Unable to connect to %s", number)

    for number in range(1_000):
        say(number)
    assert len(lines()) == 1
    monkeypatch.setattr(logs, "_KIND_SECONDS", 0.0)
    say(1_000)
    assert [(line["event"][-4:], line["repeated"]) for line in lines()] == [("1000", 999)]


def test_a_task_that_nobody_waits_for_is_told_without_its_errors_text(lines):
    async def work():
        raise ValueError("Marie DUPONT, marie.dupont@ac-exemple.invalid")

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(main())
    # Another test's task may be collected here too.
    [line] = [one for one in lines() if one.get("error") == "ValueError"]
    assert line["event"] == "asyncio: Task exception was never retrieved"


def test_a_line_whose_arguments_are_not_those_of_its_words_raises_in_nobody(lines):
    record = logging.LogRecord("aiokafka.some", logging.WARNING, "", 0, "only one %s", (1, 2), None)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logs._ToStructlog):
            handler.handle(record)
    assert lines()[0]["event"] == "aiokafka.some: only one %s"
