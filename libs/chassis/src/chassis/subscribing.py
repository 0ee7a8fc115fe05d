"""FastStream as the shell around our consumers: the one place with a subscriber, in the form that loses nothing (D1).

MANUAL acknowledgement, `earliest`, `read_committed`, raw parser (X1, X17), no reply (X6), no topic made by itself.
"""

import asyncio
import logging
import math
import time
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from chassis import fetching  # noqa: F401  # records that aiokafka cannot read must not stop it
from chassis.connecting import METADATA_MAX_AGE_MS, REQUEST_TIMEOUT_MS
from chassis.consumer import Consumer
from chassis.progress import Reading
from chassis.settings import ServiceSettings

_log = logging.getLogger("faststream")  # its errors only: it would name each batch
_log.setLevel(logging.ERROR)
_POLL_MILLISECONDS = 200
_GATHERED_BYTES = 64 * 1024  # so much is not waited for: who is behind reads on at once
_FETCHED_BYTES = 256 * 1024  # of a partition in one answer, or one larger batch: all are held until they are read
_FETCH_SECONDS = 0.5  # Kafka's own default
_MECHANISMS = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


class Subscriptions:
    """All consumers of a service on one broker connection."""

    def __init__(self, settings: ServiceSettings, consumers: Sequence[Consumer]) -> None:
        self._broker = KafkaBroker(
            settings.kafka_connection["bootstrap_servers"],
            security=_security(settings.kafka_connection),
            client_id=settings.service_name,
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=10.0,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
            apply_types=False,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            logger=_log,
        )
        self.awaited = False
        """Kafka has been asked, so that its silence is one."""
        self._consumers = consumers
        self._subscribers = [self._subscribe(settings, consumer) for consumer in consumers]

    def _subscribe(self, settings: ServiceSettings, consumer: Consumer) -> Any:
        subscriber = self._broker.subscriber(
            consumer.topic,
            batch=True,
            group_id=consumer.group,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            parser=_raw_parser,
            decoder=_raw_decoder,
            session_timeout_ms=settings.kafka_session_timeout_milliseconds,
            heartbeat_interval_ms=settings.kafka_session_timeout_milliseconds // 5,
            max_partition_fetch_bytes=_FETCHED_BYTES,
            listener=_Rebalance(consumer),
            fetch_min_bytes=_GATHERED_BYTES if consumer.gather_seconds else 1,
            fetch_max_wait_ms=round(1000 * (consumer.gather_seconds or _FETCH_SECONDS)),
        )

        subscriber.get_msg = partial(_poll, most=settings.kafka_batch_max_records)  # type: ignore[method-assign]

        @subscriber
        async def on_batch(records: Sequence[ConsumerRecord]) -> None:
            await consumer.on_batch(records, subscriber.consumer)

        return subscriber

    async def start(self) -> None:
        """Join the groups, all or none. Raises aiokafka.errors.KafkaError while Kafka cannot be reached.

        Started again, FastStream would give a subscriber that runs a second reader, and nobody would watch the first.
        """
        if not self._subscribers:
            return
        try:
            await self._broker.start()
        except BaseException:
            await self._broker.stop()
            raise

    async def stop(self) -> None:
        """Finish the batch in hand, then leave the groups."""
        await self._broker.stop()

    def silent_seconds(self) -> float:
        """Since a broker last answered a reader; 0 where none waits for an answer, as while a batch is in hand.

        Infinite while Kafka is waited for at the start.
        """
        now = time.time()
        silences = []
        for consumer, subscriber in zip(self._consumers, self._subscribers, strict=True):
            if subscriber.consumer is None:
                return math.inf if self.awaited else 0.0
            polled = [subscriber.consumer.last_poll_timestamp(one) for one in subscriber.consumer.assignment()]
            silences += [0.0] if consumer.busy_seconds() else [now - one / 1000 for one in polled if one]
        return min(silences, default=0.0)

    async def readings(self) -> list[Reading]:
        """Where each partition of this process stands; none of a group that is looking for its partitions."""
        return [
            await _reading(consumer, subscriber.consumer, partition)
            for consumer, subscriber in zip(self._consumers, self._subscribers, strict=True)
            if subscriber.consumer
            for partition in subscriber.consumer.assignment()
        ]

    async def look_for_deleted(self) -> None:
        """Each consumer looks whether its topic has lost what it had not read. Raises KafkaError, asyncpg's errors."""
        for consumer, subscriber in zip(self._consumers, self._subscribers, strict=True):
            if subscriber.consumer:
                await consumer.look_for_deleted(subscriber.consumer)

    def ended(self) -> bool:
        """True when a consumer's loop is over though nobody stopped it."""
        return any(
            not subscriber.tasks or all(task.done() for task in subscriber.tasks) for subscriber in self._subscribers
        )


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # untyped
    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    def on_partitions_revoked(self, _: object) -> None:
        self._consumer.forget_partitions()

    def on_partitions_assigned(self, _: object) -> None:
        pass


async def _reading(consumer: Consumer, kafka: AIOKafkaConsumer, place: TopicPartition) -> Reading:
    position = unread = fetched_at = None
    held = False
    try:
        async with asyncio.timeout(0.2):  # aiokafka waits for a position that nobody gives it
            position = await kafka.position(place)
        end, stable, milliseconds = (
            kafka.highwater(place),
            kafka.last_stable_offset(place),
            kafka.last_poll_timestamp(place),
        )
        if end is not None and stable is not None:
            unread, held = max(0, end - position), 0 <= stable <= position < end
        fetched_at = milliseconds / 1000 if milliseconds else None
    except (TimeoutError, IllegalStateError, KafkaError, AssertionError):
        pass  # not known now; AssertionError: the partition has just been lost
    busy = consumer.busy_seconds() > 0
    return Reading(consumer.group, place.topic, place.partition, position, unread, fetched_at, busy, held)


async def _poll(kafka: AIOKafkaConsumer, *, most: int) -> tuple[ConsumerRecord, ...]:
    """FastStream's own sleeps after an empty poll for as long again, and what comes meanwhile waits."""
    polled = await kafka.getmany(timeout_ms=_POLL_MILLISECONDS, max_records=most)
    return tuple(chain.from_iterable(polled.values()))


async def _raw_parser(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    return KafkaMessage(body=b"", headers={}, raw_message=records, consumer=FAKE_CONSUMER)


async def _raw_decoder(message: KafkaMessage) -> Any:
    return message.raw_message


def _security(connection: dict[str, Any]) -> BaseSecurity | None:
    context = connection.get("ssl_context")
    if "sasl_mechanism" in connection:
        return _MECHANISMS[connection["sasl_mechanism"]](
            connection["sasl_plain_username"],
            connection["sasl_plain_password"],
            ssl_context=context,
            use_ssl=context is not None,
        )
    return BaseSecurity(ssl_context=context, use_ssl=True) if context else None
