"""Every request has a trace, its own or its caller's; the outbox and the log tell it, and nobody else does."""

import contextlib
import io
import json
import logging
import re
from datetime import UTC, datetime

import pytest
import structlog
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import Request
from starlette.responses import JSONResponse

from chassis import logs
from chassis.cloudevents import Cause
from chassis.http import Application, create_app
from chassis.tracing import current_cause

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
W3C = re.compile(r"00-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}")


async def _tell(_: Request) -> JSONResponse:
    cause = current_cause()
    structlog.get_logger().info("http.request", route="/tell")
    return JSONResponse([cause.correlation_id, cause.causation_id, cause.traceparent])


@pytest.fixture
def client():
    app = create_app(title="test")
    app.state.application = Application(pool=None, clock=lambda: datetime.now(UTC), wake_relay=lambda: None)
    app.add_route("/tell", _tell)
    return TestClient(app)


def told(client, **headers):
    correlation, causation, traceparent = client.get("/tell", headers=headers).json()
    found = W3C.fullmatch(traceparent)
    assert found
    assert causation is None
    assert correlation == found["trace"]
    assert "0" * 16 != found["span"]
    return found["trace"], found["span"]


def test_a_request_goes_on_in_its_callers_trace_with_a_span_of_its_own(client):
    trace_id, span = told(client, traceparent=f"00-{TRACE}-{CALLER}-01")
    assert trace_id == TRACE
    assert span != CALLER


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "a-b-c-d",
        f"00-{TRACE}-{CALLER}",
        f"00-{TRACE.upper()}-{CALLER}-01",
        f"00-{'0' * 32}-{CALLER}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{CALLER}-01",
        f"00-{TRACE}-{CALLER}-01-{'x' * 1_000}",
    ],
)
def test_a_request_without_a_valid_traceparent_gets_a_trace_of_its_own(client, header):
    headers = {} if header is None else {"traceparent": header}
    first, second = told(client, **headers), told(client, **headers)
    assert TRACE not in (first[0], second[0])
    assert "0" * 32 not in (first[0], second[0])
    assert first[0] != second[0]


def test_outside_of_a_request_there_is_no_cause(client):
    told(client)
    assert current_cause() == Cause()


def test_a_line_of_the_log_tells_the_trace_of_its_request(client):
    root, said = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    with contextlib.redirect_stdout(said):
        logs.configure("test", "INFO")
        told(client, traceparent=f"00-{TRACE}-{CALLER}-01")
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [line["route"] for line in lines] == ["/tell", "/tell"]
    assert {(line["correlation_id"], line["trace_id"]) for line in lines} == {(TRACE, TRACE)}


def test_fastapi_traces_nothing_into_a_global_provider_because_its_spans_hold_paths(client, monkeypatch):
    spans, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    told(client)
    assert spans.get_finished_spans() == ()
