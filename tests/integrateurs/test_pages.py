"""What the hand-written pages of the kit say of metrics, topics, types, fields and files exists in the code."""

import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from chassis import metrics
from chassis.envelopes import MAX_VALUE_BYTES
from event_schemas.catalogue import EVENT_TYPES, TOPICS
from event_schemas.json_schemas import schemas
from event_schemas.pages import pages
from notifier import metrics as notifier_metrics
from santorin_bridge import metrics as bridge_metrics

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "integrateurs"
WRITTEN = sorted(file for file in DOCS.glob("*.md") if file.name not in pages())
TEXT = "\n".join(file.read_text(encoding="utf-8") for file in WRITTEN)
READERS = sorted(file for file in (DOCS / "lecteurs").glob("*/*") if file.suffix in {".py", ".java", ".sh"})


def test_every_metric_named_exists_with_its_labels():
    found = [value for module in (metrics, notifier_metrics, bridge_metrics) for value in vars(module).values()]
    existing = {one._name: set(one._labelnames) for one in found if isinstance(one, MetricWrapperBase)}
    named = re.findall(r"`(imagin_[a-z_]+?)(?:_total)?(?:\{([a-z,]+)\})?`", TEXT)
    assert len(named) >= 7
    for name, labels in named:
        assert name in existing
        assert set(filter(None, labels.split(","))) == existing[name], name


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


@pytest.mark.parametrize("source", [DOCS / "lire-les-droits.md", *READERS], ids=lambda file: file.name)
def test_the_roles_known_are_those_of_the_contract(source):
    told = schemas()["habilitation.v1"]["properties"]["role"]["description"].partition("\n")[0]
    known = set(re.findall(r"[A-Z_]{5,}", told))
    assert len(known) == 5
    text = source.read_text(encoding="utf-8")
    assert all(re.search(rf"\b{role}\b", text) for role in known)


def test_the_readme_has_a_line_for_every_file_of_the_kit():
    readme = (DOCS / "README.md").read_text(encoding="utf-8")
    files = [file for file in DOCS.rglob("*") if file.is_file() and file.name not in {"README.md", ".gitignore"}]
    kit = {file.relative_to(DOCS).as_posix() for file in files if not {"target", "__pycache__"} & set(file.parts)}
    assert {name for name in kit if f"]({name})" not in readme} == set()


def test_the_readers_import_nothing_of_ours_and_stay_short():
    assert len(READERS) == 3
    ours = r"\b(event_schemas|chassis|imagin_dev|imagin_ops|testkit)\b"
    assert [file.name for file in READERS if re.search(ours, file.read_text(encoding="utf-8"))] == []
    assert [file.name for file in READERS if len(file.read_text(encoding="utf-8").splitlines()) > 150] == []


def test_the_pom_asks_for_the_jars_that_the_tests_run_with():
    pinned = (ROOT / "libs/testkit/src/testkit/parts/kafka-jars.txt").read_text(encoding="utf-8")
    pom = (DOCS / "lecteurs/java/pom.xml").read_text(encoding="utf-8")
    asked = dict(re.findall(r"<artifactId>([a-z-]+)</artifactId>\s*<version>([0-9.]+)</version>\s*</dependency>", pom))
    assert set(asked) == {"kafka-clients", "jackson-databind"}
    assert [name for name, version in asked.items() if f":{name}:{version} " not in pinned] == []
