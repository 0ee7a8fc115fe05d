"""What kits/compose.yaml plays, on the running product: closings and convocations in, SANTORIN's answers back."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import yaml

from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE
from testkit.eventually import eventually

ROOT = Path(__file__).parents[2]
PLAYED = yaml.safe_load((ROOT / "kits" / "compose.yaml").read_text(encoding="utf-8"))["services"]
PLACES = {"/kits": ROOT / "kits", "/exemples": ROOT / "schemas" / "examples"}
PEOPLE = {"67dffbd2-92be-57ef-8bf5-db122cf46ff0", "39673067-fcd8-5f0b-b40b-0ec23e451515"}
PEOPLE |= {"e169be14-f292-5aa1-8bf4-d45066988232"}


def command(service, kafka):
    """What compose starts, with the paths and the address of here."""
    words = [word.replace("kafka:9092", kafka) for word in PLAYED[service]["command"]]
    for place, folder in PLACES.items():
        words = [str(folder) + word.removeprefix(place) if word.startswith(place) else word for word in words]
    return [sys.executable, *words[1:]]


async def ran(*words, **environment):
    done = await asyncio.to_thread(
        subprocess.run, words, env=os.environ | environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@asynccontextmanager
async def running(words, environment):
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    process = await asyncio.create_subprocess_exec(*words, env=os.environ | environment, **quiet)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def test_what_the_compose_file_plays_becomes_missions_rights_and_answers(stack, tmp_path):
    [kafka] = stack.kafka_connection["bootstrap_servers"]
    assert await ran(*command("cyclades", kafka)) == "3 clôtures envoyées\n"
    assert await ran(*command("convocations", kafka)) == "6 versions de convocations envoyées\n"
    convocation = await asyncpg.connect(stack.databases[CONVOCATION.name])
    bridge = await asyncpg.connect(stack.databases[SANTORIN_BRIDGE.name])
    environment = {"KAFKA": kafka, "DOSSIER": str(tmp_path)}
    async with running(command("santorin", kafka), environment):

        async def missions():
            """Nobody signs in there, so nobody declares the session: they wait."""
            return await convocation.fetchval("SELECT count(*) FROM mission_en_quarantaine") == 15

        async def answered():
            found = await bridge.fetch("SELECT convocation_id, decision FROM accuse")
            return {(str(one["convocation_id"]), one["decision"]) for one in found} == {
                (key, "ACCEPTED") for key in PEOPLE
            }

        await eventually(missions, timeout=60, because="twelve missions of correction and three of numérisation")
        await eventually(answered, timeout=60, because="SANTORIN has accepted each right")
    await convocation.close()
    await bridge.close()
    told = await ran(*command("santorin", kafka), "droits", **environment, JOUR="2020-02-03")
    rights = {one["convocation_id"]: one["version"] for one in map(json.loads, told.splitlines())}
    assert set(rights) == PEOPLE
