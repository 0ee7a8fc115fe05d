"""What is not known is not shown as if it were: dashes, ages beside figures, gaps in curves."""

import time

import pytest

from event_schemas.catalogue import INSCRIPTIONS
from imagin_ops.console.curves import lines
from imagin_ops.console.flow import flow
from imagin_ops.console.samples import History, Series, Snapshot
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES

IMPORT, RIGHTS, BRIDGE, MAILS = MISSION_IMPORT.name, CONVOCATION.name, SANTORIN_BRIDGE.name, NOTIFIER.name
DATABASE, KAFKA = "imagin_database_up", "imagin_kafka_up"
STAGES = [one.name for one in SERVICES]
COUNTED = {  # by a service's processes in its database
    (IMPORT, "imagin_dlq_messages"): 1,
    (RIGHTS, "imagin_dlq_messages"): 2,
    (BRIDGE, "imagin_dlq_messages"): 3,
    (BRIDGE, "imagin_accuses_attendus"): 4,
    (BRIDGE, "imagin_habilitations_refusees"): 5,
    (MAILS, "imagin_dlq_messages"): 6,
}


def series(name, job, **labels):
    return Series(name, job, "a", tuple(sorted(labels.items())))


def look(at, away=(), more=()):
    """All that a process has to say; `away`: (metric, service) that are 0, or a service that does not answer."""
    values = {series(name, job): value for (job, name), value in COUNTED.items()}
    values |= {series(name, job): 1 for job in STAGES for name in (DATABASE, KAFKA, "up")}
    values |= {series("imagin_consumer_lag", job, group="g", topic="t", partition="0"): 7 for job in STAGES}
    values[series("imagin_mails_waiting", MAILS, host="h")] = 864
    values[series("imagin_convocations", RIGHTS, academie="10", status="ACTIVE")] = 9
    values |= dict(more)
    values |= {series(name, job): 0 for name, job in away}
    mute = {job for name, job in away if name == "up"}
    return Snapshot.of(at, [(one, value) for one, value in values.items() if one.job not in mute or one.name == "up"])


def seen(*looks):
    history = History()
    for one in looks:
        history.add(one)
    return flow(history)


def figures(found, job):
    return {one.label: one.value for one in found.stages[STAGES.index(job)].figures}


def test_while_all_answer_no_figure_has_an_age():
    found = seen(look(1_000), look(1_002))
    assert figures(found, MAILS)["lettres mortes"] == "6"
    assert figures(found, BRIDGE)["droits sans réponse"] == "4"
    assert not any("il y a" in value for job in STAGES for value in figures(found, job).values())
    assert found.academies_seen == ""


def test_what_was_counted_in_a_database_that_is_away_says_how_long_ago():
    away = [(DATABASE, MAILS)]
    found = seen(look(1_000), *(look(1_002 + 2 * n, away) for n in range(20)))
    assert figures(found, MAILS)["lettres mortes"] == "6 (il y a 40 s)"
    assert figures(found, MAILS)["en attente (h)"] == "864 (il y a 40 s)"
    assert figures(found, MAILS)["à lire"] == "7"  # Kafka says it
    assert figures(found, RIGHTS)["lettres mortes"] == "2"
    assert found.academies_seen == ""


def test_what_kafka_says_has_an_age_while_it_is_away():
    found = seen(look(1_000), look(1_010, [(KAFKA, RIGHTS)]))
    assert (figures(found, RIGHTS)["à lire"], figures(found, RIGHTS)["lettres mortes"]) == ("7 (il y a 10 s)", "2")


def test_academies_say_how_old_they_are_where_convocation_has_no_database():
    assert seen(look(1_000), look(1_030, [(DATABASE, RIGHTS)])).academies_seen == "il y a 30 s"


def test_what_nobody_has_ever_counted_is_no_zero():
    """A process that began while PostgreSQL was away says 0 of all that it would count there."""
    found = seen(look(1_000, [(DATABASE, BRIDGE)]), look(1_002, [(DATABASE, BRIDGE)]))
    assert {figures(found, BRIDGE)[one] for one in ("droits sans réponse", "droits refusés", "lettres mortes")} == {"—"}


def test_another_process_that_has_the_database_is_enough():
    more = {Series("up", MAILS, "b"): 1, Series(DATABASE, MAILS, "b"): 1}
    assert figures(seen(look(1_000, [(DATABASE, MAILS)], more)), MAILS)["lettres mortes"] == "6"


@pytest.mark.parametrize("job", STAGES)
def test_a_service_that_does_not_answer_has_dashes_and_no_zero(job):
    found = seen(look(1_000), look(1_030), look(1_060, [("up", job)]))
    assert set(figures(found, job).values()) == {"—"}
    curves = found.stages[STAGES.index(job)].curves
    assert [one.last for one in curves] == ["—", "—"]
    assert {value for one in curves for at, value in one.values if at == 1_060} == {None}


def test_a_release_that_lacks_a_metric_has_a_dash_and_is_believed_to_have_its_database():
    old = Snapshot.of(1_000, [(series("up", BRIDGE), 1.0), (series("imagin_build_info", BRIDGE, version="0.0.9"), 1.0)])
    assert figures(seen(old), BRIDGE)["droits sans réponse"] == "—"
    assert figures(seen(old), BRIDGE)["à lire"] == "0"


def test_mails_that_wait_are_in_the_curve_of_what_waits():
    [_, waiting] = seen(look(1_000)).stages[STAGES.index(MAILS)].curves
    assert waiting.last == "871"


def test_what_was_sent_within_an_hour_says_how_much_of_the_hour_is_known():
    sent = series("imagin_emails_total", MAILS, result="SENT")
    looks = [look(1_000 + 30 * n, (), {sent: 10 * n}) for n in range(130)]
    assert figures(seen(*looks[:3]), MAILS)["envoyés en 60 s"] == "20"
    assert figures(seen(*looks), MAILS)["envoyés en une heure"] == "1\u202f200"


def test_rates_and_curves_count_from_look_to_look_over_restarts():
    closings = series("imagin_events_total", IMPORT, topic=INSCRIPTIONS, outcome="applied")
    counts = [0, 30, 60, 10, 40]  # the process began anew before the fourth
    found = seen(*(look(1_000 + 30 * n, (), {closings: count}) for n, count in enumerate(counts)))
    [rate, _] = found.stages[0].curves
    assert rate.values == [(1_030, 60), (1_060, 60), (1_090, 20), (1_120, 60), (1_120, 40)]
    assert (rate.last, rate.most) == ("40", "60")  # the last minute, as the figure below says it
    assert figures(found, IMPORT)["clôtures lues"] == "40 par minute"


def test_a_curve_does_not_wait_half_a_minute_for_what_the_figures_say():
    closings = series("imagin_events_total", IMPORT, topic=INSCRIPTIONS, outcome="applied")
    [rate, waiting] = seen(look(1_000, (), {closings: 0}), look(1_002, (), {closings: 2})).stages[0].curves
    assert (rate.last, waiting.last) == ("60", "7")


def ends(line):
    return [tuple(map(float, point.split(","))) for point in line.split()]


def test_a_curve_ends_at_the_right_and_touches_the_top_with_its_most():
    assert lines([]) == []
    [drawn] = lines([(1_000, 0), (1_030, 5), (1_060, 10)])
    assert ends(drawn) == [(236, 39), (238, 20), (240, 1)]
    [flat] = lines([(1_000, 0), (1_030, 0)])
    assert {y for _, y in ends(flat)} == {39}


def test_a_curve_has_a_gap_where_nothing_is_known_and_where_nobody_looked():
    [before, after] = lines([(1_000, 1), (1_030, 1), (1_060, None), (1_090, 1), (1_120, 1)])
    assert (ends(before)[-1][0], ends(after)[0][0]) == (234, 238)
    [before, after] = lines([(1_000, 1), (1_030, 1), (2_770, 1), (2_800, 1)])
    assert (ends(before)[0][0], ends(after)[0][0]) == (120, 238)  # half an hour ago stands in the middle


def test_a_look_that_is_old_says_so():
    assert seen(look(time.time())).seen == ""
    assert seen(look(time.time() - 40)).seen == "il y a 40 s"


def test_a_clock_that_is_put_back_ends_no_console_and_keeps_no_more_than_an_hour():
    history = History()
    for at in (5_000, 5_002, 1_000, 1_000, 1_002):
        history.add(look(at))
        flow(history)
    assert [one.at for one in history.since(60)] == [1_000, 1_002]
    assert history.seconds == 2


def test_looks_share_their_series():
    """Two hundred looks at fifty processes would be hundreds of megabytes."""
    one, other = look(1_000), look(1_002)
    assert all(series is again for series, again in zip(one.metrics["up"], other.metrics["up"], strict=True))
