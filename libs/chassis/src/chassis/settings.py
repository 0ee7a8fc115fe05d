"""Settings every service has, read from the environment (units in the names) or, for secrets, from `<NAME>_FILE`.

A variable without a value is not given: a file of settings may list all of them.
"""

import re
import ssl
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from chassis.connecting import kafka_connection
from chassis.given import Misconfigured, check_brokers, check_database_url, read_secret_file
from chassis.problem import NOWHERE

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that nobody else reaches."""

_COLLECTOR = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/@?#]+)(:[0-9]{1,5})?(/[^\s@?#]*)?")
_SITE = re.compile(r"https?://[^\s/@?#]+(/[^\s?#]*)?")
_UNPARSED = re.compile(r'parsing value for field "(\w+)"')  # what pydantic-settings says of a value that is no JSON
_OF_OURS = "Value error, "  # what pydantic puts before the sentence of a validator


def variable_of(kind: type[BaseSettings], name: str) -> str:
    """The environment variable of a field."""
    field = kind.model_fields.get(name)
    alias = field.validation_alias if field else name  # an error names a field by its alias already
    named = alias.choices[0] if isinstance(alias, AliasChoices) else alias
    return named if isinstance(named, str) else f"{kind.model_config['env_prefix']}{name}".upper()


class _SecretFiles(EnvSettingsSource):
    """`CONVOCATION_DATABASE_URL_FILE=/run/secrets/url` stands for `CONVOCATION_DATABASE_URL`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        variable = variable_of(self.settings_cls, field_name)
        path = self.env_vars.get(f"{variable}_file".lower())
        return (read_secret_file(variable, path) if path else None), field_name, False


def _has_certificates(file: Path) -> Path:
    try:
        ssl.create_default_context(cafile=str(file))
    except OSError as error:
        raise ValueError(f"no PEM file of certificates can be read there ({type(error).__name__})") from None
    return file


CaFile = Annotated[Path, AfterValidator(_has_certificates)]


class SecretSettings(BaseSettings):
    """Settings of the environment, or for secrets of the files that it names."""

    model_config = SettingsConfigDict(
        populate_by_name=True,
        hide_input_in_errors=True,  # inputs are secrets (X20)
        env_ignore_empty=True,
    )

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


class KafkaSettings(SecretSettings):
    """How a cluster is reached. A wrong one is found at start: Kafka would only say that nobody answers."""

    kafka_bootstrap: str
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ca_file: CaFile | None = None

    @field_validator("kafka_bootstrap")
    @classmethod
    def _names_brokers(cls, value: str) -> str:
        return check_brokers(value)

    @model_validator(mode="after")
    def _who_signs_in_has_a_password(self) -> Self:
        given = self.kafka_sasl_username and self.kafka_sasl_password
        if self.kafka_security_protocol.startswith("SASL") and not given:
            names = [variable_of(type(self), f"kafka_sasl_{one}") for one in ("username", "password")]
            raise ValueError(f"{' and '.join(names)}: both are needed with {self.kafka_security_protocol}")
        return self

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


class ServiceSettings(KafkaSettings):
    """What the chassis needs of a service; a service subclasses it and sets `env_prefix` and `service_name`."""

    service_name: ClassVar[str]

    database_url: SecretStr
    database_pool_size: int = Field(default=10, ge=2, le=200)

    kafka_batch_max_records: int = Field(default=2_000, ge=1, le=10_000)
    # Also how long the partitions of a process that was killed stay without a reader (decision 0007).
    kafka_session_timeout_milliseconds: int = Field(default=10_000, ge=6_000, le=300_000)

    relay_batch_max_rows: int = Field(default=5_000, ge=1, le=20_000)
    relay_poll_milliseconds: int = Field(default=250, ge=10)
    relay_send_deadline_seconds: float = Field(default=10.0, gt=0)

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=1, le=65_535)
    # Where who runs the process reads metrics and the OpenAPI document; nobody else reaches this port.
    ops_http_host: str = "127.0.0.1"
    ops_http_port: int = Field(default=9000, ge=1, le=65_535)
    # How long a stopping process answers on, saying « not ready »: longer than a proxy needs to see it.
    http_drain_seconds: float = Field(default=3.0, ge=0, le=60)
    # Addresses or networks of the proxies whose X-Forwarded-For and -Proto are believed, with commas; none by default.
    http_trusted_proxies: str = ""
    # Where the documentation site is published (`imagin docs`): the `type` of a refusal leads to its page there.
    documentation_url: str = NOWHERE
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # An OpenTelemetry collector (OTLP over HTTP); without one no trace leaves the process. Of the traces that begin
    # here this part is told; one that a caller has begun is told as the caller says (docs/decisions/0043).
    otlp_endpoint: str | None = None
    trace_ratio: float = Field(default=1.0, ge=0, le=1)

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: SecretStr) -> SecretStr:
        check_database_url(url.get_secret_value())
        return url

    @field_validator("documentation_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if not _SITE.fullmatch(url):
            raise ValueError("the documentation's address is https://host/path, without ? and #")
        return url.rstrip("/")

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_a_collector(cls, url: str | None) -> str | None:
        if url is not None and not _COLLECTOR.fullmatch(url):
            raise ValueError("a collector is http://host:port; a password stands in OTEL_EXPORTER_OTLP_HEADERS")
        return url


S = TypeVar("S", bound=BaseSettings)


def load(kind: type[S], **given: Any) -> S:
    """Settings of the environment, and those `given`. Raises Misconfigured, with all that is wrong at once."""
    try:
        return kind(**given)
    except ValidationError as error:
        raise Misconfigured([_sentence(kind, one) for one in error.errors(include_input=False)]) from None
    except SettingsError as error:
        if isinstance(error.__cause__, Misconfigured):
            raise error.__cause__ from None
        named = _UNPARSED.search(str(error))
        if named is None:
            raise
        raise Misconfigured([f"{variable_of(kind, named[1])}: it is no JSON"]) from None


def _sentence(kind: type[BaseSettings], fault: ErrorDetails) -> str:
    """Only the first word of the place: what follows it may be a value."""
    said = "is not given" if fault["type"] == "missing" else fault["msg"].removeprefix(_OF_OURS)
    if not fault["loc"]:
        return said
    variable = variable_of(kind, str(fault["loc"][0]))
    return f"{variable} {said}" if fault["type"] == "missing" else f"{variable}: {said}"
