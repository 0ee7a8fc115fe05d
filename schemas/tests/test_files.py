"""The committed files: they say what the models say, and nothing personal that need not travel."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from event_schemas import __main__ as command
from event_schemas import catalogue, json_schemas, pages, uai
from event_schemas.catalogue import EVENT_TYPES, TOPICS, Topic
from event_schemas.examples import examples

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "examples").glob("*/*.json"))
PERSONAL = re.compile(r"mail|courriel|telephone|phone|tel\b|observation|adresse|naissance|nir\b|numen", re.IGNORECASE)


def schema_of(ce_type: str) -> dict[str, Any]:
    name = json_schemas.name(TOPICS[EVENT_TYPES[ce_type].topic])
    return json.loads((ROOT / "json" / f"{name}.schema.json").read_text(encoding="utf-8"))


def values(node: Any, key: str) -> Iterator[Any]:
    """Every value of `key` in the document."""
    if isinstance(node, dict):
        yield from ([node[key]] if key in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from values(child, key)


def test_the_committed_files_are_those_of_the_models_and_the_gate_passes():
    assert command.problems(ROOT) + command.unpublished(ROOT) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_example_satisfies_its_schema_and_its_model(file: Path):
    schema = schema_of(file.parent.name)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(validator.iter_errors(json.loads(file.read_bytes()))) == []
    EVENT_TYPES[file.parent.name].model.model_validate_json(file.read_bytes())


def test_every_event_has_an_example():
    assert {file.parent.name for file in FILES} == set(EVENT_TYPES) == set(examples())


def test_the_schema_refuses_what_the_model_refuses():
    example = json.loads((ROOT / "examples/fr.imagin.mission-created.v1/correction.json").read_bytes())
    validator = Draft202012Validator(schema_of("fr.imagin.mission-created.v1"))
    for wrong in ({"candidats": -1}, {"status": "MAYBE"}, {"code": "h g"}, {"libelle": "a\x00"}, {"version": "1"}):
        assert not validator.is_valid(example | wrong)


def test_examples_name_no_real_etablissement():
    found = {code for file in FILES for code in values(json.loads(file.read_bytes()), "uai")}
    assert found
    assert all(uai.valid(code) and code[3] == "9" for code in found)


def test_no_public_schema_has_a_mail_a_telephone_or_an_observation():
    for file in sorted((ROOT / "json").glob("*.json")):
        fields = {name for properties in values(json.loads(file.read_bytes()), "properties") for name in properties}
        assert [name for name in fields if PERSONAL.search(name)] == []


def test_topics_that_carry_no_person_have_no_field_of_one():
    for topic in TOPICS.values():
        named = "intervenant" in topic.model.model_fields
        assert named == (not topic.personal_data.startswith("Aucune")), topic.name


@pytest.mark.parametrize("topic", TOPICS.values(), ids=list(TOPICS))
def test_every_field_of_every_body_says_what_it_tells_about_a_person(topic: Topic):
    kinds = {field.path: field.kind for field in pages.fields(json_schemas.body_schema(topic))}
    assert kinds
    assert {path for path, kind in kinds.items() if kind not in pages.KINDS} == set()


def paths(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Every field that travels in a body."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from paths(inner, f"{prefix}{name}.")
        elif isinstance(inner, list) and not all(isinstance(one, str) for one in inner):
            yield from (path for one in inner for path in paths(one, f"{prefix}{name}[]."))
        elif inner != []:
            yield prefix + name


@pytest.mark.parametrize("topic", TOPICS.values(), ids=list(TOPICS))
def test_the_classified_fields_are_those_that_travel_in_the_examples(topic: Topic):
    bodies = [json.loads(file.read_bytes()) for file in FILES if file.parent.name in topic.events]
    known = {field.path for field in pages.fields(json_schemas.body_schema(topic))}
    assert {path for body in bodies for path in paths(body)} == known


def test_names_and_numbers_of_people_are_where_the_catalogue_says_and_nowhere_else():
    found = {
        topic.name
        for topic in TOPICS.values()
        if any(field.kind == "identité" for field in pages.fields(json_schemas.body_schema(topic)))
    }
    assert found == {catalogue.CONVOCATION, catalogue.HABILITATION}
    assert {topic.name for topic in TOPICS.values() if topic.personal_data.startswith("Numéro, noms")} == found


def test_the_pages_of_topics_and_personal_data_say_what_the_catalogue_says():
    folder = ROOT.parent / pages.FOLDER
    topics, personal = (
        (folder / name).read_text(encoding="utf-8") for name in ("topics.md", "donnees-personnelles.md")
    )
    for topic in TOPICS.values():
        [row] = [line for line in topics.splitlines() if line.startswith(f"| `{topic.name}` |") and "(`" in line]
        assert f"| {topic.partitions} |" in row
        assert ("compacté" if topic.compaction else f"{topic.retention_ms // 86_400_000} jours") in row
        assert all(f"(`{group}`)" in row for group in topic.readers.values())
        assert (f"## `{topic.name}`" in personal) == (".public." in topic.name)


def test_no_service_needs_the_libraries_of_the_site():
    loaded = "import sys, event_schemas.catalogue; print({'jinja2', 'markdown_it'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_body_and_field_is_described_in_french_and_nothing_else_is():
    used = set()
    for topic in TOPICS.values():
        body = json_schemas.body_schema(topic)
        for model, part in {topic.model.__name__: body, **body.get("$defs", {})}.items():
            words = json_schemas.described().get(model, {})
            for field, one in {"": part, **part["properties"]}.items():
                used |= {(model, field) if field in words else ("commun", field)}
                assert "$ref" in one or one.get("description"), (model, field)
    assert {(model, field) for model, words in json_schemas.described().items() for field in words} - used == set()
