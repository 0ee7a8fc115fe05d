"""Labels of the metrics: each name is known, and its values are few and nobody's (D32)."""

import re

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

import chassis.metrics
import convocation.main
import mission_import.main
import notifier.main
import santorin_bridge.main

MODULES = (chassis.metrics, convocation.main, mission_import.main, notifier.main, santorin_bridge.main)
LABELS = {
    "academie": "the codes of event_schemas.academies.NOMS, and « other »",
    "cause": "the names of santorin_bridge.domain.ecart.Ecart",
    "etat": "of a closing: A_VALIDER, REFUSEE; of an établissement: ouvert, ferme",
    "genre": "of what is purged: the kinds of the four services",
    "group": "the consumer groups of the catalogue",
    "host": "the mail server of the settings, one a process",
    "method": "HTTP's, and « other »",
    "outcome": "applied, duplicate, stale, conflict, dead",
    "partition": "of a topic of the catalogue",
    "portee": "actuelle, depassee, inconnue",
    "result": "of a transaction, of a connection, of a mail: an enumeration each",
    "route": "templates of the application's routes, and « other »",
    "service": "the four services",
    "source": "of the relay: outbox, habilitations, effacements",
    "state": "used, idle",
    "status": "of an answer, three digits; of a convocation: ACTIVE, CANCELLED",
    "topic": "the topics of the catalogue",
    "version": "of the process",
}
"""Every label there may be, with its values. A new one has a line here, and none that grows with people or requests."""


def ours():
    """Metrics of the chassis and the four services, with their label names."""
    assert MODULES
    collectors = set(REGISTRY._collector_to_names)
    found = {one._name: one._labelnames for one in collectors if isinstance(one, MetricWrapperBase)}
    return {name: labels for name, labels in found.items() if name.startswith("imagin_")}


def test_every_label_is_one_whose_values_are_known():
    metrics = ours()
    assert len(metrics) >= 35
    used = {label for labels in metrics.values() for label in labels}
    assert used == set(LABELS)


def test_every_metric_is_ours_says_what_it_counts_and_in_base_units():
    collectors = [one for one in set(REGISTRY._collector_to_names) if isinstance(one, MetricWrapperBase)]
    assert [one._name for one in collectors if not one._name.startswith("imagin_")] == []
    assert [one._name for one in collectors if not one._documentation] == []
    assert [
        one._name for one in collectors if re.search(r"_(ms|milliseconds|minutes|hours|kb|percent)$", one._name)
    ] == []
