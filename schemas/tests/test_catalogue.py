"""The catalogue: a closed world, whose values are those of the design."""

import re

import pytest
from pydantic import ValidationError

from event_schemas import catalogue, readers
from event_schemas.catalogue import EVENT_TYPES, SEASONS_MS, TOPICS, parse

SERVICES = {"mission-import", "convocation", "santorin-bridge", "notifier", "cyclades", "santorin"}
GOOD = """
description: A topic.
owner: notifier
readers: {convocation: convocation.essai}
key: convocation id
events: {fr.imagin.notification-sent.v1: NotificationSent}
partitions: 3
retention_ms: 34560000000
cleanup_policy: delete
personal_data: None.
"""
NAME = catalogue.NOTIFICATION


def constants(pattern: str) -> set[str]:
    values = [value for name, value in vars(catalogue).items() if name.isupper() and isinstance(value, str)]
    return {value for value in values if re.match(pattern, value)}


def test_every_constant_is_in_the_catalogue_and_the_other_way_round():
    assert constants(r"fr\.") == set(EVENT_TYPES)
    assert constants(r"(cyclades|imagin|santorin)\.") == set(TOPICS)


def test_owners_and_readers_are_the_services_and_the_systems_outside():
    assert {topic.owner for topic in TOPICS.values()} <= SERVICES
    assert {reader for topic in TOPICS.values() for reader in topic.readers} <= SERVICES


def test_no_owner_reads_its_own_topic():
    assert not [topic.name for topic in TOPICS.values() if topic.owner in topic.readers]


def test_business_topics_outlive_a_season():
    short = [topic.name for topic in TOPICS.values() if 0 <= topic.retention_ms < SEASONS_MS]
    assert short == []


def test_the_rights_are_a_compacted_topic():
    assert TOPICS[catalogue.HABILITATION].configs == {
        "cleanup.policy": "compact",
        "retention.ms": "-1",
        "message.timestamp.type": "CreateTime",
        "delete.retention.ms": "2592000000",
        "min.compaction.lag.ms": "3600000",
        "segment.ms": "86400000",
        "min.cleanable.dirty.ratio": "0.1",
    }


def test_a_well_formed_topic_is_read():
    assert parse(NAME, GOOD).readers == {"convocation": "convocation.essai"}


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("partitions:", "partition:", "partition"),
        ("owner: notifier", "owner: notifier\nowners: [a]", "owners"),
        ("partitions: 3", "partitions: '3'", "partitions"),
        ("partitions: 3", "partitions: 0", "partitions"),
        ("34560000000", "34559999999", "400 days"),
        ("cleanup_policy: delete", "cleanup_policy: compact", "compaction"),
        ("cleanup_policy: delete", "cleanup_policy: remove", "cleanup_policy"),
        ("convocation.essai", "convocations.essai", "consumer group"),
        ("fr.imagin.notification-sent.v1", "fr.imagin.notification-envoyée.v1", "events"),
        ("key: convocation id", "key: nom", "key"),
        ("personal_data: None.", "", "personal_data"),
    ],
)
def test_a_malformed_topic_is_refused(old: str, new: str, where: str):
    assert old in GOOD
    with pytest.raises(ValidationError, match=where):
        parse(NAME, GOOD.replace(old, new))


def test_a_topic_whose_name_breaks_the_convention_is_refused():
    with pytest.raises(ValidationError, match="name"):
        parse("imagin.public.Convocation", GOOD)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_what_reads_the_files_without_the_catalogue_finds_the_same_groups(service):
    wanted = {topic.readers[service]: topic.name for topic in TOPICS.values() if service in topic.readers}
    assert readers.groups_of(service) == wanted
