"""A client in Java and one in Python, generated from the committed OpenAPI documents, ask the running product (0052).

The generator and the compiler are jars, on the Java that Kafka runs on: no test needs Maven or a JDK.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from event_schemas import __main__ as command
from event_schemas.catalogue import ACCES, HABILITATION, MISSION, NOTIFICATION, TOPICS
from event_schemas.catalogue import CONVOCATION as CONVOCATION_TOPIC
from imagin_dev.demo.accounts import ADMINISTRATEUR
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SANTORIN_BRIDGE, SERVICES
from santorin_bridge.domain.clients import verifier
from testkit.parts.jars import client_libs, kafka_libs, reader_libs
from testkit.parts.java import find_java
from testkit.topics import read_all

HERE = Path(__file__).parent / "clients"
DOCUMENTS = Path(__file__).parents[2] / "docs" / "integrateurs" / "openapi"
SECRET = "secret-of-the-tests-" * 2
SITE = "https://documentation.invalid/imagin"
SETTINGS = {f"{service.prefix}DOCUMENTATION_URL": f"{SITE}/" for service in SERVICES}
SETTINGS |= {f"{SANTORIN_BRIDGE.prefix}CLIENTS": json.dumps({"santorin": [verifier(SECRET)]})}
NAMES = {"santorin-bridge": "droits", "convocation": "convocation"}
URI_REFERENCE = r"([a-z][a-z0-9+.-]*:)?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]+(#[A-Za-z0-9._~-]*)?"  # RFC 3986, its characters
_QUIET = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")


def run(*command, **environment):
    """What a program printed. Its words are in the error where it fails."""
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3_000:]
    return done.stdout.splitlines()


def generate(java, generator, document, language, target, *options):
    jar = next(generator.glob("openapi-generator-cli-*.jar"))
    asked = ["-jar", str(jar), "generate", "-i", str(document), "-g", language, "-o", str(target)]
    run(
        java,
        *_QUIET,
        *asked,
        "--global-property",
        "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false",
        *options,
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The command of the Python client."""
    folder, java, generator = tmp_path_factory.mktemp("python"), find_java(), client_libs(print)
    for service, name in NAMES.items():
        package = f"packageName=imagin_{name}"
        generate(java, generator, DOCUMENTS / f"{service}.json", "python", folder, "--additional-properties", package)
    return (sys.executable, str(HERE / "essai.py")), {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def java(tmp_path_factory):
    """The command of the Java client, compiled with what integrators have: what its pom asks for."""
    folder, java, generator = tmp_path_factory.mktemp("java"), find_java(), client_libs(print)
    for service, name in NAMES.items():
        packages = (
            f"invokerPackage=fr.imagin.{name},apiPackage=fr.imagin.{name}.api,modelPackage=fr.imagin.{name}.modele"
        )
        options = ("--library", "native", "--additional-properties", packages)
        generate(java, generator, DOCUMENTS / f"{service}.json", "java", folder, *options)
    used = [*kafka_libs(print).glob("jackson-*.jar"), *generator.glob("*.jar")]
    jars = ":".join(str(jar) for jar in sorted(used) if "generator" not in jar.name)
    compiler = ("-cp", f"{reader_libs(print)}/*", "org.eclipse.jdt.internal.compiler.batch.Main", "-nowarn")
    options = ("-source", "17", "-target", "17", "-encoding", "UTF-8", "-cp", jars, "-d", str(folder / "classes"))
    run(java, *compiler, *options, str(folder / "src" / "main" / "java"), str(HERE / "Essai.java"))
    return (java, *_QUIET, "-cp", f"{folder / 'classes'}:{jars}", "Essai"), {}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-clients-"))
    async with Stack(folder, settings=SETTINGS, given=False) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked(stack, story):
    """The arguments of both programs, and what they must print."""
    await story.live()
    await story.is_exact()
    bridge = await asyncpg.connect(stack.databases[SANTORIN_BRIDGE.name])
    numero = await bridge.fetchval(
        "SELECT convert_from(etat, 'UTF8')::jsonb->'intervenant'->>'numero' FROM habilitation LIMIT 1"
    )
    rights = await bridge.fetchval(
        "SELECT count(*) FROM habilitation WHERE convert_from(etat, 'UTF8')::jsonb->'intervenant'->>'numero' = $1",
        numero,
    )
    await bridge.close()
    convocation = await asyncpg.connect(stack.databases[CONVOCATION.name])
    missions = await convocation.fetchval("SELECT count(*) FROM mission")
    await convocation.close()
    session = story.told[0].state.session
    arguments = [stack.url(SANTORIN_BRIDGE), stack.url(CONVOCATION), "santorin", SECRET]
    return [*arguments, stack.token(ADMINISTRATEUR), numero], [
        f"acces {rights} {rights} {session}",
        "inconnu false",
        f"missions {missions} {missions} {-(-missions // 5)}",
        "401 non-authentifie non-authentifie Non authentifié",
        "404 mission-inconnue mission-inconnue Mission inconnue",
    ]


@pytest.mark.parametrize("language", ["python", "java"])
async def test_generated_clients_ask_the_running_service(asked, language, request):
    (command, environment), (arguments, expected) = request.getfixturevalue(language), asked
    assert await asyncio.to_thread(run, *command, *arguments, **environment) == expected


async def test_a_running_service_tells_the_committed_document(stack):
    async with httpx2.AsyncClient() as client:
        for service in (CONVOCATION, MISSION_IMPORT, SANTORIN_BRIDGE):
            told = (await client.get(f"{stack.ops_url(service)}/openapi.json")).text
            committed = (DOCUMENTS / f"{service.name}.json").read_text(encoding="utf-8")
            default = "https://imagin-e3c.invalid/documentation"
            assert json.loads(told) == json.loads(committed.replace(default, SITE)), service.name


async def test_a_refusal_leads_to_its_page_and_says_its_short_word(stack):
    async with httpx2.AsyncClient() as client:
        for service in (CONVOCATION, MISSION_IMPORT, SANTORIN_BRIDGE):
            answer = await client.get(f"{stack.url(service)}/nulle-part")
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json() == {
                "type": f"{SITE}/integrateurs/problemes.html#http",
                "title": "Demande refusée",
                "status": 404,
                "detail": "Cette adresse n’existe pas.",
                "code": "http",
            }


async def test_what_is_sent_names_its_source_and_a_schema_that_the_site_has(stack, asked, tmp_path):
    assert command.main(["site", str(tmp_path / "site")]) == 0
    told = set()
    for topic in TOPICS.values():
        for record in await read_all(stack.kafka_connection, topic.name):
            headers = {name: value.decode() for name, value in record.headers}
            assert re.fullmatch(URI_REFERENCE, headers["ce_source"]), headers["ce_source"]
            if topic.owner in {"cyclades", "santorin"}:
                continue
            address = headers["ce_dataschema"]
            assert address == f"{SITE}/integrateurs/schemas/{headers['ce_type']}.json"
            schema = json.loads((tmp_path / "site" / address.removeprefix(f"{SITE}/integrateurs/")).read_bytes())
            assert Draft202012Validator(schema).is_valid(json.loads(record.value))
            told.add(topic.name)
    assert told >= {MISSION, CONVOCATION_TOPIC, HABILITATION, ACCES, NOTIFICATION}
