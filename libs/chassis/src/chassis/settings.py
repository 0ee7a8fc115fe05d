"""Settings every service has, read from the environment (units in the names) or, for secrets, from `<NAME>_FILE`."""

import ssl
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from chassis import connecting  # noqa: F401  # whoever takes the connection's settings takes its limit too

METADATA_MAX_AGE_MS = 5_000
"""After a broker's death aiokafka 0.14 may wait for metadata that nobody asks for, until they are this old: by default
five minutes without a coordinator, so without heartbeat, commit and partitions (seen in tests/e2e/storm)."""

REQUEST_TIMEOUT_MS = 4_000
"""How long a broker that does not answer is waited for; by default 40 s, in which no right would pass (0029)."""


class _SecretFiles(EnvSettingsSource):
    """`CONVOCATION_DATABASE_URL_FILE=/run/secrets/url` stands for `CONVOCATION_DATABASE_URL`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        alias = field.validation_alias
        named = alias.choices[0] if isinstance(alias, AliasChoices) else None
        variable = named if isinstance(named, str) else f"{self.env_prefix}{field_name}"
        path = self.env_vars.get(f"{variable}_file".lower())
        value = Path(path).read_text(encoding="utf-8").strip() if path else None
        return value, field_name, False


class ServiceSettings(BaseSettings):
    """What the chassis needs of a service; a service subclasses it and sets `env_prefix` and `service_name`."""

    model_config = SettingsConfigDict(populate_by_name=True, hide_input_in_errors=True)  # inputs are secrets (X20)
    service_name: ClassVar[str]

    database_url: SecretStr
    database_pool_size: int = Field(default=10, ge=2, le=200)

    kafka_bootstrap: str
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ca_file: Path | None = None
    kafka_batch_max_records: int = Field(default=2_000, ge=1, le=10_000)
    # Also how long the partitions of a process that was killed stay without a reader (decision 0007).
    kafka_session_timeout_milliseconds: int = Field(default=10_000, ge=6_000, le=300_000)

    relay_batch_max_rows: int = Field(default=5_000, ge=1, le=20_000)
    relay_poll_milliseconds: int = Field(default=250, ge=10)
    relay_send_deadline_seconds: float = Field(default=10.0, gt=0)

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=1, le=65_535)
    # How long a stopping process answers on, saying « not ready »: longer than a proxy needs to see it.
    http_drain_seconds: float = Field(default=3.0, ge=0, le=60)
    # Addresses or networks of the proxies whose X-Forwarded-For and -Proto are believed, with commas; none by default.
    http_trusted_proxies: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls)

    @cached_property
    def kafka_connection(self) -> dict[str, Any]:
        """Keyword arguments for any aiokafka client (X15: a wrong password reads « Unable to bootstrap »)."""
        return kafka_connection(
            bootstrap=self.kafka_bootstrap,
            security_protocol=self.kafka_security_protocol,
            sasl_mechanism=self.kafka_sasl_mechanism,
            username=self.kafka_sasl_username,
            password=self.kafka_sasl_password.get_secret_value() if self.kafka_sasl_password else None,
            ca_file=self.kafka_ca_file,
        )


def kafka_connection(
    *,
    bootstrap: str,
    security_protocol: str = "PLAINTEXT",
    sasl_mechanism: str = "SCRAM-SHA-512",
    username: str | None = None,
    password: str | None = None,
    ca_file: Path | None = None,
) -> dict[str, Any]:
    """aiokafka's names for how a cluster is reached; TLS always checks the host name (D38)."""
    connection: dict[str, Any] = {
        "bootstrap_servers": [one.strip() for one in bootstrap.split(",")],
        "security_protocol": security_protocol,
        "metadata_max_age_ms": METADATA_MAX_AGE_MS,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
    }
    if security_protocol.endswith("SSL"):
        connection["ssl_context"] = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    if security_protocol.startswith("SASL"):
        connection["sasl_mechanism"] = sasl_mechanism
        connection["sasl_plain_username"] = username
        connection["sasl_plain_password"] = password
    return connection
