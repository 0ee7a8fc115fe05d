"""The gate refuses what breaks a reader, in both directions, and lets an optional field pass (D34)."""

import copy

import pytest

from event_schemas.__main__ import ROOT, drift, problems
from event_schemas.compatibility import compare, gate
from event_schemas.json_schemas import schemas

MISSION = schemas()["mission.v1"]


def changed(change):
    schema = copy.deepcopy(MISSION)
    change(schema)
    return schema


def directions(change):
    return {refusal.direction for refusal in compare("mission.v1", MISSION, changed(change))}


def add_required(schema):
    schema["properties"]["salle"] = {"type": "string"}
    schema["required"].append("salle")


def add_optional(schema):
    schema["properties"]["salle"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}


def remove_required(schema):
    del schema["properties"]["candidats"]
    schema["required"].remove("candidats")


def change_type(schema):
    schema["properties"]["candidats"] = {"type": "string"}


def add_enum_value(schema):
    schema["properties"]["status"]["enum"].append("SUSPENDED")


def change_pattern(schema):
    schema["properties"]["hash"]["pattern"] = "^[A-Z]{64}$"


def test_nothing_changed_is_accepted():
    assert directions(lambda _: None) == set()


def test_an_optional_field_more_is_accepted():
    assert directions(add_optional) == set()


@pytest.mark.parametrize("change", [add_required, remove_required, change_type, add_enum_value, change_pattern])
def test_a_breaking_change_is_refused(change):
    assert directions(change)


def test_a_refusal_names_the_event_and_the_direction():
    said = [str(refusal) for refusal in compare("mission.v1", MISSION, changed(add_required))]
    assert any(line.startswith("mission.v1: deserializer refused") for line in said)


def test_a_published_schema_that_disappears_is_refused(tmp_path):
    (tmp_path / "gone.v1.schema.json").write_text("{}", encoding="utf-8")
    assert [refusal.reason for refusal in gate(tmp_path, schemas())] == ["the published schema is gone"]


def test_a_published_example_that_cannot_be_read_any_more_is_refused(tmp_path):
    folder = tmp_path / "examples" / "fr.imagin.mission-created.v1"
    folder.mkdir(parents=True)
    (folder / "old.json").write_text('{"mission_id": 1}', encoding="utf-8")
    [refusal] = gate(tmp_path, schemas())
    assert "published example old is refused" in refusal.reason


def test_the_committed_files_are_those_the_models_make_and_break_nothing_published():
    assert problems(ROOT) == []


def test_an_edited_or_missing_file_is_drift(tmp_path):
    assert any(line.endswith("asyncapi.json: missing") for line in drift(tmp_path))
