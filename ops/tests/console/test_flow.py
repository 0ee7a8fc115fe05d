"""What the console says of measures: who is told, as how bad, with which page, and what a stage shows."""

import re
from pathlib import Path

import pytest
import yaml

from imagin_ops.console import troubles
from imagin_ops.console.flow import flow
from imagin_ops.console.samples import History, Series, Snapshot
from imagin_ops.console.sources import NAMES, Alert
from imagin_ops.console.troubles import duration
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES

ROOT = Path(__file__).resolve().parents[3]
RULES = {
    rule["alert"]: rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alertes.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
    if "alert" in rule
}
BRIDGE, MAILS, IMPORT, RIGHTS = SANTORIN_BRIDGE.name, NOTIFIER.name, MISSION_IMPORT.name, CONVOCATION.name
WELL = {
    "up": 1,
    "imagin_database_up": 1,
    "imagin_kafka_up": 1,
    "imagin_relay_leader": 1,
    "process_start_time_seconds": 500,
}
SENT = "imagin_convocation_to_santorin_seconds_count"


def series(name, job, instance="a", **labels):
    return Series(name, job, instance, tuple(sorted(labels.items())))


def snapshot(at, more=(), without=()):
    """All four services well, one process each, but for `more`; `without` a service."""
    values = {series(name, one.name): value for name, value in WELL.items() for one in SERVICES if one.name != without}
    values |= {series("imagin_smtp_up", MAILS): 1, series("imagin_convocation_up", MAILS): 1}
    return Snapshot.of(at, (values | dict(more)).items())


def history(*looks):
    found = History()
    for look in looks:
        found.add(look)
    return found


def lasting(more=(), without=()):
    """The same for two minutes."""
    return history(*(snapshot(1_000 + 2 * n, more, without) for n in range(60)))


def test_an_installation_that_is_well_has_nothing_to_look_at():
    seen = flow(lasting())
    assert (seen.sentence, seen.critical, seen.troubles) == ("Tout va bien", False, [])
    assert [(stage.title, stage.up, stage.leader) for stage in seen.stages] == [
        ("Import", 1, "a"),
        ("Convocation", 1, "a"),
        ("SANTORIN", 1, "a"),
        ("Mails", 1, "a"),
    ]


FAULTS = {
    "PostgreSQL ne répond pas à convocation": ("ImaginPersonneNeRelaie", {series("imagin_database_up", RIGHTS): 0}),
    "Kafka ne répond pas à convocation et notifier": (
        "ImaginLecteurImmobile",
        {series("imagin_kafka_up", RIGHTS): 0, series("imagin_kafka_up", MAILS): 0},
    ),
    "convocation : b ne répond pas": ("ImaginProcessusMuet", {series("up", RIGHTS, "b"): 0}),
    "Le serveur de mail ne prend plus rien : 12 mails attendent": (
        "ImaginServeurDeMailAbsent",
        {series("imagin_smtp_up", MAILS): 0, series("imagin_mails_waiting", MAILS, host="h"): 12},
    ),
    "convocation ne dit plus à notifier quoi envoyer": (
        "ImaginMailsSansAdresse",
        {series("imagin_convocation_up", MAILS): 0},
    ),
    "SANTORIN n’a pas répondu à 3 droits depuis 8 s": (
        "ImaginSantorinMuet",
        {series("imagin_accuse_attendu_age_seconds", BRIDGE): 8, series("imagin_accuses_attendus", BRIDGE): 3},
    ),
    "SANTORIN refuse 1 droit": ("ImaginSantorinRefuse", {series("imagin_habilitations_refusees", BRIDGE): 1}),
    "convocation : personne ne mène le relais": ("ImaginPersonneNeRelaie", {series("imagin_relay_leader", RIGHTS): 0}),
    "convocation n’écrit plus sur Kafka depuis 3 min": (
        "ImaginOutboxEnRetard",
        {series("imagin_outbox_oldest_age_seconds", RIGHTS, source="outbox"): 200},
    ),
    "g : aucun processus ne lit": ("ImaginPersonneNeLit", {series("imagin_consumer_partitions", RIGHTS, group="g"): 0}),
    "g ne lit plus depuis 61 s": (
        "ImaginLecteurImmobile",
        {series("imagin_consumer_standing_seconds", RIGHTS, group="g", topic="t", partition="0"): 61},
    ),
    "g a 1\u202f001 enregistrements de retard": (
        "ImaginLectureEnRetard",
        {series("imagin_consumer_lag", RIGHTS, group="g", topic="t", partition="0"): 1_001},
    ),
    "La vérification des droits répond 503 : rien n’est à jour depuis 31 s": (
        "ImaginHabilitationsPerimees",
        {series("imagin_habilitations_as_of_age_seconds", BRIDGE): 31},
    ),
    "notifier : 2 lettres mortes": ("ImaginLettresMortes", {series("imagin_dlq_messages", MAILS): 2}),
    "1 écart entre convocation, droits et topic : ABSENT": (
        "ImaginEcartsSantorin",
        {series("imagin_reconciliation_differences", BRIDGE, cause="ABSENT"): 1},
    ),
    "Une clôture attend d’être validée depuis 4 j": (
        "ImaginClotureEnAttente",
        {series("imagin_clotures_a_valider_oldest_age_seconds", IMPORT): 4 * 86_400},
    ),
    "Un mail attend depuis 13 h 00": (
        "ImaginMailsEnRetard",
        {series("imagin_mails_oldest_age_seconds", MAILS, host="h"): 13 * 3_600},
    ),
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_fault_is_told_with_its_page_and_as_bad_as_its_alert(sentence):
    alert, more = FAULTS[sentence]
    [found] = flow(lasting(more)).troubles
    assert (found.sentence, found.alert) == (sentence, alert)
    assert found.critical == (RULES[alert]["labels"]["severity"] == "critical")


@pytest.mark.parametrize("sentence", ["g : aucun processus ne lit", "convocation : personne ne mène le relais"])
def test_what_a_change_of_leader_or_a_rebalance_makes_is_not_told_at_once(sentence):
    _, more = FAULTS[sentence]
    assert flow(history(snapshot(1_000), snapshot(1_002, more))).troubles == []


def test_a_service_that_nobody_answers_for_is_told_first():
    seen = flow(lasting({series("up", RIGHTS): 0, series("imagin_dlq_messages", MAILS): 2}))
    assert [(one.sentence, one.critical) for one in seen.troubles] == [
        ("convocation : aucun processus ne répond (a)", True),
        ("notifier : 2 lettres mortes", False),
    ]
    assert seen.sentence == "2 choses à regarder"


def test_a_service_without_any_measure_is_told():
    [found] = flow(lasting(without=RIGHTS)).troubles
    assert found.sentence == "convocation : aucun processus n’est connu"


def test_what_follows_from_postgresql_or_kafka_is_not_told_beside_them():
    away = {series("imagin_database_up", one.name): 0 for one in SERVICES}
    away |= {series("imagin_relay_leader", one.name): 0 for one in SERVICES}
    assert [one.sentence for one in flow(lasting(away)).troubles] == [
        "PostgreSQL ne répond pas à mission-import, convocation, santorin-bridge et notifier"
    ]
    standing = series("imagin_consumer_standing_seconds", RIGHTS, group="g", topic="t", partition="0")
    silent = {series("imagin_kafka_up", RIGHTS): 0, standing: 90, series("imagin_relay_leader", RIGHTS): 0}
    silent |= {series("imagin_outbox_oldest_age_seconds", RIGHTS, source="outbox"): 90}
    assert [one.sentence for one in flow(lasting(silent)).troubles] == ["Kafka ne répond pas à convocation"]


def test_a_process_that_does_not_answer_says_nothing_of_the_others():
    gone = {series("up", RIGHTS): 0, series("imagin_database_up", RIGHTS): 0}
    assert [one.alert for one in flow(lasting(gone)).troubles] == ["ImaginServiceAbsent"]


def rights(at, sent, answered, told=None):
    more = {series(SENT, BRIDGE): sent} | (told or {})
    if answered:
        more[series("imagin_accuses_total", BRIDGE, portee="actuelle")] = answered
    return snapshot(at, more)


def test_santorin_that_answers_nothing_is_told_before_the_bridge_counts_what_waits():
    """The counters say it at once; the table is counted twice a minute, and then says 1 where more wait."""
    silent = [rights(1_000, 4, 4), rights(1_002, 6, 4), rights(1_008, 9, 4)]
    assert flow(history(*silent)).troubles[0].sentence == "SANTORIN n’a pas répondu à 5 droits depuis 6 s"
    told = {series("imagin_accuses_attendus", BRIDGE): 1, series("imagin_accuse_attendu_age_seconds", BRIDGE): 9}
    [found] = flow(history(*silent[:2], rights(1_008, 9, 4, told))).troubles
    assert "à 5 droits depuis 9 s" in found.sentence
    assert [flow(history(*well)).troubles for well in ([*silent, rights(1_010, 9, 9)], silent[:2])] == [[], []]


@pytest.mark.parametrize("part", ["imagin_database_up", "imagin_kafka_up", "up"])
def test_santorin_is_not_silent_where_it_is_the_bridge_that_cannot_hear_it(part):
    looks = [rights(1_000, 4, 4), rights(1_002, 6, 4), rights(1_008, 6, 4)]
    deaf = Snapshot.of(1_010, [one for found in looks[2].metrics.values() for one in found.items()])
    deaf.metrics[part][series(part, BRIDGE)] = 0.0
    assert "ImaginSantorinMuet" not in {one.alert for one in flow(history(*looks, deaf)).troubles}


def test_the_first_answer_of_a_process_is_one():
    assert flow(history(rights(1_000, 0, 0), rights(1_002, 6, 0), rights(1_010, 6, 6))).troubles == []


def test_a_process_that_began_anew_three_times_in_half_an_hour_is_told():
    looks = [snapshot(1_000 + 30 * n, {series("process_start_time_seconds", RIGHTS): n // 5}) for n in range(20)]
    [found] = flow(history(*looks)).troubles
    assert (found.alert, found.sentence) == (
        "ImaginProcessusRedemarre",
        "convocation : a a redémarré 3 fois en une demi-heure",
    )


def test_errors_and_mails_that_fail_are_told_by_their_share():
    counter = "imagin_http_request_seconds_count"

    def look(at, good, bad, sent, failed):
        return snapshot(
            at,
            {
                series(counter, RIGHTS, status="200"): good,
                series(counter, RIGHTS, status="503"): bad,
                series("imagin_emails_total", MAILS, result="SENT"): sent,
                series("imagin_emails_total", MAILS, result="FAILED"): failed,
            },
        )

    assert flow(history(look(1_000, 0, 0, 0, 0), look(1_060, 10, 9, 10, 9))).troubles == []
    assert flow(history(look(1_000, 0, 0, 0, 0), look(1_060, 9_990, 10, 990, 10))).troubles == []
    found = flow(history(look(1_000, 0, 0, 0, 0), look(1_060, 100, 10, 100, 10))).troubles
    assert [one.alert for one in found] == ["ImaginErreursRapides", "ImaginMailsEchouent"]


def test_an_alert_of_prometheus_is_told_where_the_console_does_not_see_it_itself():
    alerts = [
        Alert("ImaginSauvegardeAncienne", True, "La dernière sauvegarde a deux jours"),
        Alert("ImaginLettresMortes", False, "2 enregistrements"),
    ]
    found = flow(lasting({series("imagin_dlq_messages", MAILS): 2}), alerts).troubles
    assert [one.sentence for one in found] == ["La dernière sauvegarde a deux jours", "notifier : 2 lettres mortes"]


def test_the_hour_is_kept_and_no_more():
    found = history(*(snapshot(1_000 + 10 * n) for n in range(1_000)))
    assert found.hour[0].at >= found.now.at - 3_600
    assert 119 <= len(found.hour) <= 121
    assert len(found.since(120)) == 13


def test_two_processes_that_read_one_database_are_not_counted_twice():
    two = {
        series("up", RIGHTS, "b"): 1,
        series("imagin_convocations", RIGHTS, "a", academie="10", status="ACTIVE"): 7,
        series("imagin_convocations", RIGHTS, "b", academie="10", status="ACTIVE"): 7,
        series("imagin_outbox_pending", RIGHTS, "a", source="outbox"): 3,
        series("imagin_outbox_pending", RIGHTS, "b", source="outbox"): 3,
    }
    seen = flow(lasting(two))
    figures = {one.label: one.value for one in seen.stages[1].figures}
    assert (figures["convocations actives"], figures["à écrire (outbox)"][:1]) == ("7", "3")
    assert [(one.name, one.convocations) for one in seen.academies] == [("Lyon", 7)]


def test_before_the_first_look_nothing_is_said_to_be_wrong_nor_well():
    seen = flow(History())
    assert (seen.troubles, seen.sentence) == ([], "Rien n’a encore été vu")


def test_what_cannot_be_read_is_critical_and_said():
    seen = flow(lasting(), silent="Prometheus ne répond pas")
    assert (seen.critical, seen.sentence) == (True, "Prometheus ne répond pas")


def test_limits_are_those_of_the_alerts():
    limits = {
        "ImaginLecteurImmobile": troubles.STANDING_SECONDS,
        "ImaginOutboxEnRetard": troubles.OUTBOX_SECONDS,
        "ImaginHabilitationsPerimees": troubles.STALE_SECONDS,
        "ImaginMailsEnRetard": troubles.MAIL_SECONDS,
        "ImaginLectureEnRetard": troubles.LAG,
    }
    for alert, limit in limits.items():
        assert f"> {limit:.0f}" in RULES[alert]["expr"], alert
    assert "> 3 * 86400" in RULES["ImaginClotureEnAttente"]["expr"]
    assert troubles.CLOSING_SECONDS == 3 * 86_400


def test_every_metric_that_the_console_asks_for_is_kept_and_every_kept_one_is_asked_for():
    sources = [*(ROOT / "ops/src/imagin_ops/console").glob("*.py")]
    text = "\n".join(one.read_text(encoding="utf-8") for one in sources if one.name != "sources.py")
    named = set(re.findall(r"\"((?:imagin|process)_\w+)\"", text)) - {"imagin_ops"}
    named |= {f"imagin_convocation_to_santorin_seconds_{part}" for part in ("sum", "count")}
    assert named | {"up"} == NAMES


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-30, "0 s"),
        (0.4, "0 s"),
        (119, "119 s"),
        (121, "2 min"),
        (7_261, "2 h 01"),
        (2 * 86_400, "2 j"),
        (float("inf"), "toujours"),
    ],
)
def test_a_duration_is_read_at_a_glance(seconds, words):
    assert duration(seconds) == words
