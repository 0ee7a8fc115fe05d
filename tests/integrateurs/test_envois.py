"""What the kit's programs write is what our services read: closings as Cyclades, answers as SANTORIN."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from chassis.cloudevents import Event, decode
from event_schemas.accuses import Accuse
from event_schemas.catalogue import (
    ACCUSE,
    ACCUSE_SENT,
    CONVOCATION,
    CONVOCATION_CANCELLED,
    CONVOCATION_CHANGED,
    HABILITATION,
    HABILITATION_STATE,
    INSCRIPTIONS,
    INTERVENANT_CONVOQUE,
)
from event_schemas.catalogue import INSCRIPTIONS_CLOSED as CLOSED
from event_schemas.convocations import Convocation
from event_schemas.examples import examples
from event_schemas.habilitations import Habilitation
from event_schemas.inscriptions import InscriptionsClosed
from testkit.eventually import eventually
from testkit.topics import read_all

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "kits" / "python"
PLAYED = [INTERVENANT_CONVOQUE, CONVOCATION_CHANGED, CONVOCATION_CANCELLED]
MODELS = {CLOSED: InscriptionsClosed, ACCUSE_SENT: Accuse, HABILITATION_STATE: Habilitation}
MODELS |= dict.fromkeys(PLAYED, Convocation)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def line(number, name, **wrong):
    event = {"specversion": "1.0", "id": f"cloture-{number}", "source": "/cyclades/essai", "type": CLOSED}
    event |= {"time": "2020-01-10T18:00:00+01:00", "data": json.loads(examples()[CLOSED][name].to_bytes())}
    return json.dumps(event | wrong, ensure_ascii=False)


@pytest.fixture(params=["python", "java"])
def language(request):
    return request.param


@pytest.fixture
def send(language, java_code, kafka):
    """`code, lines, said = await send(file)`"""

    async def sent(file):
        command = [sys.executable, PYTHON / "envoyer_clotures.py", kafka.bootstrap]
        command = [*java_code, "EnvoyerClotures"] if language == "java" else command
        environment = os.environ | {"KAFKA": kafka.bootstrap}
        done = await asyncio.to_thread(
            subprocess.run, [*command, file], env=environment, capture_output=True, text=True, check=False, timeout=90
        )
        return done.returncode, done.stdout.splitlines(), done.stderr

    return sent


async def test_a_file_that_is_not_there_is_a_sentence(send, tmp_path):
    code, lines, said = await send(tmp_path / "nowhere.jsonl")
    assert (code, lines) == (1, [])
    assert said.endswith("rien n’est parti\n")
    assert len(said.splitlines()) == 1


async def test_a_line_ends_where_json_lines_end_it_and_a_mark_of_order_is_passed(kafka, create_topic, send, tmp_path):
    await create_topic(INSCRIPTIONS, partitions=3, exact=True)
    name = next(iter(examples()[CLOSED]))
    event = json.loads(line(1, name))
    event["data"]["etablissement"]["nom"] = "Lycée\u2028des Essais"
    file = tmp_path / "clotures.jsonl"
    file.write_text("\ufeff" + json.dumps(event, ensure_ascii=False) + "\n", encoding="utf-8")
    assert (await send(file))[:2] == (0, ["1 clôtures envoyées"])
    [sent] = await events(kafka, INSCRIPTIONS)
    assert sent.state.etablissement.nom == "Lycée\u2028des Essais"


async def events(kafka, topic):
    read = [decode(record, MODELS) for record in await read_all({"bootstrap_servers": kafka.bootstrap}, topic)]
    assert [one for one in read if not isinstance(one, Event)] == []
    return read


async def test_closings_are_sent_as_our_reader_takes_them_and_sent_again_they_are_the_same(
    kafka, create_topic, send, tmp_path
):
    await create_topic(INSCRIPTIONS, partitions=3, exact=True)
    file = tmp_path / "clotures.jsonl"
    names = list(examples()[CLOSED])
    file.write_text("\n".join(line(number, name) for number, name in enumerate(names)), encoding="utf-8")
    for _ in range(2):
        assert await send(file) == (0, [f"{len(names)} clôtures envoyées"], "")
    read = await events(kafka, INSCRIPTIONS)
    states = [one.state for one in read]
    assert len(states) == 2 * len(names)
    for name in names:
        assert states.count(examples()[CLOSED][name]) == 2, name
    raw = await read_all({"bootstrap_servers": kafka.bootstrap}, INSCRIPTIONS)
    ids = sorted(dict(record.headers)["ce_id"].decode() for record in raw)
    assert ids == sorted([f"cloture-{number}" for number in range(len(names))] * 2)
    assert all(record.key.decode() == json.loads(record.value)["uai"] for record in raw)


@pytest.mark.parametrize("bad", ["{", "[]", line(2, "no-e3c", type="fr.autre.v1"), line(2, "no-e3c", data={})])
async def test_one_bad_line_and_nothing_is_sent(kafka, create_topic, send, tmp_path, bad):
    await create_topic(INSCRIPTIONS, exact=True)
    file = tmp_path / "clotures.jsonl"
    file.write_text(f"{line(1, 'no-e3c')}\n{bad}\n", encoding="utf-8")
    code, lines, said = await send(file)
    assert (code, lines) == (1, [])
    assert said.startswith("ligne 2 : ")
    assert "rien n’est parti" in said
    assert await events(kafka, INSCRIPTIONS) == []


@pytest.mark.parametrize("program", ["python", "Consommateur", "ConsommateurSpring"])
async def test_an_answer_is_one_that_our_reader_takes_in_the_trace_of_its_right(
    kafka, create_topic, java_code, tmp_path, program
):
    for topic in (HABILITATION, ACCUSE):
        await create_topic(topic, exact=True)
    right = examples()[HABILITATION_STATE]["coordinateur"]
    key = str(right.convocation_id)
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        headers = [("ce_type", HABILITATION_STATE.encode()), ("traceparent", TRACE.encode())]
        await producer.send_and_wait(HABILITATION, right.to_bytes(), key=key.encode(), headers=headers)
    command = [sys.executable, PYTHON / "consommateur.py"] if program == "python" else [*java_code, program]
    environment = {"KAFKA": kafka.bootstrap, "DOSSIER": str(tmp_path), "GROUPE": f"essai-{program}"}
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    consumer = await asyncio.create_subprocess_exec(*command, env=os.environ | environment, **quiet)
    try:

        async def answered():
            return await read_all({"bootstrap_servers": kafka.bootstrap}, ACCUSE)

        await eventually(answered, timeout=60, because="the right is answered")
    finally:
        consumer.kill()
        await consumer.wait()
    [answer] = await events(kafka, ACCUSE)
    expected = {"convocation_id": right.convocation_id, "habilitation_version": right.version, "version": 1}
    assert answer.state.model_dump() == expected | {"decision": "ACCEPTED", "motif": None}
    [record] = await read_all({"bootstrap_servers": kafka.bootstrap}, ACCUSE)
    assert dict(record.headers)["traceparent"].decode() == TRACE


async def test_the_played_convocations_are_the_published_ones_in_the_order_of_their_versions(kafka, create_topic):
    await create_topic(CONVOCATION, partitions=3, exact=True)
    program = [sys.executable, PYTHON / "jouer_convocation.py", kafka.bootstrap, ROOT / "schemas" / "examples"]
    done = await asyncio.to_thread(subprocess.run, program, capture_output=True, text=True, check=True, timeout=60)
    published = [example for ce_type in PLAYED for example in examples()[ce_type].values()]
    assert done.stdout == f"{len(published)} versions de convocations envoyées\n"
    states = [one.state for one in await events(kafka, CONVOCATION)]
    assert sorted(state.hash for state in states) == sorted(example.hash for example in published)
    for key in {state.convocation_id for state in states}:
        versions = [state.version for state in states if state.convocation_id == key]
        assert versions == sorted(versions)
