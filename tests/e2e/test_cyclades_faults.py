"""Cyclades with all its faults on the running product: the missions are those of the clean closings, the dead letters
are the bad records and nothing else, and convocation's copy is the same."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import asyncpg
import httpx2
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from event_schemas.catalogue import INSCRIPTIONS
from event_schemas.identities import mission_id
from imagin_dev.cyclades.closings import SESSIONS, synthetic
from imagin_dev.cyclades.faults import Faults, play
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import ADMINISTRATEUR
from imagin_dev.stack import Stack
from imagin_ops import running
from imagin_ops.services import CONVOCATION, MISSION_IMPORT
from testkit.eventually import eventually

CLEAN = list(synthetic(60, 6))
SENT, TRUTH = play(CLEAN, Faults(revisions=20, duplicates=20, disorder=20, bad=20, seed=5))
FAULTS = ["--revisions", "20", "--duplicates", "20", "--disorder", "20", "--bad", "20", "--seed", "5"]
MISSIONS = "SELECT mission_id, candidats, status, version FROM mission"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-cyclades-"))
    async with Stack(folder, given=False, services=(MISSION_IMPORT, CONVOCATION)) as started:
        async with scenario.client(started) as http:
            await scenario.Api(http, await started.headers(ADMINISTRATEUR)).declare(SESSIONS[0])
        yield started
    shutil.rmtree(folder, ignore_errors=True)


async def rows(stack, service, query):
    connection = await asyncpg.connect(stack.databases[service.name])
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def missions(stack, service):
    return {
        key: (candidats, status, version) for key, candidats, status, version in await rows(stack, service, MISSIONS)
    }


async def outcomes(stack):
    """What mission-import says became of the closings it read."""
    async with httpx2.AsyncClient(base_url=stack.ops_url(MISSION_IMPORT), trust_env=False) as http:
        text = (await http.get("/metrics")).text
    return {
        sample.labels["outcome"]: int(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "imagin_events_total" and sample.labels["topic"] == INSCRIPTIONS
    }


def expected(sent):
    """Each mission (candidats, status, version), when each record is read in its turn and none goes back."""
    revisions, held = {}, {}
    for one in sent:
        data = one.event["data"]
        if one.kind or data["revision"] <= revisions.get(data["uai"], 0):
            continue
        revisions[data["uai"]] = data["revision"]
        now = {(each["voie"], each["code"]): each["candidats_inscrits"] for each in data["epreuves"]}
        now["COMMUNE", "NUMERISATION"] = sum(now.values())
        lycee = held.setdefault(data["uai"], {})
        for cle in now.keys() | lycee.keys():
            candidats, version = lycee.get(cle, (0, 0))
            if now.get(cle, 0) != candidats:
                lycee[cle] = (now.get(cle, 0), version + 1)
    return {
        mission_id(SESSIONS[0], uai, *cle): (candidats, "ACTIVE" if candidats else "WITHDRAWN", version)
        for uai, lycee in held.items()
        for cle, (candidats, version) in lycee.items()
    }


async def test_after_all_the_faults_the_missions_are_the_clean_ones_and_the_dead_letters_are_the_bad_records(
    stack, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    announced = running.announce(stack.installation())
    told = imagin("simulate", "cyclades", "--count", "60", "--epreuves", "6", *FAULTS, "--send", "--json")
    announced.unlink()
    assert json.loads(told.stdout) == TRUTH.as_json(), told.stderr
    await eventually(lambda: all_read(stack), timeout=30, because="every record has come to something")

    found = await outcomes(stack)
    assert found.pop("dead") == TRUTH.dead_letters
    assert found == {
        "applied": TRUTH.applied,
        "duplicate": TRUTH.duplicate,
        "stale": TRUTH.stale,
        "conflict": TRUTH.bad["conflict"],
    }
    closings = await rows(stack, MISSION_IMPORT, "SELECT cloture, revision FROM cloture")
    assert dict(closings) == TRUTH.revisions
    held = await missions(stack, MISSION_IMPORT)
    assert held == expected(SENT)
    assert active(held) == active(expected(play(CLEAN, Faults())[0]))
    assert len(active(held)) == sum(TRUTH.missions.values())
    assert await dead_by_kind(stack) == TRUTH.bad

    async def copied():
        return await missions(stack, CONVOCATION) == held

    await eventually(copied, timeout=30, because="convocation's copy is mission-import's missions")
    assert await rows(stack, CONVOCATION, "SELECT id FROM dead_letter") == []


async def all_read(stack):
    found = await outcomes(stack)
    return sum(found.get(name, 0) for name in ("applied", "duplicate", "stale", "dead")) >= TRUTH.records


async def dead_by_kind(stack):
    """By what the record's ce_id says of it."""
    letters = await rows(
        stack, MISSION_IMPORT, "SELECT header_names, header_values FROM dead_letter WHERE state = 'OPEN'"
    )
    ids = [dict(zip(names, values, strict=True))[b"ce_id"].decode() for names, values in letters]
    return dict(Counter(ce_id.rsplit("-", 2)[0] for ce_id in ids))


def active(held):
    return {key: candidats for key, (candidats, status, _) in held.items() if status == "ACTIVE"}


def imagin(*arguments):
    command = [str(Path(sys.executable).with_name("imagin")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
