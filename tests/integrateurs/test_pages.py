"""What the hand-written pages of the kit say of metrics, topics, types, fields and files exists in the code."""

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from chassis import metrics
from chassis.envelopes import MAX_VALUE_BYTES
from event_schemas.catalogue import EVENT_TYPES, TOPICS
from event_schemas.json_schemas import schemas
from event_schemas.pages import pages
from imagin_dev.bench.commands import app as bench
from notifier import metrics as notifier_metrics
from santorin_bridge import metrics as bridge_metrics

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "integrateurs"
WRITTEN = sorted(file for file in DOCS.glob("*.md") if file.name not in pages())
TEXT = "\n".join(file.read_text(encoding="utf-8") for file in WRITTEN)
KITS = ROOT / "kits"
CODE = sorted(file for file in KITS.rglob("*") if file.suffix in {".py", ".java", ".sh"} and "target" not in file.parts)
WITH_ROLES = [file for file in CODE if "NUMERISATION" in file.read_text(encoding="utf-8") and "etapes" not in file.name]
MAX_LINES = 200


def test_every_metric_named_exists_with_its_labels():
    found = [value for module in (metrics, notifier_metrics, bridge_metrics) for value in vars(module).values()]
    existing = {one._name: set(one._labelnames) for one in found if isinstance(one, MetricWrapperBase)}
    named = re.findall(r"`(imagin_[a-z_]+?)(?:_total)?(?:\{([a-z,]+)\})?`", TEXT)
    assert len(named) >= 7
    for name, labels in named:
        assert name in existing
        assert set(filter(None, labels.split(","))) == existing[name], name


LEVELS = (DOCS / "niveaux-de-service.md").read_text(encoding="utf-8")


def test_every_threshold_told_is_that_of_its_alert():
    """In seconds where it is a time, else how many are one too many."""
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alertes.yml").read_text(encoding="utf-8"))
    alerts = {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    told = re.findall(r"^\| [^|]+ \| (un|\d+ \w+), pendant (\d+ min) \| `(\w+)` \|$", LEVELS, re.MULTILINE)
    assert len(told) >= 7
    for threshold, during, name in told:
        limit = re.search(r"> (\d+)", alerts[name]["expr"])[1]
        seconds = {"un": "0", "30 s": "30", "60 s": "60", "1 h": "3600"}[threshold]
        assert (limit, alerts[name]["for"]) == (seconds, during.replace(" min", "m")), name


def test_every_command_that_measures_is_one():
    commands = re.findall(r"`(?:\./imagin )?(bench \w+|soak|kits/\S+)(?: --minutes \d+)?` \|$", LEVELS, re.MULTILINE)
    assert len(commands) >= 8
    existing = {f"bench {one.name or one.callback.__name__}" for one in bench.registered_commands} | {"soak"}
    assert {one for one in commands if one not in existing and not (ROOT / one).exists()} == set()


def test_every_topic_and_event_type_named_exists():
    assert set(re.findall(r"`((?:imagin|cyclades|santorin)\.(?:public|internal)\.[a-z.0-9]+)`", TEXT)) <= set(TOPICS)
    assert set(re.findall(r"\b(fr\.(?:imagin|cyclades|santorin)\.[a-z.0-9-]+v\d)\b", TEXT)) <= set(EVENT_TYPES)


def test_the_bounds_and_lists_told_are_those_of_the_schemas():
    accuse = schemas()["accuse.v1"]["properties"]
    assert f"{accuse['motif']['anyOf'][0]['maxLength']:,}".replace(",", " ") + " caractères" in TEXT
    assert all(f"`{value}`" in TEXT for value in accuse["decision"]["enum"])
    assert f"plus de {schemas()['inscriptions-closed.v1']['properties']['epreuves']['maxItems']} épreuves" in TEXT
    assert f"{MAX_VALUE_BYTES:,}".replace(",", " ") + " octets" in TEXT
    compaction = TOPICS["imagin.public.habilitation.v1"].compaction
    assert f"plus de {compaction.delete_retention_ms // 86_400_000} jours d’absence" in TEXT


@pytest.mark.parametrize("source", [DOCS / "lire-les-droits.md", *WITH_ROLES], ids=lambda file: file.name)
def test_the_roles_known_are_those_of_the_contract(source):
    told = schemas()["habilitation.v1"]["properties"]["role"]["description"].partition("\n")[0]
    known = set(re.findall(r"[A-Z_]{5,}", told))
    assert len(known) == 5
    text = source.read_text(encoding="utf-8")
    assert all(re.search(rf"\b{role}\b", text) for role in known)


def test_the_readme_has_a_line_for_every_page_and_document_of_the_kit():
    readme = (DOCS / "README.md").read_text(encoding="utf-8")
    files = {file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*") if file.is_file()}
    assert {name for name in files - {"README.md"} if f"]({name})" not in readme} == set()


def test_the_readme_of_the_kits_has_a_line_for_every_program_to_copy():
    readme = (KITS / "README.md").read_text(encoding="utf-8")
    programs = {file.relative_to(KITS).as_posix() for file in CODE if file.parent.name != "conformite"}
    assert {name for name in programs if f"]({name})" not in readme} == set()


def test_the_code_to_copy_imports_nothing_of_ours_and_stays_short():
    ours = r"\b(event_schemas|chassis|imagin_dev|imagin_ops|testkit)\b"
    assert [file.name for file in CODE if re.search(ours, file.read_text(encoding="utf-8"))] == []
    assert [file.name for file in CODE if len(file.read_text(encoding="utf-8").splitlines()) > MAX_LINES] == []


def test_the_pom_asks_for_the_jars_that_the_tests_run_with():
    parts = ROOT / "libs/testkit/src/testkit/parts"
    pinned = "".join((parts / f"{name}-jars.txt").read_text(encoding="utf-8") for name in ("kafka", "kit"))
    pom = (KITS / "java/pom.xml").read_text(encoding="utf-8")
    dependency = r"<artifactId>([a-z0-9-]+)</artifactId>\s*<version>([0-9.]+)</version>\s*</dependency>"
    asked = dict(re.findall(dependency, pom))
    assert set(asked) == {"kafka-clients", "jackson-databind", "sqlite-jdbc", "spring-kafka", "jose4j"}
    assert [name for name, version in asked.items() if f":{name}:{version} " not in pinned] == []
