"""Cyclades with its faults: the same ones for the same seed, as many as asked, and nothing of them in the end."""

from collections import Counter
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from chassis.cloudevents import Dead, decode
from chassis.guard import Outcome, guard
from event_schemas.catalogue import INSCRIPTIONS_CLOSED
from event_schemas.inscriptions import InscriptionsClosed
from imagin_dev.cyclades.bad import KINDS
from imagin_dev.cyclades.closings import closings, line, synthetic
from imagin_dev.cyclades.faults import Faults, play
from imagin_dev.cyclades.inscriptions_file import parse
from imagin_dev.main import app

CLEAN = list(closings("2020-E3C1", "10"))
ALL = Faults(revisions=20, duplicates=20, disorder=20, bad=20, seed=7)


def records(faults, events=CLEAN):
    return [one.record for one in play(events, faults)[0]]


def read(sent):
    """What a reader of the topic makes of it: states by closing, outcomes, and why each bad one is dead, by kind."""
    held, known, outcome, reasons = {}, {}, Outcome(), {}
    for one in sent:
        record = SimpleNamespace(timestamp=0, key=one.record.key, value=one.record.value, headers=one.record.headers)
        event = decode(record, {INSCRIPTIONS_CLOSED: InscriptionsClosed})
        passed = [] if isinstance(event, Dead) else guard([event], known, outcome)
        if isinstance(event, Dead):
            outcome.dead.append(event)
        for each in passed:
            held[each.aggregate] = each.state
        outcome.counts["applied"] += len(passed)
        if one.kind:
            reasons.setdefault(one.kind, set()).add(outcome.dead[-1].reason)
    return held, outcome, reasons


def content(state):
    return state.model_dump(exclude={"revision"})


def test_the_same_seed_sends_the_same_records_and_another_one_others():
    assert records(ALL) == records(ALL)
    assert records(ALL) != records(Faults(20, 20, 20, 20, seed=8))


def test_without_faults_each_closing_is_sent_once_in_its_order():
    sent, truth = play(CLEAN, Faults())
    assert [line(one.event) for one in sent] == [line(event) for event in CLEAN]
    assert (truth.records, truth.applied, truth.dead_letters) == (123, 123, 0)


def test_as_many_lycees_as_asked_have_each_fault():
    sent, truth = play(list(synthetic(60, 5)), ALL)
    good = [one for one in sent if not one.kind]
    revisions = {(one.event["subject"], one.event["data"]["revision"]) for one in good}
    ids = Counter(one.event["id"] for one in good)
    assert (truth.lycees, truth.duplicate, truth.stale, truth.dead_letters) == (60, 12, 12, 12)
    assert sum(count == 2 for count in ids.values()) == 12
    assert 60 + 12 <= len(revisions) <= 60 + 12 * 3
    assert set(truth.bad) == set(KINDS)


def test_changing_one_rate_leaves_the_other_faults_where_they_were():
    def doubled(faults):
        counts = Counter(one.event["subject"] for one in play(CLEAN, faults)[0] if not one.kind)
        return {uai for uai, count in counts.items() if count == 2}

    assert doubled(Faults(duplicates=10)) == doubled(Faults(duplicates=10, bad=50))


@pytest.mark.parametrize("faults", [ALL, Faults(revisions=100), Faults(disorder=100), Faults(100, 100, 100, 100)])
def test_a_reader_of_the_topic_ends_with_the_clean_closings_and_the_told_outcomes(faults):
    sent, truth = play(CLEAN, faults)
    held, outcome, _ = read(sent)
    [clean, *_] = read(play(CLEAN, Faults())[0])
    assert {key: content(state) for key, state in held.items()} == {key: content(one) for key, one in clean.items()}
    assert {key: state.revision for key, state in held.items()} == truth.revisions
    assert len(outcome.dead) == truth.dead_letters == sum(truth.bad.values())
    counts = {name: outcome.counts[name] for name in ("applied", "duplicate", "stale", "conflict")}
    assert counts == {
        "applied": truth.applied,
        "duplicate": truth.duplicate,
        "stale": truth.stale,
        "conflict": truth.bad.get("conflict", 0),
    }


def test_earlier_revisions_say_something_else_so_that_a_stale_one_would_be_seen():
    sent, _ = play(CLEAN, Faults(disorder=100))
    last = {one.event["subject"]: one.event["data"]["epreuves"] for one in sent if one.event["data"]["revision"] == 2}
    assert all(
        one.event["data"]["epreuves"] != last[one.event["subject"]]
        for one in sent
        if one.event["data"]["revision"] == 1
    )


def test_each_kind_of_bad_record_is_dead_for_its_own_reason():
    _, _, reasons = read(play(CLEAN, ALL)[0])
    assert reasons == {
        "not-json": {"body: json_invalid"},
        "other-type": {"unknown event type"},
        "unknown-type": {"unknown event type"},
        "missing-field": {"revision: missing"},
        "wrong-letter": {"body: value_error"},
        "reserved-code": {"body: value_error"},
        "code-twice": {"body: value_error"},
        "conflict": {"same version, other content"},
    }


def test_the_missions_told_do_not_depend_on_the_faults():
    assert play(CLEAN, ALL)[1].missions == play(CLEAN, Faults())[1].missions == {"correction": 908, "numerisation": 122}


def test_revisions_duplicates_and_disorder_can_be_written_to_a_file_that_is_read_back(tmp_path):
    out = tmp_path / "closings.jsonl"
    asked = ["--revisions", "30", "--duplicates", "30", "--disorder", "30", "--out", str(out), "--json"]
    done = CliRunner().invoke(app, ["simulate", "cyclades", *asked])
    assert done.exit_code == 0
    assert f'"records": {len(parse(out.read_bytes().splitlines()))},' in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--bad", "5"], "--bad veut --send"),
        (["--rate", "5"], "--rate veut --send"),
        (["--json"], "--json veut --send ou --out"),
        (["--send", "--out", "file"], "choisissez"),
        (["--academie", "99"], "académie inconnue"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(options, said):
    done = CliRunner().invoke(app, ["simulate", "cyclades", *options])
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
