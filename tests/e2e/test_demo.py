"""`imagin demo` as a newcomer runs it, on a file with every trap a closing may hold."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from event_schemas import uai
from imagin_dev.cyclades.closings import TYPE, line

IMAGIN = str(Path(sys.executable).with_name("imagin"))


def closing(digits, academie, *epreuves, revision=1):
    number = digits + uai.letter(digits)
    return {
        "specversion": "1.0",
        "type": TYPE,
        "id": f"{number}-{revision}",
        "source": "/essai",
        "time": "2020-01-10T18:00:00+01:00",
        "subject": number,
        "data": {
            "session": "2020-E3C1",
            "uai": number,
            "revision": revision,
            "cloturee_le": "2020-01-10T18:00:00+01:00",
            "etablissement": {"nom": f"LYCEE {number}", "commune": "VILLE", "academie": academie},
            "epreuves": list(epreuves),
        },
    }


def epreuve(code, candidats, type_="E3C", voie="GENERALE"):
    return {"code": code, "libelle": f"Épreuve {code}", "type": type_, "voie": voie, "candidats_inscrits": candidats}


HG, SES, HLP = epreuve("HG", 70), epreuve("SES", 0), epreuve("HLP", 40)
TRAPS = [
    closing("0699001", "10", HG, SES, epreuve("FR", 90, type_="EAF")),
    closing("0699001", "10", HG, SES, epreuve("FR", 90, type_="EAF")),  # the same event twice
    closing("0699002", "10", HG, HLP, epreuve("LVB-ESP", 12, voie="COMMUNE")),
    closing("0699002", "10", HG, HLP, revision=2),  # drops an épreuve
    closing("6209001", "27", HG),  # Corsica
    closing("9749001", "28", HG, epreuve("INCONNU", 5)),  # La Réunion, and a code nobody knows
    closing("0699003", "10", SES),  # nothing with candidates: no mission at all
]


def demo(*arguments, timeout=120):
    command = [IMAGIN, "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout)


@pytest.fixture
def traps(tmp_path):
    file = tmp_path / "clotures.jsonl"
    file.write_text("".join(map(line, TRAPS)), encoding="utf-8")
    return file


def test_a_file_with_every_trap_ends_with_balanced_books_in_the_fixed_shape(traps):
    done = demo("--exit", "--json", "--inscriptions", str(traps))
    assert done.returncode == 0, done.stderr
    ready, summary = map(json.loads, done.stdout.splitlines())
    assert ready["ready"] is True
    assert set(ready) == {"ready", "urls", "console", "kafka", "mail_dir", "accounts"}
    assert [one["role"] for one in ready["accounts"]] == [
        *("chef", "delegue", "gestionnaire", "administrateur", "intervenant")
    ]
    assert set(summary.pop("seconds")) == {"start", "missions", "convocations", "habilitations", "notifications"}
    # 0699001: HG 70 → 2; 0699002: HG 2, HLP 2 of each profile; Corsica 2; La Réunion 2 and 1 for the unknown code;
    # and one to scan in each
    assert summary == {
        "etablissements": 4,
        "missions": {"correction": 6, "numerisation": 4},
        "convocations": 17,
        "habilitations": 17,
        "notifications": 17,
        "dead_letters": 0,
    }


def test_a_file_with_a_broken_line_is_refused_before_anything_starts(traps):
    traps.write_text(traps.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8")
    done = demo("--exit", "--json", "--inscriptions", str(traps), timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert "ligne 8 : colonne 2" in done.stderr


ENDS = {"notifier": "-m notifier", "Kafka": "kafka.Kafka", "PostgreSQL": "bin/postgres"}


@pytest.mark.parametrize("part", ENDS)
def test_a_part_that_ends_is_named_with_its_log_and_ends_the_demo(traps, part):
    with subprocess.Popen(
        [IMAGIN, "demo", "--json", "--inscriptions", str(traps)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert json.loads(running.stdout.readline())["ready"]
        children = psutil.Process(running.pid).children(recursive=True)
        next(one for one in children if ENDS[part] in " ".join(one.cmdline())).kill()
        try:
            _, said = running.communicate(timeout=60)
        finally:
            running.kill()  # else it would be waited for
    assert running.returncode == 1
    found = re.search(rf"Erreur : {part} s’est arrêté .*son journal : (.*)", said)
    assert found, said
    log = Path(found[1])
    assert log.is_file()
    shutil.rmtree(next(one for one in log.parents if one.name.startswith("imagin-demo-")))


def test_ctrl_c_stops_everything_it_started_and_two_demos_run_at_once(traps, tmp_path):
    running = [
        subprocess.Popen(
            [IMAGIN, "demo", "--json", "--inscriptions", str(traps), "--data", str(tmp_path / str(number))],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for number in range(2)
    ]
    ready = [json.loads(one.stdout.readline()) for one in running]
    assert ready[0]["kafka"] != ready[1]["kafka"]
    for one in running:
        one.send_signal(signal.SIGINT)
    assert [one.wait(60) for one in running] == [0, 0]
    for one in running:
        one.stdout.close()
    left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True, check=False).stdout
    assert left == ""
