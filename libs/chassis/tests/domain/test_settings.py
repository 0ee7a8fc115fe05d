"""Settings that are missing or wrong: one sentence each, which names the variable and never its value."""

from typing import ClassVar

import pytest
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.given import Misconfigured
from chassis.settings import KafkaSettings, ServiceSettings, load

GOOD = {"ESSAI_DATABASE_URL": "postgresql://x", "ESSAI_KAFKA_BOOTSTRAP": "a:9092, [::1]:9093,b", "PARTAGE": "p"}


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ESSAI_")
    service_name: ClassVar[str] = "essai"
    shared: SecretStr = Field(validation_alias=AliasChoices("PARTAGE", "shared"))
    names: dict[str, str] = Field(default={}, validation_alias=AliasChoices("NOMS", "names"))


class Commands(KafkaSettings):
    model_config = SettingsConfigDict(env_prefix="ESSAI_")


@pytest.fixture
def given(monkeypatch):
    def give(**more):
        for name, value in (GOOD | more).items():
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)

    return give


def refused(kind=Settings):
    with pytest.raises(Misconfigured) as error:
        load(kind)
    assert error.value.__cause__ is None, "a trace would show what pydantic says"
    return error.value.sentences


def test_all_that_is_missing_or_wrong_is_told_at_once_by_its_variable(given):
    given(PARTAGE=None, ESSAI_DATABASE_URL=None, ESSAI_HTTP_PORT="SECRET", ESSAI_LOG_LEVEL="SECRET")
    assert refused() == [
        "ESSAI_DATABASE_URL is not given",
        "ESSAI_HTTP_PORT: Input should be a valid integer, unable to parse string as an integer",
        "ESSAI_LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
        "PARTAGE is not given",
    ]


SASL = {"ESSAI_KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "ESSAI_KAFKA_SASL_USERNAME": "SECRET"}
WRONG = [
    ({"ESSAI_DATABASE_URL": "SECRET"}, "ESSAI_DATABASE_URL: a URL is postgresql://"),
    ({"ESSAI_DATABASE_URL": "mysql://SECRET"}, "ESSAI_DATABASE_URL: a URL is postgresql://"),
    ({"ESSAI_DATABASE_URL": "postgresql://u:SECRET@h:port/x"}, "ESSAI_DATABASE_URL: a URL is postgresql://"),
    ({"ESSAI_DATABASE_URL": "postgresql://u:SECRET[@h/x"}, "ESSAI_DATABASE_URL: no URL"),
    ({"ESSAI_KAFKA_BOOTSTRAP": "SECRET:port"}, "ESSAI_KAFKA_BOOTSTRAP: brokers are named host:port"),
    ({"ESSAI_KAFKA_BOOTSTRAP": "SECRET:1,,b:2"}, "ESSAI_KAFKA_BOOTSTRAP: brokers are named host:port"),
    (SASL, "ESSAI_KAFKA_SASL_USERNAME and ESSAI_KAFKA_SASL_PASSWORD: both are needed with SASL_SSL"),
    ({"ESSAI_KAFKA_CA_FILE": "/SECRET"}, "ESSAI_KAFKA_CA_FILE: no PEM file of certificates can be read there"),
    ({"ESSAI_KAFKA_CA_FILE": __file__}, "ESSAI_KAFKA_CA_FILE: no PEM file of certificates can be read there"),
    ({"ESSAI_DATABASE_URL_FILE": "/SECRET"}, "ESSAI_DATABASE_URL_FILE: the file cannot be read (No such file"),
    ({"ESSAI_DOCUMENTATION_URL": "SECRET/pages"}, "ESSAI_DOCUMENTATION_URL: the documentation's address is https://"),
    ({"ESSAI_DOCUMENTATION_URL": "https://x.invalid/?SECRET"}, "ESSAI_DOCUMENTATION_URL: the documentation's address"),
    ({"ESSAI_OTLP_ENDPOINT": "SECRET:4317"}, "ESSAI_OTLP_ENDPOINT: a collector is http://host:port"),
    ({"ESSAI_OTLP_ENDPOINT": "http://u:SECRET@host:4318"}, "ESSAI_OTLP_ENDPOINT: a collector is http://host:port"),
    ({"ESSAI_OTLP_ENDPOINT": "http://[SECRET"}, "ESSAI_OTLP_ENDPOINT: a collector is http://host:port"),
    ({"NOMS": "{SECRET"}, "NOMS: it is no JSON"),
    ({"NOMS": '{"a": ["SECRET"]}'}, "NOMS: Input should be a valid string"),
    ({"PARTAGE_FILE": "/dev"}, "PARTAGE_FILE: the file cannot be read (Is a directory)"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_what_could_only_fail_later_is_refused_at_start(given, wrong, said):
    given(**wrong)
    [sentence] = refused()
    assert sentence.startswith(said)
    assert "SECRET" not in sentence


def test_a_file_that_is_no_text_is_told(given, tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    given(PARTAGE_FILE=str(tmp_path / "key"))
    assert refused() == ["PARTAGE_FILE: the file cannot be read (it is no text)"]


def test_a_variable_without_a_value_is_not_given(given):
    given(ESSAI_HTTP_PORT="", ESSAI_KAFKA_CA_FILE="", ESSAI_DATABASE_URL_FILE="")
    assert (load(Settings).http_port, load(Settings).kafka_ca_file) == (8000, None)
    given(ESSAI_KAFKA_BOOTSTRAP="")
    assert refused(Commands) == ["ESSAI_KAFKA_BOOTSTRAP is not given"]


URLS = [
    "postgresql://x",
    "postgresql:///x?host=/run",
    "postgres://u:p%5B@a:1,b/x?sslmode=require",
    "postgresql://u@[::1]:5432/x",
]


@pytest.mark.parametrize("url", URLS)
def test_the_forms_of_a_database_url_are_taken(given, url):
    given(ESSAI_DATABASE_URL=url)
    assert load(Settings).database_url.get_secret_value() == url
