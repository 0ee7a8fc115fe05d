"""Kafka's rights from the catalogue (D19, D38): one user a service, and each topic has one writer.

Two users beside them: the operators' commands, and what counts records that wait (KEDA). Neither writes a record.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError, NoError, SecurityDisabled, for_code
from aiokafka.protocol.admin import DescribeAclsRequest

from event_schemas.catalogue import ACCUSE, HABILITATION, TOPICS
from imagin_ops.connections import NoAnswer
from imagin_ops.services import SERVICES

# Kafka's numbers: of any and all operations, of a right that is given, of names that begin so, and by our words.
_ANY, _ALL, _ALLOW, _PREFIXED = 1, 2, 3, 4
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10}
_RESOURCES = {"topic": 2, "group": 3, "cluster": 4, "transactional-id": 5}
# Beyond its readers: the bridge compares what it wrote (D22), SANTORIN looks up its own last answers.
_ALSO_READ = {HABILITATION: "santorin-bridge", ACCUSE: "santorin"}
OPERATORS, COUNTER = "imagin-ops", "keda"


class Acl(NamedTuple):
    """`operations` that `user` may do on the `resource` (topic, group, transactional-id, cluster) of that `name`."""

    user: str
    operations: tuple[str, ...]
    resource: str
    name: str


def acls() -> list[Acl]:
    """All there are; what is not listed is denied where the cluster has an authorizer."""
    return [*_topics(), *_relays(), *_operators(), *_counter()]


def commands() -> list[list[str]]:
    """Arguments of `kafka-acls.sh` that give all of them, without how the cluster is reached.

    One call gives the same operations on many names: each takes two seconds to start.
    """
    named: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for one in acls():
        named.setdefault((one.user, one.operations, one.resource), []).append(one.name)
    return [_command(user, operations, resource, names) for (user, operations, resource), names in named.items()]


def _command(user: str, operations: tuple[str, ...], resource: str, names: list[str]) -> list[str]:
    may = [word for one in operations for word in ("--operation", one)]
    on = [word for name in names for word in (f"--{resource}", name)] if resource != "cluster" else ["--cluster"]
    return ["--add", "--allow-principal", f"User:{user}", *may, *on]


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


class Given(NamedTuple):
    """A right that the cluster gives; `name` begins so where it is `prefixed`, and * is any."""

    user: str
    operation: int
    resource: int
    name: str
    prefixed: bool

    def covers(self, user: str, operation: int, resource: int, name: str) -> bool:
        """Describe follows from Read and Write."""
        named = self.name in {name, "*"} or (self.prefixed and name.startswith(self.name))
        implied = operation == _OPERATIONS["Describe"] and self.operation in {_OPERATIONS["Read"], _OPERATIONS["Write"]}
        may = implied or self.operation in {operation, _ALL}
        return named and may and self.user in {f"User:{user}", "User:*"} and self.resource == resource


class NoAuthorizer(Exception):
    """The cluster gives everybody every right."""


async def given(kafka: dict[str, Any]) -> list[Given]:
    """The rights that the cluster gives. Raises NoAuthorizer, and NoAnswer where it does not tell us."""
    client = AIOKafkaClient(**kafka)
    try:
        await client.bootstrap()
        ask = DescribeAclsRequest(_ANY, None, _ANY, None, None, _ANY, _ANY)  # None: any name
        answer: Any = await client.send(client.get_random_node(), ask)
    except (KafkaError, OSError, TimeoutError) as error:
        raise NoAnswer(f"Kafka ne dit pas ses droits ({type(error).__name__})") from None
    finally:
        await client.close()
    refused = for_code(answer.error_code)
    if refused is SecurityDisabled:
        raise NoAuthorizer
    if refused is ClusterAuthorizationFailedError:
        raise NoAnswer("donnez à l’utilisateur de cette commande le droit Describe sur le cluster")
    if refused is not NoError:
        raise NoAnswer(f"Kafka ne dit pas ses droits ({refused.__name__})")
    return [
        Given(principal, operation, kind, name, pattern == _PREFIXED)
        for kind, name, pattern, entries in answer.resources
        for principal, _host, operation, permission in entries
        if permission == _ALLOW
    ]


def missing(found: list[Given]) -> list[str]:
    """What our users may not do, though the catalogue says so: « user operation resource name ».

    Not those of KEDA, which few installations have.
    """
    return [
        f"{one.user} {operation} {one.resource} {one.name}"
        for one in acls()
        if one.user != COUNTER
        for operation in one.operations
        if not any(it.covers(one.user, _OPERATIONS[operation], _RESOURCES[one.resource], one.name) for it in found)
    ]


def strangers(found: list[Given]) -> list[str]:
    """Who else may write a topic, beside the one writer that it has: « principal topic »."""
    return sorted(
        f"{it.user} {topic.name}"
        for topic in TOPICS.values()
        for it in found
        if it.user != f"User:{topic.owner}"
        and it._replace(user="User:*").covers("", _OPERATIONS["Write"], _RESOURCES["topic"], topic.name)
    )
