"""deploy/<service>.env.example lists every setting of its service, at its default where it has one, and no other."""

import re
from pathlib import Path
from secrets import token_urlsafe

import pytest
from pydantic import ValidationError

import convocation.settings
import mission_import.settings
import notifier.settings
import santorin_bridge.settings

DEPLOY = Path(__file__).parents[2] / "deploy"
SETTINGS = [
    one.Settings for one in (convocation.settings, mission_import.settings, notifier.settings, santorin_bridge.settings)
]
EXAMPLE = "CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME"
_LINE = re.compile(r"^(# )?([A-Z][A-Z_]+)=(.*)$", re.MULTILINE)


def example(settings):
    text = (DEPLOY / f"{settings.service_name}.env.example").read_text(encoding="utf-8")
    return {name: (bool(comment), value) for comment, name, value in _LINE.findall(text)}


SHARED = {"token_key": "IMAGIN_TOKEN_KEY", "theme": "IMAGIN_THEME", "dsfr_dir": "IMAGIN_DSFR_DIR"}


def variable(settings, name):
    return SHARED.get(name, f"{settings.model_config['env_prefix']}{name}".upper())


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.service_name)
def test_the_example_lists_every_setting_and_no_other_at_its_default(settings):
    listed = example(settings)
    fields = {variable(settings, name): field for name, field in settings.model_fields.items()}
    assert set(listed) == set(fields)
    for name, (commented, value) in listed.items():
        if fields[name].is_required():
            assert not commented
            assert value
        elif commented:
            assert value == ("" if fields[name].default is None else str(fields[name].default)), name


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.service_name)
def test_the_service_can_be_configured_with_its_example_once_each_key_is_drawn(settings, monkeypatch):
    for name, (commented, value) in example(settings).items():
        if not commented:
            monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="the key of the example"):
        settings()
    for name, (commented, value) in example(settings).items():
        if not commented and value == EXAMPLE:
            monkeypatch.setenv(name, token_urlsafe(32))
    assert settings().kafka_bootstrap == "localhost:9092"
