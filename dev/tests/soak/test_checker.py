"""The checker sees what it is there for: each kind of loss, double and delay, made by hand."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from imagin_dev.soak.checker import Checker, Version, mail_findings
from imagin_dev.soak.ledger import Ledger
from imagin_dev.soak.mail_sink import Told
from imagin_dev.soak.nemesis import Fault
from imagin_dev.soak.stalls import Wait, stalls
from imagin_dev.soak.watch import Watcher

ONE = "00000000-0000-0000-0000-000000000001"
CONVOKED, CHANGED = Version(False, ("2030-01-01",), None, ""), Version(False, ("2030-01-02",), None, "")
CANCELLED = Version(True, ("2030-01-02",), None, "")
BEGAN = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def checker():
    """Who was told of two versions of one convocation, and has seen both on the topic."""
    ledger, watcher = Ledger(), Watcher({})
    for version, dates in ((1, CONVOKED.dates), (2, CHANGED.dates)):
        ledger.ask(ONE)
        ledger.write(ONE, version, dates)
        watcher.told[ONE, version] = b""
    watcher.last[ONE] = SimpleNamespace(convocation_version=2, status="GRANTED")
    return Checker(None, SimpleNamespace(ledger=ledger), watcher, None)


HELD = {ONE: {1: CONVOKED, 2: CHANGED}}


def found(checker, versions):
    looks = (checker.lost, checker.doubled, checker.untold, checker.last_rights)
    return {finding.name.split()[-1] for finding in (look(versions) for look in looks) if finding.cases}


def test_nothing_is_found_where_all_is_as_it_was_told(checker):
    assert found(checker, HELD) == set()


@pytest.mark.parametrize(
    ("versions", "names"),
    [
        ({ONE: {1: CONVOKED}}, {"lost", "convocation's"}),
        ({ONE: {1: CONVOKED, 2: CONVOKED}}, {"lost"}),
        ({ONE: {1: CONVOKED, 2: CANCELLED}}, {"lost", "convocation's"}),
        ({ONE: {1: CONVOKED, 2: CHANGED, 3: CHANGED}}, {"effects", "topic", "convocation's"}),
        ({ONE: {2: CHANGED}}, {"lost", "effects"}),
    ],
    ids=["a version is gone", "another date", "cancelled unasked", "one too many", "a hole"],
)
def test_what_differs_is_found(checker, versions, names):
    assert found(checker, versions) == names


def test_a_right_that_was_never_read_is_found(checker):
    checker.watcher.last.clear()
    assert found(checker, HELD) == {"convocation's"}


@pytest.mark.parametrize(
    ("versions", "mails", "names"),
    [
        (HELD[ONE], [Told("a", ONE, 1, False), Told("b", ONE, 2, False)], []),
        (HELD[ONE], [Told("a", ONE, 1, False)], ["lost"]),
        (HELD[ONE], [], ["lost"]),
        ({1: CONVOKED, 2: CHANGED, 3: CONVOKED}, [Told("a", ONE, 1, False)], []),
        ({1: CONVOKED, 2: CANCELLED}, [], []),
        ({1: CONVOKED, 2: CANCELLED}, [Told("a", ONE, 1, False)], ["lost"]),
        ({1: CONVOKED}, [Told("a", ONE, 1, False), Told("a", ONE, 1, False)], []),
        ({1: CONVOKED}, [Told("a", ONE, 1, False), Told("b", ONE, 1, False)], ["doubled"]),
    ],
    ids=["told", "not of the change", "never", "as it was", "never known", "not of the end", "same mail twice", "two"],
)
def test_mails_are_held_against_what_holds(versions, mails, names):
    findings = mail_findings({ONE: versions}, mails)
    assert [name for name, one in zip(("lost", "doubled"), findings, strict=True) if one.cases] == names


def after(seconds):
    return BEGAN + timedelta(seconds=seconds)


def test_a_stall_is_listed_with_its_faults_and_what_an_outage_excuses():
    waits = [Wait(after(0), after(2), "a", 1), Wait(after(10), after(50), "b", 1), Wait(after(30), after(62), "c", 1)]
    faults = [
        Fault(1, "kill a broker", "broker-1", after(-5), after(5), False),
        Fault(2, "kill two brokers", "broker-1, broker-2", after(5), after(20), True),
        Fault(3, "kill postgresql", "postgresql", after(15), after(25), True),
        Fault(4, "freeze smtp", "smtp", after(63), after(70), False),
    ]
    [stall] = stalls(waits, faults, over_seconds=30, replicas=2)
    assert (stall.rights, stall.worst, stall.excused) == (2, 40, 15)
    assert [one.number for one in stall.faults] == [2, 3]


@pytest.mark.parametrize(
    ("second", "excused"), [("pont-2", 9.0), ("pont", 0.0), ("notifier", 0.0)], ids=["both", "one twice", "another's"]
)
def test_a_service_without_any_process_is_an_outage_too(second, excused):
    faults = [
        Fault(1, "kill a process", "pont", after(1), after(20), False),
        Fault(2, "freeze a process", second, after(11), after(40), False),
        Fault(3, "kill a broker", "broker-1", after(0), after(40), False),
    ]
    [stall] = stalls([Wait(after(0), after(31), "a", 1)], faults, over_seconds=30, replicas=2)
    assert stall.excused == excused
