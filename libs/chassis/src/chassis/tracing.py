"""Traces are OpenTelemetry's: the cause of the work in hand is its current span, read by the outbox and the log.

No span leaves the process before `configure` (docs/decisions/0043). What is told of one is what a line of the log may
tell: no path, no key, no person, no error's text (D44).
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import NamedTuple, Self

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    format_span_id,
    format_trace_id,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.cloudevents import Cause, Dead, Event

_W3C = TraceContextTextMapPropagator()
_FLUSH_SECONDS = 2.0


class Origin(NamedTuple):
    """Which process spans come from."""

    service: str
    version: str
    instance: str


@dataclass(slots=True)
class _Way:
    """The process's own provider, not the global one: what libraries would trace into that was not thought about (D44).

    The SDK makes the ids: without it a span has none that is valid. Without an exporter nobody is told to record.
    """

    provider: TracerProvider
    tracer: Tracer
    exports: bool

    @classmethod
    def of(cls, provider: TracerProvider, *, exports: bool) -> Self:
        return cls(provider, provider.get_tracer("chassis"), exports)


_way = _Way.of(TracerProvider(ParentBased(ALWAYS_OFF), shutdown_on_exit=False), exports=False)


def configure(origin: Origin, endpoint: str, ratio: float) -> None:
    """From now on spans go to the collector at `endpoint`: of traces that begin here this part, of others as they say.

    They wait in a queue with a bound, and a thread sends them: a collector that is slow or away loses spans and holds
    nobody. What the SDK and the exporter read of the environment (OTEL_BSP_…, OTEL_EXPORTER_OTLP_HEADERS, …) holds.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  # half as long as all the rest
        OTLPSpanExporter,
    )

    export_through(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")), origin, ratio)


def export_through(processor: SpanProcessor, origin: Origin, ratio: float) -> None:
    """What `configure` does with another way out."""
    provider = TracerProvider(
        ParentBased(TraceIdRatioBased(ratio)),
        Resource.create(
            {
                "service.name": origin.service,
                "service.version": origin.version,
                "service.instance.id": origin.instance,
            }
        ),
        shutdown_on_exit=False,  # it would wait for the collector: see `stop`
    )
    provider.add_span_processor(processor)
    _become(_Way.of(provider, exports=True))


def _become(way: _Way) -> None:
    _way.provider, _way.tracer, _way.exports = way.provider, way.tracer, way.exports


def stop() -> None:
    """Send what still waits, for two seconds at most."""
    sending = threading.Thread(target=_way.provider.shutdown, daemon=True)
    sending.start()
    sending.join(_FLUSH_SECONDS)


def request_span(method: str, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
    """Everything inside is told as caused by this request: in the trace of its `traceparent`, else in a new one."""
    return _way.tracer.start_as_current_span(
        method,
        context=_W3C.extract(headers),
        kind=SpanKind.SERVER,
        record_exception=False,  # an error's text may quote a person's data (D44)
        set_status_on_exception=False,
    )


def tell_request(span: Span, method: str, route: str, status: int) -> None:
    """What is known of a request when it has been answered; `route`: the template of its path."""
    if not span.is_recording():
        return
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    if status >= 500:
        _fail(span, str(status))


def current_cause() -> Cause:
    """The cause in force here; empty outside any request."""
    span = get_current_span().get_span_context()
    if not span.is_valid:
        return Cause()
    return Cause(correlation_id=format_trace_id(span.trace_id), traceparent=_traceparent(span))


class Spans:
    """Spans of one piece of work, one for each record or trace that waits for it: they end with it, as it ends.

    There are none where nothing is exported, and none for what comes without a `traceparent` or with one whose trace
    is not sampled: a batch of thousands costs nothing more.
    """

    def __init__(self) -> None:
        self._spans: dict[int, Span] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.fail(kind.__name__)
        for span in self._spans.values():
            span.end()

    def receive(self, group: str, events: Sequence[Event]) -> list[Event]:
        """The events, each as the cause that its own span is."""
        return [self._received(group, event) for event in events] if _way.exports else list(events)

    def _received(self, group: str, event: Event) -> Event:
        sampled = _sampled(event.cause.traceparent)
        if sampled is None:
            return event
        record = event.record
        told = _messaging(record.topic, "process") | {
            "messaging.consumer.group.name": group,
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
        }
        span = self._begin(id(record), sampled, f"process {record.topic}", SpanKind.CONSUMER, told)
        return replace(event, cause=event.cause._replace(traceparent=_traceparent(span.get_span_context())))

    def send(self, records: Iterable[tuple[str, list[tuple[str, bytes]]]]) -> None:
        """Of each record its topic and its headers: the `traceparent` among them becomes that of its own span."""
        if not _way.exports:
            return
        for topic, headers in records:
            for place, (name, value) in enumerate(headers):
                sampled = _sampled(value.decode()) if name == "traceparent" else None
                if sampled is not None:
                    told = _messaging(topic, "send")
                    span = self._begin(id(headers), sampled, f"send {topic}", SpanKind.PRODUCER, told)
                    headers[place] = (name, _traceparent(span.get_span_context()).encode())

    def call(self, name: str, traceparents: Iterable[str | None]) -> None:
        """One call of another system: each trace that waits for it tells of it once."""
        if not _way.exports:
            return
        for sampled in filter(None, map(_sampled, traceparents)):
            trace = get_current_span(sampled).get_span_context().trace_id
            if trace not in self._spans:
                self._begin(trace, sampled, name, SpanKind.CLIENT, {})

    def fail(self, kind: str) -> None:
        """All tell of a failure; `kind` is a word of ours or the name of a class."""
        for span in self._spans.values():
            _fail(span, kind)

    def bury(self, dead: Iterable[Dead]) -> None:
        """The spans of these records tell that they are dead letters."""
        for letter in dead:
            if span := self._spans.get(id(letter.record)):
                _fail(span, letter.stage)

    def _begin(self, about: int, parent: Context, name: str, kind: SpanKind, told: Mapping[str, str | int]) -> Span:
        span = self._spans[about] = _way.tracer.start_span(name, parent, kind, told)
        return span


def _sampled(traceparent: str | None) -> Context | None:
    """Where a child of it begins; None where there is none to be, or none that anybody records."""
    if traceparent is None:
        return None
    parent = _W3C.extract({"traceparent": traceparent})
    return parent if get_current_span(parent).get_span_context().trace_flags.sampled else None


def _traceparent(span: SpanContext) -> str:
    return f"00-{format_trace_id(span.trace_id)}-{format_span_id(span.span_id)}-{span.trace_flags:02x}"


def _messaging(topic: str, operation: str) -> dict[str, str | int]:
    """OpenTelemetry's names; not the key of a record, nor its id."""
    return {
        "messaging.system": "kafka",
        "messaging.destination.name": topic,
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
    }


def _fail(span: Span, kind: str) -> None:
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind)
