"""FastStream as the shell around our consumers: the one place with a subscriber, in the form that loses nothing (D1).

MANUAL acknowledgement, `earliest`, `read_committed`, raw parser (X1, X17), no reply (X6), no topic made by itself.
"""

from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from chassis.consumer import Consumer
from chassis.settings import METADATA_MAX_AGE_MS, ServiceSettings

_MECHANISMS = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


class Subscriptions:
    """All consumers of a service on one broker connection."""

    def __init__(self, settings: ServiceSettings, consumers: Sequence[Consumer]) -> None:
        self._broker = KafkaBroker(
            settings.kafka_bootstrap,
            security=_security(settings.kafka_connection),
            client_id=settings.service_name,
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=10.0,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
            apply_types=False,
            logger=None,
        )
        self._subscribers = [self._subscribe(settings, consumer) for consumer in consumers]

    def _subscribe(self, settings: ServiceSettings, consumer: Consumer) -> Any:
        subscriber = self._broker.subscriber(
            consumer.topic,
            batch=True,
            max_records=settings.kafka_batch_max_records,
            batch_timeout_ms=200,
            group_id=consumer.group,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            parser=_raw_parser,
            decoder=_raw_decoder,
            session_timeout_ms=settings.kafka_session_timeout_milliseconds,
            heartbeat_interval_ms=settings.kafka_session_timeout_milliseconds // 5,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )

        @subscriber
        async def on_batch(records: Sequence[ConsumerRecord]) -> None:
            await consumer.on_batch(records, subscriber.consumer)

        return subscriber

    async def start(self) -> None:
        """Join the groups. Raises aiokafka.errors.KafkaError while Kafka cannot be reached."""
        if self._subscribers:
            await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand, then leave the groups."""
        await self._broker.stop()

    def ended(self) -> bool:
        """True when a consumer's loop is over though nobody stopped it."""
        return any(
            not subscriber.tasks or all(task.done() for task in subscriber.tasks) for subscriber in self._subscribers
        )


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
