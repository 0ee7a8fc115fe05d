"""deploy/kubernetes: each manifest is what Kubernetes and the four operators take, no field misspelt."""

import copy
import json
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from imagin_dev.kubernetes import manifests as generated

ROOT = Path(__file__).parents[2]
KUBERNETES = ["1.33", "1.37"]
CRDS = {file.stem: json.loads(file.read_text()) for file in (Path(__file__).parent / "crds").glob("*.json")}


def strict(schema):
    """As Kubernetes reads it, but a field that it would drop in silence is refused."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    found = {name: strict(one) for name, one in schema.items() if name != "properties"}
    if "properties" in schema:
        found["properties"] = {name: strict(one) for name, one in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            found.setdefault("additionalProperties", False)
    return found


def name_of(manifest):
    """Of the schema's file."""
    return f"{manifest['apiVersion'].replace('/', '_')}_{manifest['kind']}"


def schema_of(manifest):
    found = CRDS.get(name_of(manifest))
    return found and strict(found | {"properties": found["properties"] | {"metadata": {"type": "object"}}})


def check(manifest):
    """Raises jsonschema.ValidationError, of both libraries."""
    if schema := schema_of(manifest):
        jsonschema.Draft202012Validator(schema).validate(manifest)
        return
    for version in KUBERNETES:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_each_manifest_is_what_its_kind_takes(manifests):
    assert len(manifests.documents) > 20
    for one in manifests.documents:
        check(one)


def test_the_schemas_refuse_a_field_that_they_do_not_know_and_a_value_of_another_type(files):
    kinds = {one["kind"]: one for one in files.documents if isinstance(one.get("spec"), dict)}
    assert len(kinds) >= 15
    for one in kinds.values():
        with pytest.raises(jsonschema.ValidationError):
            check(one | {"spec": one["spec"] | {"mispelt": "x"}})
        with pytest.raises(jsonschema.ValidationError):
            check(one | {"spec": "a word"})


def test_a_field_deep_inside_is_refused_too(files):
    manifest = copy.deepcopy(files.one("Cluster", "convocation-pg"))
    manifest["spec"]["postgresql"]["synchronous"]["nummer"] = 1
    with pytest.raises(jsonschema.ValidationError, match="nummer"):
        check(manifest)


def test_every_schema_is_of_a_kind_that_is_used(files):
    assert set(CRDS) <= {name_of(one) for one in files.documents}


def test_what_follows_from_the_code_is_what_the_command_writes():
    for path, text in generated(ROOT).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path}: ./imagin kubernetes"


def test_every_file_belongs_to_a_kustomization():
    folder = ROOT / "deploy" / "kubernetes"
    named = set()
    for file in folder.rglob("kustomization.yaml"):
        head = yaml.safe_load(file.read_text(encoding="utf-8"))
        generators = [name for one in head.get("configMapGenerator", []) for name in one["envs"]]
        named |= {(file.parent / name).resolve() for name in [*head.get("resources", []), *generators]}
    files = {file for file in folder.rglob("*") if file.is_file() and file.name != "kustomization.yaml"}
    assert files - named == set()
