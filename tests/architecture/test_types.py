"""Types that hold at the borders: of events, and of the database."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import get_args, get_type_hints

import pytest

import convocation.main
import mission_import.main
import notifier.main
import santorin_bridge.main
from chassis.service import Runtime
from event_schemas.catalogue import EVENT_TYPES

SETTINGS = {
    "database_url": "postgresql://unused",
    "kafka_bootstrap": "unused:1",
    "token_key": "key-of-the-tests-" * 3,
}

URL = {"convocation_url": "http://unused"}
KEYS = {name: f"{name}-of-the-tests-" * 2 for name in ("link_keys", "verification_keys", "calendar_keys")}

ROOT = Path(__file__).parents[2]


def test_what_persistence_gives_and_takes_has_a_type():
    files = [*ROOT.glob("services/*/src/*/persistence/*.py")]
    rooms = ROOT / "services" / "convocation" / "src" / "convocation"
    files += [file for name in ("sql", "reads", "bulk", "access", "operations") for file in rooms.rglob(f"{name}.py")]
    assert files
    assert [file for file in files if re.search(r"\bAny\b", file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("service", "more"),
    [
        (mission_import.main, {}),
        (convocation.main, KEYS),
        (notifier.main, URL | {"mail_dir": "unused"}),
        (santorin_bridge.main, URL),
    ],
    ids=["mission-import", "convocation", "notifier", "santorin-bridge"],
)
def test_a_reader_is_given_events_of_the_body_that_it_declares(service, more):
    runtime = Runtime(service.Settings(**SETTINGS, **more), SimpleNamespace(), SimpleNamespace(wake=None))
    readers = service.build(runtime).readers
    assert readers
    for group, reader in readers.items():
        [event] = get_args(get_type_hints(type(reader).apply)["events"])
        assert get_args(event) == tuple({EVENT_TYPES[one].model for one in reader.types}), group
