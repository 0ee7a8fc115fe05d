"""D44, decision 0043: a chef's click, SANTORIN's answer and the mail are one trace, which an OTLP collector is told."""

import asyncio
import gzip
import threading
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import pytest_asyncio
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from event_schemas.catalogue import ACCES, ACCUSE, CONVOCATION, HABILITATION, NOTIFICATION
from imagin_dev.cyclades import sample
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People, chef
from imagin_dev.santorin.simulator import Santorin
from imagin_dev.stack import Stack
from imagin_ops.services import SERVICES
from testkit.eventually import eventually

CLOSINGS = sample.closings()[:1]
CLICK = "convocation: POST /api/missions/{mission_id}/convocations"
TOLD_CONVOCATION = (f"santorin-bridge: send {ACCES}", f"convocation: process {ACCES}")
# Each span and the one it follows from: the click, the right, SANTORIN's answer (which is none of our spans), the mail.
CHAIN = {
    CLICK: None,
    f"convocation: send {CONVOCATION}": CLICK,
    f"santorin-bridge: process {CONVOCATION}": f"convocation: send {CONVOCATION}",
    f"santorin-bridge: send {HABILITATION}": f"santorin-bridge: process {CONVOCATION}",
    f"santorin-bridge: process {ACCUSE}": f"santorin-bridge: send {HABILITATION}",
    f"notifier: process {CONVOCATION}": f"convocation: send {CONVOCATION}",
    "notifier: send mail": f"notifier: process {CONVOCATION}",
    f"notifier: send {NOTIFICATION}": f"notifier: process {CONVOCATION}",
    f"convocation: process {NOTIFICATION}": f"notifier: send {NOTIFICATION}",
}


class Collector(ThreadingHTTPServer):
    """An OTLP/HTTP receiver; one that `hangs` takes a request and never answers."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Receives)
        self.spans, self.instances, self.raw = [], {}, b""
        self.hangs, self.closing, self.asked = False, threading.Event(), threading.Event()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, path, body):
        assert path == "/v1/traces"
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            of = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.instances.setdefault(of["service.name"], set()).add(of["service.instance.id"])
            for scope in resource.scope_spans:
                self.spans += [(f"{of['service.name']}: {span.name}", span) for span in scope.spans]


class _Receives(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.asked.set()
        if self.server.hangs:
            self.server.closing.wait()
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.take(self.path, gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def collector():
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(tmp_path_factory, collector):
    told = {f"{service.prefix}OTLP_ENDPOINT": collector.endpoint for service in SERVICES}
    async with Stack(tmp_path_factory.mktemp("traces"), settings=told, given=False) as running:
        await scenario.close_registration(running, CLOSINGS)
        await scenario.prepare(running, People.of(CLOSINGS), [one.state.session for one in CLOSINGS])
        yield running


@asynccontextmanager
async def santorin(stack):
    answering = asyncio.create_task(Santorin(stack.kafka_connection).run(lambda _: None))
    try:
        yield
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def convoke(stack, number):
    """The chef convokes the teacher of that number in the list, on the first mission."""
    state = CLOSINGS[0].state
    people = People.of(CLOSINGS).by_academie[state.etablissement.academie]
    async with scenario.client(stack) as http:
        api = scenario.Api.by_token(http, stack.token(chef(state.uai, state.etablissement.academie)))
        missions = (await api.get("/api/missions", taille=500))["missions"]
        mission = next(one["mission_id"] for one in missions if not one["sans_candidat"])
        day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        body = {"intervenants": [people[number].numero], "dates": [day]}
        await api.post(f"/api/missions/{mission}/convocations", body, key=f"trace-{number}")
    return people[number]


async def test_a_click_the_answer_of_santorin_and_the_mail_are_one_trace(stack, collector):
    teacher = await convoke(stack, 0)

    async def told(times):
        names = Counter(name for name, _ in collector.spans)
        assert [names[one] for one in TOLD_CONVOCATION] == [times, times]
        return names

    await eventually(lambda: told(1), timeout=60, because="convocation is told that the right is transmitted")
    # SANTORIN answers from here on: of a right the newest state alone is told, and a fast answer would hide the first.
    async with santorin(stack):

        async def all_told():
            assert not CHAIN.keys() - (await told(2)).keys()
            return True

        await eventually(all_told, timeout=60, because="each step of the chain is told")
    click = next(span for name, span in collector.spans if name == CLICK)
    trace = [(name, span) for name, span in collector.spans if span.trace_id == click.trace_id]
    names = {span.span_id: name for name, span in trace}
    follows = {(name, names.get(span.parent_span_id)) for name, span in trace}
    assert set(CHAIN.items()) <= follows
    answered = (f"santorin-bridge: process {CONVOCATION}", f"santorin-bridge: process {ACCUSE}")
    assert {(TOLD_CONVOCATION[0], one) for one in answered} <= follows
    assert {name for name, parent in follows if parent is None} == {CLICK}
    assert len(list(stack.mail_dir.glob("*.eml"))) == 1
    for secret in (teacher.numero, teacher.nom, teacher.courriel):
        assert secret.encode() not in collector.raw


async def test_a_span_tells_of_its_process_and_topic_and_of_nothing_else(stack, collector):
    told = {one.key for _, span in collector.spans for one in span.attributes}
    assert told <= {
        *("http.request.method", "http.route", "http.response.status_code", "error.type"),
        *("messaging.system", "messaging.destination.name", "messaging.operation.name", "messaging.operation.type"),
        *("messaging.consumer.group.name", "messaging.destination.partition.id", "messaging.kafka.offset"),
    }
    named = [collector.instances[name] for name in ("convocation", "santorin-bridge", "notifier")]
    assert [len(one) for one in named] == [1, 1, 1]
    assert len(set.union(*named)) == 3
    assert not any("/health/" in name for name, _ in collector.spans)
    assert not any(span.events or span.status.message for _, span in collector.spans)


async def test_a_collector_that_hangs_holds_no_mail_and_no_process_that_stops(stack, collector):
    collector.hangs = True
    collector.asked.clear()
    async with santorin(stack):
        await convoke(stack, 1)

        async def mailed():
            assert len(list(stack.mail_dir.glob("*.eml"))) == 2
            return True

        await eventually(mailed, timeout=30, because="the mail goes out though no span does")
        await asyncio.to_thread(collector.asked.wait, 30)
        assert collector.asked.is_set()
    codes = await asyncio.gather(*(asyncio.to_thread(one.terminate) for one in stack.services.values()))
    assert set(codes) == {0}
