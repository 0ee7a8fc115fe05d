"""`imagin kubernetes`: the manifests that follow from the code, written into deploy/kubernetes and committed there."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from event_schemas.catalogue import TOPICS, Topic
from imagin_dev.quality import project_root
from imagin_ops.acls import Acl, acls
from imagin_ops.output import put
from imagin_ops.services import SERVICES, ServiceSpec
from imagin_ops.topics import in_sync

FOLDER = Path("deploy/kubernetes/components")
_ALERTS = Path("deploy/prometheus/alertes.yml")
_COPIES, _PROCESSES = 3, 2  # an overlay with one broker says otherwise
_WAITING_RECORDS = 1_000  # for one process: less than a second of its work (docs/mesures.md)
_PART = {"app.kubernetes.io/part-of": "imagin-e3c"}
_CLUSTER = {"strimzi.io/cluster": "imagin"}


def kubernetes() -> None:
    """Write the manifests that follow from the catalogue, the rights on it and the alert rules."""
    root = project_root()
    for path, text in manifests(root).items():
        (root / path).write_text(text, encoding="utf-8")
        put(str(path))


def manifests(root: Path) -> dict[Path, str]:
    """Each generated file, by its path from `root`, with its text."""
    alerts = yaml.safe_load((root / _ALERTS).read_text(encoding="utf-8"))
    users = groupby(sorted(acls(), key=lambda one: one.user), key=lambda one: one.user)
    return {
        FOLDER / "strimzi/topics.yaml": _file("the catalogue", map(_topic, TOPICS.values())),
        FOLDER / "strimzi/users.yaml": _file("the catalogue", [_user(name, rights) for name, rights in users]),
        FOLDER / "keda/scaledobjects.yaml": _file("the catalogue", map(_scaled, SERVICES)),
        FOLDER / "prometheus/rules.yaml": _file(_ALERTS.as_posix(), [_rules(alerts)]),
    }


def _file(source: str, documents: Iterable[Mapping[str, Any]]) -> str:
    text = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=120)
    return f"# Made by `./imagin kubernetes` from {source}: change that, not this\n{text}"


def _manifest(api: str, kind: str, name: str, spec: Any, labels: Mapping[str, str] = _PART) -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "labels": dict(labels)}, "spec": spec}


def _topic(topic: Topic) -> dict[str, Any]:
    config = topic.configs | {"min.insync.replicas": in_sync(_COPIES)}
    spec = {"partitions": topic.partitions, "replicas": _COPIES, "config": config}
    return _manifest("kafka.strimzi.io/v1", "KafkaTopic", topic.name, spec, _PART | _CLUSTER)


def _user(name: str, rights: Iterable[Acl]) -> dict[str, Any]:
    authorization = {"type": "simple", "acls": [_right(one) for one in dict.fromkeys(rights)]}
    spec = {"authentication": {"type": "scram-sha-512"}, "authorization": authorization}
    return _manifest("kafka.strimzi.io/v1", "KafkaUser", name, spec, _PART | _CLUSTER)


def _right(one: Acl) -> dict[str, Any]:
    resource = {"type": {"transactional-id": "transactionalId"}.get(one.resource, one.resource)}
    if one.resource != "cluster":  # there is one
        resource |= {"name": one.name, "patternType": "literal"}
    return {"resource": resource, "operations": list(one.operations)}


def _scaled(service: ServiceSpec) -> dict[str, Any]:
    """As many processes as the busiest group has work for, and never one that some topic has no partition for."""
    read = [topic for topic in TOPICS.values() if service.name in topic.readers]
    spec = {
        "scaleTargetRef": {"name": service.name},
        "minReplicaCount": _PROCESSES,
        "maxReplicaCount": min(topic.partitions for topic in read),
        "cooldownPeriod": 300,
        "fallback": {"failureThreshold": 3, "replicas": _PROCESSES, "behavior": "currentReplicasIfHigher"},
        "triggers": [_waiting(service, topic) for topic in read],
    }
    labels = _PART | {"app.kubernetes.io/name": service.name, "app.kubernetes.io/component": "service"}
    return _manifest("keda.sh/v1alpha1", "ScaledObject", service.name, spec, labels)


def _waiting(service: ServiceSpec, topic: Topic) -> dict[str, Any]:
    metadata = {
        "bootstrapServers": "imagin-kafka-bootstrap.imagin.svc:9093",  # KEDA asks from a namespace of its own
        "version": "3.6.0",  # of the protocol: KEDA's own default is older than what brokers speak since 4.0
        "sasl": "scram_sha512",
        "tls": "enable",
        "topic": topic.name,
        "consumerGroup": topic.readers[service.name],
        "lagThreshold": str(_WAITING_RECORDS),
        "activationLagThreshold": str(_WAITING_RECORDS),
        "offsetResetPolicy": "earliest",  # as the services read
        "allowIdleConsumers": "false",
        "excludePersistentLag": "true",  # where a partition stands, more processes help nobody
        "limitToPartitionsWithLag": "true",
    }
    return {"type": "kafka", "metadata": metadata, "authenticationRef": {"name": "kafka"}}


def _rules(alerts: Mapping[str, Any]) -> dict[str, Any]:
    labels = _PART | {"release": "prometheus"}
    return _manifest("monitoring.coreos.com/v1", "PrometheusRule", "imagin", {"groups": alerts["groups"]}, labels)
