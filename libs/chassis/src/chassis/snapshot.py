"""A topic from its first record to its end as of now: for who compares, never for who follows."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from pydantic import BaseModel

from chassis.cloudevents import Event, decode
from chassis.envelopes import parts

_POLL_MILLISECONDS = 200
_SILENT_MILLISECONDS = 30_000


class Record(NamedTuple):
    """What a reader sees of a record; no value is a tombstone."""

    key: bytes | None
    value: bytes | None


class TopicUnavailable(ConnectionError):
    """Kafka does not give the topic now; time can mend it."""


async def snapshot(kafka: Mapping[str, Any], topic: str, *, max_records: int = 5_000) -> AsyncIterator[list[Record]]:
    """All committed records there are now, `max_records` at most at once, in order per partition.

    Raises TopicUnavailable.
    """
    async for records in _records(kafka, topic, max_records):
        yield [Record(one.key, one.value) for one in records]


async def events(
    kafka: Mapping[str, Any], topic: str, models: Mapping[str, type[BaseModel]], *, max_records: int = 5_000
) -> AsyncIterator[list[Event[Any]]]:
    """The same as events; what is none is left out. Raises TopicUnavailable."""
    async for records in _records(kafka, topic, max_records):
        decoded = (decode(event, models) for one in records for event in parts(one))
        yield [one for one in decoded if isinstance(one, Event)]


async def _records(kafka: Mapping[str, Any], topic: str, max_records: int) -> AsyncIterator[list[ConsumerRecord]]:
    reader = AIOKafkaConsumer(
        topic, **kafka, group_id=None, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    try:
        await reader.start()
        ends = await reader.end_offsets(reader.assignment())
        silent = 0
        while any([await reader.position(place) < end for place, end in ends.items()]):
            polled = await reader.getmany(timeout_ms=_POLL_MILLISECONDS, max_records=max_records)
            if records := [one for found in polled.values() for one in found]:
                silent = 0
                yield records
            elif (silent := silent + _POLL_MILLISECONDS) > _SILENT_MILLISECONDS:
                raise TopicUnavailable("silent")
    except KafkaError as error:
        raise TopicUnavailable(type(error).__name__) from None
    finally:
        await reader.stop()
