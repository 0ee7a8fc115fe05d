"""Traces are OpenTelemetry's: the cause of the work in hand is its current span, read by the outbox and the log."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, format_trace_id, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.cloudevents import Cause

# The SDK makes the ids: without it a span has none that is valid. It has no exporter: no span leaves the process.
# A provider of our own, not the global one: what libraries would trace into that one was not thought about (D44).
_TRACER = TracerProvider(shutdown_on_exit=False).get_tracer("chassis")
_W3C = TraceContextTextMapPropagator()


def request_span(method: str, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
    """Everything inside is told as caused by this request: in the trace of its `traceparent`, else in a new one."""
    return _TRACER.start_as_current_span(
        method,
        context=_W3C.extract(headers),
        kind=SpanKind.SERVER,
        record_exception=False,  # an error's text may quote a person's data (D44)
        set_status_on_exception=False,
    )


def current_cause() -> Cause:
    """The cause in force here; empty outside any request."""
    span = get_current_span().get_span_context()
    if not span.is_valid:
        return Cause()
    headers: dict[str, str] = {}
    _W3C.inject(headers)
    return Cause(correlation_id=format_trace_id(span.trace_id), traceparent=headers["traceparent"])
