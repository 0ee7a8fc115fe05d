"""Which spans are told, of what, and to whom they belong; and that nobody waits for a collector (decision 0043)."""

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from aiokafka import ConsumerRecord
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import format_span_id, format_trace_id
from starlette.requests import Request
from starlette.responses import JSONResponse

from chassis import tracing
from chassis.cloudevents import Cause, Dead, Event
from chassis.http import Application, create_app

TRACE, OTHER, CALLER = "0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{CALLER}-01", f"00-{TRACE}-{CALLER}-00"
ORIGIN = tracing.Origin("test", "1", "host:1")


@pytest.fixture
def off(monkeypatch):
    """As a process begins."""
    provider = TracerProvider(ParentBased(ALWAYS_OFF), shutdown_on_exit=False)
    monkeypatch.setattr(tracing, "_way", tracing._Way.of(provider, exports=False))


@pytest.fixture
def spans(off):
    exporter = InMemorySpanExporter()
    tracing.export_through(SimpleSpanProcessor(exporter), ORIGIN, 1.0)
    return exporter.get_finished_spans


def event(traceparent, offset=5):
    record = ConsumerRecord("t", 2, offset, 0, 0, b"key", b"{}", None, 0, 0, ())
    return Event(SimpleNamespace(), "type", "id", Cause("c", None, traceparent), "aggregate", 1, "hash", record)


def client():
    async def answer(request: Request) -> JSONResponse:
        if request.path_params["numero"] == "broken":
            raise ValueError("DUPONT")
        return JSONResponse(tracing.current_cause().traceparent)

    app = create_app(title="test")
    app.state.application = Application(pool=None, clock=lambda: datetime.now(UTC), wake_relay=lambda: None)
    app.add_route("/personnes/{numero}", answer)
    return TestClient(app)


def sampled(traceparent):
    return bool(int(traceparent[-2:], 16) & 1)


def place(span):
    return f"00-{format_trace_id(span.context.trace_id)}-{format_span_id(span.context.span_id)}-01"


def test_a_request_is_told_by_the_template_of_its_path_and_its_status(spans):
    said = client().get("/personnes/DUPONT?nom=MARTIN", headers={"traceparent": SAMPLED}).json()
    (span,) = spans()
    assert (span.name, dict(span.attributes)) == (
        "GET /personnes/{numero}",
        {"http.request.method": "GET", "http.route": "/personnes/{numero}", "http.response.status_code": 200},
    )
    assert said == place(span)
    assert (format_span_id(span.parent.span_id), format_trace_id(span.parent.trace_id)) == (CALLER, TRACE)
    assert span.resource.attributes["service.name"] == "test"


def test_a_request_that_fails_is_an_error_without_its_words(spans):
    client().get("/personnes/broken")
    (span,) = spans()
    assert (span.status.is_ok, span.attributes["error.type"], span.attributes["http.response.status_code"]) == (
        False,
        "500",
        500,
    )
    assert "DUPONT" not in span.to_json()


def test_who_asks_for_the_health_is_in_no_trace(spans):
    client().get("/health/live")
    assert spans() == ()


def test_of_traces_that_begin_here_a_part_is_told_and_of_others_what_their_caller_says(off):
    exporter = InMemorySpanExporter()
    tracing.export_through(SimpleSpanProcessor(exporter), ORIGIN, 0.0)
    http = client()
    assert not sampled(http.get("/personnes/1").json())
    assert not sampled(http.get("/personnes/1", headers={"traceparent": UNSAMPLED}).json())
    assert exporter.get_finished_spans() == ()
    assert sampled(http.get("/personnes/1", headers={"traceparent": SAMPLED}).json())
    assert len(exporter.get_finished_spans()) == 1


def test_without_a_collector_a_new_trace_is_not_sampled_and_a_callers_goes_on_as_it_came(off):
    http = client()
    assert not sampled(http.get("/personnes/1").json())
    assert sampled(http.get("/personnes/1", headers={"traceparent": SAMPLED}).json())
    events, headers = [event(SAMPLED)], [("traceparent", SAMPLED.encode())]
    with tracing.Spans() as work:
        assert work.receive("g", events) == events
        work.send([("t", headers)])
        work.call("call", [SAMPLED])
    assert headers == [("traceparent", SAMPLED.encode())]


@pytest.mark.parametrize("traceparent", [None, UNSAMPLED, "00-aa-bb-01"])
def test_a_record_of_no_sampled_trace_goes_on_as_it_came(spans, traceparent):
    with tracing.Spans() as work:
        assert [one.cause.traceparent for one in work.receive("g", [event(traceparent)])] == [traceparent]
    assert spans() == ()


def test_what_follows_from_a_record_follows_from_its_own_span(spans):
    with tracing.Spans() as work:
        first, second = work.receive("g", [event(SAMPLED), event(SAMPLED, offset=6)])
        assert spans() == ()
    one, two = spans()
    assert [first.cause, second.as_cause] == [Cause("c", None, place(one)), Cause("c", "id", place(two))]
    assert format_span_id(one.parent.span_id) == CALLER
    assert (one.name, one.kind.name) == ("process t", "CONSUMER")
    assert [one.attributes["messaging.kafka.offset"], two.attributes["messaging.kafka.offset"]] == [5, 6]


def test_a_dead_letter_is_an_error_in_its_own_span_alone(spans):
    with tracing.Spans() as work:
        _good, bad = work.receive("g", [event(SAMPLED), event(SAMPLED, offset=6)])
        work.bury([Dead(bad.record, "APPLY", "reason"), Dead(event(None).record, "DECODE", "reason")])
    one, two = spans()
    assert (one.status.status_code.name, two.status.status_code.name) == ("UNSET", "ERROR")
    assert two.attributes["error.type"] == "APPLY"


def test_a_batch_that_fails_is_told_by_the_class_of_its_error(spans):
    def write():
        with tracing.Spans() as work:
            work.receive("g", [event(SAMPLED)])
            raise ValueError("DUPONT")

    with pytest.raises(ValueError, match="DUPONT"):
        write()
    (span,) = spans()
    assert span.attributes["error.type"] == "ValueError"
    assert "DUPONT" not in span.to_json()


def test_a_record_bears_the_span_of_its_sending(spans):
    traced = [("ce_id", b"1"), ("traceparent", SAMPLED.encode())]
    plain = [("ce_id", b"2")]
    with tracing.Spans() as work:
        work.send([("t", traced), ("t", plain)])
    (span,) = spans()
    assert traced == [("ce_id", b"1"), ("traceparent", place(span).encode())]
    assert plain == [("ce_id", b"2")]
    assert (span.name, span.kind.name, format_span_id(span.parent.span_id)) == ("send t", "PRODUCER", CALLER)


def test_a_mail_that_tells_of_two_clicks_is_once_in_the_trace_of_each(spans):
    with tracing.Spans() as work:
        work.call("send mail", [SAMPLED, f"00-{TRACE}-{'1' * 16}-01", f"00-{OTHER}-{CALLER}-01", UNSAMPLED, None])
        work.fail("TRY_AGAIN")
    assert [format_trace_id(one.context.trace_id) for one in spans()] == [TRACE, OTHER]
    assert [format_span_id(one.parent.span_id) for one in spans()] == [CALLER, CALLER]
    assert {one.attributes["error.type"] for one in spans()} == {"TRY_AGAIN"}


def test_a_collector_that_takes_and_never_answers_holds_nobody(off):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tracing.configure(ORIGIN, f"http://127.0.0.1:{silent.getsockname()[1]}", 1.0)
        began = time.perf_counter()
        for _ in range(10_000):  # five times what the queue holds
            with tracing.Spans() as work:
                work.call("call", [SAMPLED])
        told = time.perf_counter()
        tracing.stop()
        stopped = time.perf_counter()
    assert told - began < 10
    assert 1 < stopped - told < 5


def test_the_exporter_is_loaded_where_a_collector_is_named_and_nowhere_else():
    code = "import sys, chassis.service; print([one for one in sys.modules if 'otlp' in one or 'protobuf' in one])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
