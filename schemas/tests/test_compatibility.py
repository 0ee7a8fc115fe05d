"""The gate, shown refusing: both directions must hold, and where nothing can be said the change is refused too."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from event_schemas import __main__ as command
from event_schemas import compatibility, pages
from event_schemas.json_schemas import schemas
from event_schemas.state import PERSONAL

ROOT = Path(__file__).resolve().parents[1]
NAME = "convocation.v1"
Schema = dict[str, Any]
Change = Callable[[Schema], object]
READERS, WRITERS, BOTH = {"serializer"}, {"deserializer"}, {"serializer", "deserializer"}


def field(schema: Schema, name: str) -> Schema:
    return schema["properties"][name]


def drop(schema: Schema, name: str) -> None:
    del schema["properties"][name]
    schema["required"].remove(name)


def add(schema: Schema, name: str, *, required: bool) -> None:
    schema["properties"][name] = {"type": "string"}
    schema["required"] += [name] if required else []


def compare(change: Change) -> list[compatibility.Refusal]:
    published = schemas()[NAME]
    current = copy.deepcopy(published)
    change(current)
    return compatibility.compare(NAME, published, current)


ACCEPTED: dict[str, Change] = {
    "nothing": lambda _: None,
    "a description": lambda s: s.update(description="Other words."),
    "what a field tells about a person": lambda s: field(s, "status").update({PERSONAL: "identité"}),
    "an optional field": lambda s: add(s, "salle", required=False),
    "an optional field of a part": lambda s: add(s["$defs"]["MissionRef"], "salle", required=False),
}
REFUSED: dict[str, tuple[Change, set[str]]] = {
    "a required field added": (lambda s: add(s, "salle", required=True), WRITERS),
    "a required field of a part added": (lambda s: add(s["$defs"]["MissionRef"], "salle", required=True), WRITERS),
    "a required field removed": (lambda s: drop(s, "profil"), READERS | {"both"}),
    "a required field made optional": (lambda s: s["required"].remove("profil"), READERS),
    "a type changed": (lambda s: field(s, "version").update(type="string"), BOTH),
    "a type of a part changed": (
        lambda s: s["$defs"]["MissionRef"]["properties"].update(code={"type": "integer"}),
        BOTH | {"both"},
    ),
    "a value added to an enum": (lambda s: field(s, "status")["enum"].append("SUSPENDED"), READERS),
    "a value taken from an enum": (lambda s: field(s, "status")["enum"].remove("CANCELLED"), WRITERS),
    "null allowed": (
        lambda s: s["properties"].update(status={"anyOf": [field(s, "status"), {"type": "null"}]}),
        READERS,
    ),
    "null refused": (lambda s: s["properties"].update(profil=field(s, "profil")["anyOf"][0]), WRITERS),
    "a maximum lowered": (lambda s: field(s, "version").update(maximum=10), WRITERS),
    "a maximum raised": (lambda s: field(s, "version").update(maximum=2**40), READERS),
    "a text made shorter": (lambda s: field(s["$defs"]["IntervenantRef"], "nom").update(maxLength=10), WRITERS),
    "a text made longer": (lambda s: field(s["$defs"]["IntervenantRef"], "nom").update(maxLength=999), READERS),
    "fewer items": (lambda s: field(s, "dates").update(maxItems=2), WRITERS),
    "no items": (lambda s: field(s, "dates").update(minItems=0), READERS),
    "repeated items": (lambda s: field(s, "dates").pop("uniqueItems"), READERS),
    "a pattern changed": (lambda s: field(s, "hash").update(pattern="^.*$"), {"both"}),
    "a format changed": (lambda s: field(s, "dates")["items"].update(format="date-time"), {"both"}),
    "a keyword nobody judges": (lambda s: field(s, "version").update(multipleOf=2), {"both"}),
}


@pytest.mark.parametrize("change", ACCEPTED)
def test_what_old_readers_and_writers_can_bear_is_accepted(change: str):
    assert compare(ACCEPTED[change]) == []


@pytest.mark.parametrize("change", REFUSED)
def test_a_breaking_change_is_refused_in_the_direction_that_breaks(change: str):
    alter, directions = REFUSED[change]
    refusals = compare(alter)
    assert {refusal.direction for refusal in refusals} == directions
    assert all(str(refusal).startswith(f"{NAME}: {refusal.direction} refused") for refusal in refusals)


def test_a_field_that_was_once_published_cannot_go_even_where_it_was_optional():
    current = schemas()[NAME]
    published = copy.deepcopy(current)
    add(published, "salle", required=False)
    refusals = compatibility.compare(NAME, published, current)
    assert [refusal.reason for refusal in refusals] == ["published field #/properties/salle is gone"]


def test_where_jsoncompat_has_no_verdict_the_change_is_refused():
    refusals = compare(lambda schema: field(schema, "status").update({"$ref": "https://example.invalid/elsewhere"}))
    assert {refusal.direction for refusal in refusals} == BOTH
    assert all("no verdict" in refusal.reason for refusal in refusals)


def copy_of_the_project(folder: Path, *more: str) -> Path:
    schemas_folder = folder / "schemas"
    for name in ("json", "examples", "baseline", *more):
        shutil.copytree(ROOT / name, schemas_folder / name)
    for name in ("asyncapi.json", "asyncapi-interne.json", "pyproject.toml"):
        shutil.copyfile(ROOT / name, schemas_folder / name)
    (folder / pages.FOLDER).mkdir(parents=True)
    for page in pages.pages():
        shutil.copyfile(ROOT.parent / pages.FOLDER / page, folder / pages.FOLDER / page)
    return schemas_folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """This folder's files and the generated pages, to be spoilt."""
    return copy_of_the_project(tmp_path)


def spoil(file: Path, change: Change) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def test_the_check_passes_on_what_is_committed(clone: Path):
    assert command.main(["check"], clone) == 0


def test_the_check_refuses_models_that_broke_what_was_published(clone: Path, capsys: pytest.CaptureFixture[str]):
    spoil(clone / "baseline" / f"{NAME}.schema.json", lambda schema: drop(schema, "profil"))
    assert command.main(["check"], clone) == 1
    assert f"{NAME}: deserializer refused" in capsys.readouterr().err


def test_nothing_is_published_past_the_gate(clone: Path):
    file = clone / "baseline" / f"{NAME}.schema.json"
    spoil(file, lambda schema: drop(schema, "profil"))
    before = file.read_text(encoding="utf-8")
    assert command.main(["publish"], clone) == 1
    assert file.read_text(encoding="utf-8") == before


def test_a_published_example_that_cannot_be_read_any_more_is_refused(clone: Path, capsys: pytest.CaptureFixture[str]):
    file = clone / "baseline/examples/fr.imagin.mission-created.v1/correction.json"
    spoil(file, lambda example: example.update(status="OPEN"))
    assert command.main(["check"], clone) == 1
    assert "published example correction is refused at status" in capsys.readouterr().err


@pytest.mark.parametrize("gone", ["baseline/essai.v1.schema.json", "baseline/examples/fr.imagin.essai.v1/a.json"])
def test_a_published_event_cannot_disappear(clone: Path, gone: str, capsys: pytest.CaptureFixture[str]):
    (clone / gone).parent.mkdir(exist_ok=True)
    (clone / gone).write_text("{}", encoding="utf-8")
    assert command.main(["check"], clone) == 1
    assert "is gone" in capsys.readouterr().err


def test_an_empty_baseline_is_no_passed_gate(clone: Path, capsys: pytest.CaptureFixture[str]):
    shutil.rmtree(clone / "baseline")
    assert command.main(["check"], clone) == 1
    assert f"{NAME}: never published" in capsys.readouterr().err
    assert command.main(["publish"], clone) == 0
    assert command.main(["check"], clone) == 0


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [
        ("json/mission.v1.schema.json", "differs from the models"),
        ("examples/fr.imagin.mission-created.v1/correction.json", "differs from the models"),
        ("asyncapi.json", "differs from the models"),
        ("json/essai.v1.schema.json", "left over"),
        ("../docs/integrateurs/topics.md", "differs from the models"),
        ("../docs/integrateurs/donnees-personnelles.md", "differs from the models"),
    ],
)
def test_drift_is_named_and_repaired(clone: Path, spoilt: str, sentence: str, capsys: pytest.CaptureFixture[str]):
    (clone / spoilt).write_text("{}", encoding="utf-8")
    assert command.main(["check"], clone) == 1
    assert f"{spoilt}: {sentence}" in capsys.readouterr().err
    assert command.main(["generate"], clone) == 0
    assert command.main(["check"], clone) == 0


def test_a_missing_file_is_named(clone: Path, capsys: pytest.CaptureFixture[str]):
    (clone / "json/mission.v1.schema.json").unlink()
    assert command.main(["check"], clone) == 1
    assert "json/mission.v1.schema.json: missing" in capsys.readouterr().err


def test_outside_a_clone_the_commands_say_so(tmp_path: Path):
    assert command.main(["check"], tmp_path) == 2


BREAKS: dict[str, tuple[Change, str]] = {
    "a required field of today that was not published": (lambda s: drop(s, "profil"), "deserializer refused"),
    "a value that was published and is none today": (
        lambda s: field(s, "status")["enum"].append("SUSPENDED"),
        "deserializer refused",
    ),
    "a published field that is gone": (lambda s: add(s, "salle", required=True), "field #/properties/salle is gone"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_the_command_that_ci_runs_refuses_a_breaking_change(tmp_path: Path, broken: str):
    change, sentence = BREAKS[broken]
    copy_ = copy_of_the_project(tmp_path, "src")
    command_line = [sys.executable, "-m", "event_schemas", "check"]

    def check() -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(copy_ / "src")}
        return subprocess.run(command_line, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (check().returncode, check().stderr) == (0, "")
    spoil(copy_ / "baseline" / f"{NAME}.schema.json", change)
    refused = check()
    assert refused.returncode == 1
    assert f"{NAME}: " in refused.stderr
    assert sentence in refused.stderr
    assert "schemas/README.md says what may change and how" in refused.stderr


def test_ci_runs_that_command():
    quality = (ROOT.parent / "dev/src/imagin_dev/quality.py").read_text(encoding="utf-8")
    assert '["python", "-m", "event_schemas", "check"]' in quality
    assert "./imagin check" in (ROOT.parent / ".ci/run").read_text(encoding="utf-8")
