"""Kafka's rights from the catalogue (D19, D38): one user a service, and each topic has one writer.

Two users beside them: the operators' commands, and what counts records that wait (KEDA). Neither writes a record.
"""

from collections.abc import Iterator
from typing import NamedTuple

from event_schemas.catalogue import ACCUSE, HABILITATION, TOPICS
from imagin_ops.services import SERVICES

# Beyond its readers: the bridge compares what it wrote (D22), SANTORIN looks up its own last answers.
_ALSO_READ = {HABILITATION: "santorin-bridge", ACCUSE: "santorin"}
OPERATORS, COUNTER = "imagin-ops", "keda"


class Acl(NamedTuple):
    """`operations` that `user` may do on the `resource` (topic, group, transactional-id, cluster) of that `name`."""

    user: str
    operations: tuple[str, ...]
    resource: str
    name: str

    @property
    def arguments(self) -> list[str]:
        """Of `kafka-acls.sh`, without how the cluster is reached."""
        operations = [word for one in self.operations for word in ("--operation", one)]
        name = [] if self.resource == "cluster" else [self.name]  # there is one
        return ["--add", "--allow-principal", f"User:{self.user}", *operations, f"--{self.resource}", *name]


def acls() -> list[Acl]:
    """All there are; what is not listed is denied where the cluster has an authorizer."""
    return [*_topics(), *_relays(), *_operators(), *_counter()]


def _topics() -> Iterator[Acl]:
    for topic in TOPICS.values():
        yield Acl(topic.owner, ("Write", "Describe"), "topic", topic.name)
        for user, group in topic.readers.items():
            yield Acl(user, ("Read", "Describe"), "topic", topic.name)
            yield Acl(user, ("Read",), "group", group)
        if topic.name in _ALSO_READ:
            yield Acl(_ALSO_READ[topic.name], ("Read", "Describe"), "topic", topic.name)


def _relays() -> Iterator[Acl]:
    for service in SERVICES:
        yield Acl(service.name, ("Write", "Describe"), "transactional-id", f"{service.name}.relay")


def _operators() -> Iterator[Acl]:
    """For `topics`, `status`, `doctor`, `reconcile` and `catch-up`, which puts a service's groups back to the start."""
    yield Acl(OPERATORS, ("Describe", "Create"), "cluster", "kafka-cluster")
    for topic in TOPICS.values():
        yield Acl(OPERATORS, ("Read", "Describe", "DescribeConfigs"), "topic", topic.name)
    for _, group in _readings():
        yield Acl(OPERATORS, ("Read", "Describe"), "group", group)


def _counter() -> Iterator[Acl]:
    for topic, group in _readings():
        yield Acl(COUNTER, ("Describe",), "topic", topic)
        yield Acl(COUNTER, ("Describe",), "group", group)


def _readings() -> Iterator[tuple[str, str]]:
    """What the services read: topic and group."""
    for topic in TOPICS.values():
        for service in SERVICES:
            if service.name in topic.readers:
                yield topic.name, topic.readers[service.name]
