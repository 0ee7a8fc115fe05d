"""`imagin dlq`: choosing letters by what they are, seeing what they are about, retrying and discarding many."""

import asyncio
import contextlib
import json

import pytest

from chassis.database import connect
from event_schemas.catalogue import CONVOCATION, INSCRIPTIONS, MISSION
from event_schemas.uai import letter
from imagin_ops.commands import dlq
from imagin_ops.letters import etablissement, shown_key
from imagin_ops.services import MISSION_IMPORT, NOTIFIER

UAI, OTHER = (f"{digits}{letter(digits)}" for digits in ("0690001", "0690002"))
MISSION_ID = b"6f2f5bd8-0f0f-4b0c-9a53-0a8f3b1c2d4e"
BODY = json.dumps({"etablissement": {"uai": OTHER, "nom": "Lycée Untel"}}).encode()
PERSON = json.dumps({"intervenant": {"nom": "DUPONT", "uai": UAI}, "mission": {"uai": OTHER}}).encode()
# topic, key, value, aggregate, stage, reason: numbers 1 to 5
MINE = [
    (INSCRIPTIONS, UAI.encode(), b"{no", None, "DECODE", "not JSON"),
    (INSCRIPTIONS, b"\xff\xfe", b"{}", f"2020-E3C1|{OTHER}", "CONFLICT", "same version, other content"),
    (MISSION, MISSION_ID, BODY, None, "APPLY", "ValueError"),
    (MISSION, None, None, None, "DECODE", "not JSON"),
    (CONVOCATION, MISSION_ID, PERSON, None, "APPLY", "Missing: exigence"),
]
_INSERT = """
INSERT INTO dead_letter (topic, key, value, aggregate, stage, reason, consumer_group, partition, "offset", record_time,
                         header_names, header_values, created_at)
SELECT $1, $2, $3, $4, $5, $6, 'g', 0, coalesce(max(id), 0), now(), '{}', '{}', '2020-06-30 22:30:05Z' FROM dead_letter
"""


class Letters:
    """The letters of mission-import and notifier."""

    def __init__(self, urls):
        self._urls = urls
        self.given = {f"{service.prefix}DATABASE_URL": url for service, url in urls.items()}

    async def write(self):
        for url in self._urls.values():
            async with self._open(url) as connection:
                for row in MINE:
                    await connection.execute(_INSERT, *row)

    async def states(self, service=MISSION_IMPORT):
        async with self._open(self._urls[service]) as connection:
            rows = await connection.fetch("SELECT id, state, note FROM dead_letter ORDER BY id")
        return {row["id"]: row["note"] or row["state"] for row in rows}

    @contextlib.asynccontextmanager
    async def served(self, *, dead_again=()):
        """Both services take up what is to be retried."""
        tasks = [asyncio.create_task(self._serve(url, list(dead_again))) for url in self._urls.values()]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, url, dead_again):
        async with self._open(url) as connection:
            while True:
                await connection.execute(
                    """UPDATE dead_letter SET state = CASE WHEN id = ANY($1) THEN 'OPEN' ELSE 'RETRIED' END
                       WHERE state = 'RETRY'""",
                    dead_again,
                )
                await asyncio.sleep(0.02)

    @contextlib.asynccontextmanager
    async def _open(self, url):
        connection = await connect(url)
        try:
            yield connection
        finally:
            connection.terminate()


@pytest.fixture
async def letters(database):
    found = Letters({one: (await database(one.package)).url for one in (MISSION_IMPORT, NOTIFIER)})
    await found.write()
    return found


def list_of(letters, *filters):
    return ("dlq", "list", "--service", "mission-import", *filters, "--json"), letters.given


async def test_a_letter_is_listed_with_its_key_and_its_etablissement_and_nothing_about_a_person(imagin, letters):
    arguments, given = list_of(letters)
    done = await imagin(*arguments, **given)
    assert done.code == 1
    assert [(one["id"], one["key"], one["uai"]) for one in done.json] == [
        (1, UAI, UAI),
        (2, "base64://4=", OTHER),
        (3, MISSION_ID.decode(), OTHER),
        (4, None, None),
        (5, MISSION_ID.decode(), OTHER),
    ]
    assert "DUPONT" not in done.out
    said = (await imagin(*arguments[:-1], **given)).out.splitlines()
    assert f"clé {UAI}  UAI {UAI}  DECODE: not JSON" in said[0]
    assert "clé absente  DECODE" in said[3]
    assert all("  ouverte  2020-07-01 00:30:05 CEST  " in line for line in said)


FILTERS = {
    (): [1, 2, 3, 4, 5],
    ("--topic", MISSION): [3, 4],
    ("--stage", "DECODE"): [1, 4],
    ("--reason", "JSON"): [1, 4],
    ("--reason-contains", "json"): [1, 4],
    ("--topic", MISSION, "--stage", "DECODE"): [4],
    ("--reason", "100%"): [],
}


@pytest.mark.parametrize(("filters", "expected"), FILTERS.items(), ids=map(" ".join, FILTERS))
async def test_the_same_filters_choose_what_is_listed_retried_and_discarded(imagin, letters, filters, expected):
    arguments, given = list_of(letters, *filters)
    listed = await imagin(*arguments, **given)
    assert ([one["id"] for one in listed.json], listed.code) == (expected, 1 if expected else 0)
    service = ("--service", "mission-import")
    async with letters.served(dead_again=expected):  # each is dead again, to be discarded next
        retried = await imagin("dlq", "retry", "--all", *service, *filters, "--json", **given)
    assert (retried.json, retried.code) == (({"OPEN": len(expected)}, 1) if expected else ({}, 0))
    filters = tuple("--reason-contains" if one == "--reason" else one for one in filters)
    done = await imagin("dlq", "discard", "--all", *service, *filters, "--reason", "essai", "--json", **given)
    assert (done.code, done.json) == (0, {"DISCARDED": len(expected)})
    assert await letters.states() == {number: "essai" if number in expected else "OPEN" for number in range(1, 6)}
    assert set((await letters.states(NOTIFIER)).values()) == {"OPEN"}, "the other service's are left alone"


async def test_retry_all_takes_every_service_and_says_how_many_are_dead_again(imagin, letters):
    given = letters.given | {f"{name}_DATABASE_URL": letters.given["NOTIFIER_DATABASE_URL"] for name in OTHERS}
    async with letters.served(dead_again=[2]):
        done = await imagin("dlq", "retry", "--all", "--json", **given)
    assert done.code == 1
    assert done.json["OPEN"] + done.json["RETRIED"] >= 10
    assert await letters.states() == {1: "RETRIED", 2: "OPEN", 3: "RETRIED", 4: "RETRIED", 5: "RETRIED"}
    assert await letters.states(NOTIFIER) == await letters.states()


OTHERS = ("CONVOCATION", "SANTORIN_BRIDGE")


async def test_letters_by_number_are_retried_alone(imagin, letters):
    async with letters.served():
        done = await imagin("dlq", "retry", "mission-import", 1, 3, "--json", **letters.given)
    assert (done.code, done.json) == (0, {"RETRIED": 2})
    assert [number for number, state in (await letters.states()).items() if state == "RETRIED"] == [1, 3]


async def test_a_service_that_does_not_run_is_told_and_its_letters_are_kept_for_it(imagin, letters, monkeypatch):
    monkeypatch.setattr(dlq, "_WAIT_SECONDS", 0.3)
    done = await imagin("dlq", "retry", "--all", "--service", "notifier", **letters.given)
    assert done.code == 4
    assert done.out == "5 à reprendre\n"
    assert "repris" in done.err


async def test_a_service_that_takes_them_up_slowly_is_waited_for(imagin, letters, monkeypatch):
    monkeypatch.setattr(dlq, "_WAIT_SECONDS", 1.0)

    async def slowly():
        async with letters._open(letters.given["NOTIFIER_DATABASE_URL"]) as connection:
            while True:
                await asyncio.sleep(0.6)
                await connection.execute(
                    """UPDATE dead_letter SET state = 'RETRIED' WHERE id = (SELECT min(id) FROM dead_letter
                                                                            WHERE state = 'RETRY')"""
                )

    task = asyncio.create_task(slowly())
    done = await imagin("dlq", "retry", "--all", "--service", "notifier", "--json", **letters.given)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (done.code, done.json) == (0, {"RETRIED": 5})


REFUSED = {
    ("retry",): "dites lesquelles",
    ("retry", "notifier"): "dites lesquelles",
    ("retry", "notifier", "1", "--all"): "dites lesquelles",
    ("retry", "unknown", "1"): "service inconnu : unknown",
    ("retry", "--all", "--service", "unknown"): "service inconnu : unknown",
    ("retry", "notifier", "1", "--service", "convocation"): "un seul service",
    ("discard", "--reason", "x"): "dites lesquelles",
    ("discard", "--all", "--reason", "json"): "donnez un filtre",
    ("list", "--service", "unknown"): "service inconnu",
}


@pytest.mark.parametrize(("command", "said"), REFUSED.items(), ids=map(" ".join, REFUSED))
async def test_a_choice_that_is_not_clear_changes_nothing(imagin, letters, command, said):
    done = await imagin("dlq", *command, **letters.given)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert set((await letters.states()).values()) == {"OPEN"}


KEYS = {
    b"": "",
    b"0690001X": "0690001X",
    "clé".encode(): "clé",
    b"\x00\x01": "base64:AAE=",
    b"two\nlines": "base64:dHdvCmxpbmVz",
    b"x" * 81: f"base64:{'eHh4' * 8}…",
    None: None,
}


@pytest.mark.parametrize(("key", "shown"), KEYS.items())
def test_a_key_is_shown_as_text_on_one_line_or_shortened(key, shown):
    assert shown_key(key) == shown


@pytest.mark.parametrize(
    ("key", "aggregate", "body", "uai"),
    [
        (UAI.encode(), f"s|{OTHER}", BODY, UAI),
        (None, f"2020-E3C1|{UAI}", BODY, UAI),
        (b"k", "a", json.dumps({"uai": UAI}).encode(), UAI),
        (b"k", "a", BODY, OTHER),
        (b"k", "a", PERSON, OTHER),
        (b"0690001Z", None, None, None),
        (b"k", None, json.dumps({"uai": ["0690001"], "mission": "x", "etablissement": {"uai": 3}}).encode(), None),
        (b"k", None, b"[" * 100_000, None),
        (b"k", None, b"\xff", None),
        (None, None, None, None),
    ],
)
def test_an_etablissement_is_named_by_key_aggregate_or_body_with_its_check_letter(key, aggregate, body, uai):
    assert etablissement(key, aggregate, body) == uai
