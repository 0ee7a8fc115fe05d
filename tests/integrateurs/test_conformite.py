"""The conformance suite, run as SANTORIN's developers run it: it passes on the kit's readers and names each mistake."""

import asyncio
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
KITS = ROOT / "kits"
SUITE = KITS / "conformite" / "conformite.py"
FAUX = Path(__file__).parent / "conformite" / "faux.py"
PYTHON = f"{sys.executable} {KITS / 'python' / 'consommateur.py'}"
RULES = {
    "depuis-le-debut",
    "plus-haute-version",
    "retrait",
    "role-inconnu",
    "validite",
    "champs-inconnus",
    "type-inconnu",
    "illisible",
    "suppression",
    "transaction-abandonnee",
    "transaction-ouverte",
    "arret-brutal",
    "reequilibrage",
    "compaction",
    "accuses",
}
WRONG = {
    "ignores_versions": {"plus-haute-version"},
    "reads_uncommitted": {"transaction-abandonnee", "transaction-ouverte", "accuses"},
    "ignores_tombstones": {"suppression"},
    "commits_before_applying": {"arret-brutal"},
    "dies_of_an_unknown_field": {"champs-inconnus"},
}
ALSO_WRONG = {
    "starts_at_the_end": {"depuis-le-debut", "compaction"},
    "ignores_revocations": {"retrait"},
    "opens_by_any_role": {"role-inconnu"},
    "ignores_dates": {"validite"},
    "takes_any_event": {"type-inconnu"},
    "dies_of_what_it_cannot_read": {"illisible"},
    "skips_to_the_end_when_partitions_come_back": {"reequilibrage"},
    "answers_always_with_version_1": {"accuses"},
    "never_answers": {"accuses"},
    "judges_dates_when_it_receives": {"validite"},
    "compares_versions_as_texts": {"plus-haute-version"},
    "refuses_what_it_opens": {"accuses"},
    "believes_the_key": {"illisible"},
    "forgets_its_answers_when_it_stops": {"accuses"},
    "dies_of_a_large_number": {"illisible"},
}


async def judged(kafka, tmp_path, consume, *options):
    """`exit code, report, {rule: verdict}` of the suite; `consume` is the command, and `… droits` asks it."""
    report = tmp_path / "conformite.xml"
    asked = ["--kafka", kafka.bootstrap, "--consommer", consume, "--droits", f"{consume} droits", "--junit", report]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, SUITE, *asked, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert report.exists(), done.stdout + done.stderr
    cases = ElementTree.parse(report).getroot().findall("testcase")
    verdicts = {case.get("name"): next((found.tag for found in case), "passed") for case in cases}
    return done.returncode, done.stdout, verdicts


async def test_the_python_consumer_keeps_every_rule(kafka, tmp_path):
    code, report, verdicts = await judged(kafka, tmp_path, PYTHON)
    assert (code, verdicts) == (0, dict.fromkeys(RULES, "passed")), report


@pytest.mark.parametrize("main", ["Consommateur", "ConsommateurSpring"])
async def test_the_java_consumers_keep_every_rule(kafka, tmp_path, java_code, main):
    code, report, verdicts = await judged(kafka, tmp_path, " ".join([*java_code, main]))
    assert (code, verdicts) == (0, dict.fromkeys(RULES, "passed")), report


def test_what_is_erased_is_erased_from_what_was_put_aside_too(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(KITS / "python"))
    registre = importlib.import_module("registre").Registre(tmp_path / "droits.sqlite")
    hers = "67dffbd2-92be-57ef-8bf5-db122cf46ff0"
    under_her_key = SimpleNamespace(topic="t", partition=0, offset=1, key=hers.encode(), value=b"{not json: Camille")
    named = json.dumps({"convocation_id": hers, "nom": "Camille"}).encode()
    under_another = SimpleNamespace(topic="t", partition=0, offset=2, key=b"another", value=named)
    with registre:
        registre.mettre_de_cote(under_her_key, "ValueError")
        registre.mettre_de_cote(under_another, "the key is not her convocation")
    assert b"Camille" in (tmp_path / "droits.sqlite").read_bytes()
    with registre:
        registre.effacer(hers)
    registre.close()
    assert b"Camille" not in (tmp_path / "droits.sqlite").read_bytes()


@pytest.mark.parametrize("mistake", WRONG)
async def test_a_wrong_reader_fails_by_the_rule_that_it_breaks_and_by_no_other(kafka, tmp_path, mistake):
    code, report, verdicts = await judged(kafka, tmp_path, f"{sys.executable} {FAUX} {mistake}")
    failed = {rule for rule, verdict in verdicts.items() if verdict != "passed"}
    assert (code, failed) == (1, WRONG[mistake]), report
    assert set(verdicts) == RULES
    for rule in failed:
        said = report[report.index(f"MANQUÉE    {rule}") :]
        assert re.search(r"· .+\n +Sinon : .+\n +Contrat : docs/integrateurs/lire-les-droits\.md#", said)


@pytest.mark.parametrize("mistake", ALSO_WRONG)
async def test_each_rule_is_broken_by_a_reader_that_the_suite_finds(kafka, tmp_path, mistake):
    rules = ALSO_WRONG[mistake]
    wrong = f"{sys.executable} {FAUX} {mistake}"
    code, report, verdicts = await judged(kafka, tmp_path, wrong, "--reponses-sous", "10", "--seulement", *rules)
    assert (code, verdicts) == (1, dict.fromkeys(rules, "failure")), report


def test_every_rule_has_a_wrong_reader_and_a_place_in_the_contract():
    broken = set().union(*WRONG.values(), *ALSO_WRONG.values())
    assert broken == RULES
    text = (KITS / "conformite" / "regles.py").read_text(encoding="utf-8")
    assert set(re.findall(r'^    "([a-z-]+)": Regle\(', text, re.MULTILINE)) == RULES
    contract = (ROOT / "docs" / "integrateurs" / "lire-les-droits.md").read_text(encoding="utf-8")
    headings = {re.sub(r"[^\w-]+", "-", title.lower()) for title in re.findall(r"^## (.+)$", contract, re.MULTILINE)}
    named = set(re.findall(r'^        "([\wé-]+)",\n    \),', text, re.MULTILINE)) | {"les-règles"}
    assert named <= headings


def test_a_wrong_call_is_a_sentence_and_no_report(tmp_path):
    def run(*options):
        environment = os.environ | {"COLUMNS": "120"}
        done = subprocess.run(
            [sys.executable, SUITE, *options], capture_output=True, text=True, check=False, timeout=60, env=environment
        )
        return done.returncode, done.stderr

    commands = ("--consommer", "true", "--droits", "true")
    code, said = run(*commands)
    assert (code, "--kafka" in said) == (2, True)
    code, said = run("--kafka", "127.0.0.1:1", *commands)
    assert (code, said) == (1, "Kafka ne répond pas à 127.0.0.1:1\n")
    for seconds in ("0", "nan", "inf", "vite"):
        code, said = run("--kafka", "127.0.0.1:1", *commands, "--reponses-sous", seconds)
        assert (code, f"{seconds} : il faut un nombre de secondes, plus de 0" in said) == (2, True)
