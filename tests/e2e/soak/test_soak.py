"""A short soak by its own command: three brokers, two processes of each service, faults drawn by lot.

CI runs longer ones; `IMAGIN_TEST_SEED` and `IMAGIN_TEST_SOAK_MINUTES` change this one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

SEED = os.environ.get("IMAGIN_TEST_SEED", "20202")
MINUTES = os.environ.get("IMAGIN_TEST_SOAK_MINUTES", "0.7")
IMAGIN = str(Path(sys.executable).with_name("imagin"))


def test_after_a_soak_nothing_is_lost_doubled_or_gone_back_and_no_right_waited_too_long(tmp_path):
    command = [IMAGIN, "soak", "--minutes", MINUTES, "--every", "5", "--per-second", "6", "--seed", SEED, "--json"]
    done = subprocess.run([*command, "--data", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    outcome = json.loads(done.stdout)
    assert [one for one in outcome["findings"] if one["count"]] == []
    assert (done.returncode, outcome["holds"]) == (0, True)
    assert outcome["figures"]["acknowledged_writes"] > 50
    assert outcome["figures"]["rights_read"] > 50
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert {one["index"] for one in lines} == {one["index"] for one in outcome["faults"]} != set()
