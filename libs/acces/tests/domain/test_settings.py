"""Settings: secrets may come from files, and no secret is ever quoted in an error."""

import contextlib
import json

import pytest
from pydantic import ValidationError

from acces.jetons import create_keys
from acces.settings import AccesSettings, SigningSettings
from chassis.given import Misconfigured
from chassis.settings import load

URL = "postgresql://service:very-secret@localhost/database"


@pytest.fixture
def files(tmp_path, monkeypatch):
    for name, content in (("DATABASE_URL", URL), ("IMAGIN_TOKEN_KEY", "key-of-the-tests-" * 3)):
        (tmp_path / name).write_text(f"{content}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "localhost:9092")


@pytest.mark.usefixtures("files")
def test_every_secret_may_come_from_a_file_the_shared_key_too():
    settings = AccesSettings()
    assert settings.database_url.get_secret_value() == URL
    assert settings.token_key.get_secret_value() == "key-of-the-tests-" * 3
    assert "secret" not in repr(settings)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("key", ["CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME", "change-me" * 5, "k" * 40, "0123456" * 6])
def test_a_start_with_the_key_of_the_example_or_a_weak_one_is_refused(monkeypatch, key):
    monkeypatch.delenv("IMAGIN_TOKEN_KEY_FILE")
    monkeypatch.setenv("IMAGIN_TOKEN_KEY", key)
    with pytest.raises(ValidationError, match="openssl rand") as refused:
        AccesSettings()
    assert key not in str(refused.value)


@pytest.mark.usefixtures("files")
def test_an_error_names_the_setting_and_quotes_no_value(monkeypatch):
    monkeypatch.setenv("IMAGIN_TOKEN_KEY", "too-short-secret")
    monkeypatch.setenv("KAFKA_BATCH_MAX_RECORDS", "secret")
    with pytest.raises(ValidationError) as refused:
        AccesSettings()
    assert "IMAGIN_TOKEN_KEY" in str(refused.value)
    assert "kafka_batch_max_records" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_an_issuer_that_nobody_knows_is_refused(monkeypatch, files):
    monkeypatch.setenv("IMAGIN_ISSUERS", '{"ailleurs": "https://ailleurs.invalid"}')
    with pytest.raises(ValidationError, match="none of notifier"):
        AccesSettings()


class Signing(SigningSettings):
    service_name = "notifier"


def test_a_service_that_shows_who_it_is_needs_keys_of_its_own_or_the_shared_one(monkeypatch, files):
    assert Signing().signer is None
    monkeypatch.delenv("IMAGIN_TOKEN_KEY_FILE")
    with pytest.raises(ValidationError, match="imagin-ops keys create"):
        Signing()
    monkeypatch.setenv("SIGNING_KEYS", json.dumps(create_keys()))
    assert Signing().signer
    monkeypatch.setenv("SIGNING_KEYS", '{"keys": ["secret"]}')
    with pytest.raises(Misconfigured, match=r"^SIGNING_KEYS: no JWK Set$"):
        load(Signing)


@pytest.mark.parametrize(("host", "refused"), [("127.0.0.1", False), ("0.0.0.0", True), ("10.0.0.7", True)])
def test_the_demos_issuer_is_believed_on_this_machine_alone(monkeypatch, files, host, refused):
    monkeypatch.setenv("HTTP_HOST", host)
    monkeypatch.setenv("IMAGIN_ISSUERS", '{"essai": "/nowhere"}')
    with pytest.raises(ValidationError, match="the demo's issuer") if refused else contextlib.nullcontext():
        AccesSettings()
