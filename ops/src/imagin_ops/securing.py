"""IMAGIN_KAFKA_*: how a cluster that is secured is reached. Apart, as what checks it takes long to import."""

from typing import Any

from pydantic_settings import SettingsConfigDict

from chassis.settings import KafkaSettings, load


class _Kafka(KafkaSettings):
    model_config = SettingsConfigDict(env_prefix="IMAGIN_")


def secured(bootstrap: str) -> dict[str, Any]:
    """aiokafka's arguments. Raises chassis.given.Misconfigured."""
    return load(_Kafka, kafka_bootstrap=bootstrap).kafka_connection
