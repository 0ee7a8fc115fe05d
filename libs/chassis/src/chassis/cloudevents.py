"""CloudEvents 1.0 over Kafka (D33): from a raw record to an event or a named fault, never an exception.

FastStream's own parser loses records with a null or non-UTF-8 header (X1); this one reads the raw tuple.
Written here and not taken from `cloudevents`: it costs 16 µs a record against 3 (docs/decisions/0006).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha1
from typing import Any, Generic, NamedTuple, Protocol
from uuid import UUID

from aiokafka import ConsumerRecord
from pydantic import BaseModel, ValidationError
from typing_extensions import TypeVar

from chassis.database import quick_uuid
from chassis.envelopes import Headers, part_of, plain, unwrap
from chassis.fetching import DELETED, UNREADABLE

_NO_RECORDS = {UNREADABLE: "DECODE", DELETED: "DELETED"}
_READ = frozenset({"ce_type", "ce_id", "ce_correlationid", "ce_causationid"})
_MAX_HEADER_BYTES = 1_000  # each event that follows bears them: with a long one it would be more than Kafka takes
_FIRST_MILLISECOND, _LAST_MILLISECOND = -62_135_596_800_000, 253_402_300_799_999  # of the years 1 and 9999
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.*")


class State(Protocol):
    """An event body: the full state of one aggregate at one version."""

    @property
    def aggregate(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def hash(self) -> str: ...


class Cause(NamedTuple):
    """What made an event: carried from event to event and into every log line."""

    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


S_co = TypeVar("S_co", covariant=True, default=Any)  # the consumer reads any body


@dataclass(slots=True)
class Event(Generic[S_co]):
    """A decoded record. `state` is the validated body; the rest are its envelope and coordinates.

    Nobody changes one; it is not frozen, which would make it three times as slow to make.
    """

    state: S_co
    type: str
    id: str
    cause: Cause
    aggregate: str
    version: int
    hash: str
    record: ConsumerRecord

    @property
    def correlation_id(self) -> str:
        return self.cause.correlation_id or self.id

    @property
    def time(self) -> datetime:
        """When the record came onto its topic, as its producer says."""
        return moment(self.record)

    @property
    def body(self) -> bytes:
        """What `state` was read from: the record's value, or the `data` of an event in structured mode."""
        return unwrap(self.record)[1]

    @property
    def as_cause(self) -> Cause:
        """The cause of what follows from this event."""
        return Cause(self.correlation_id, self.id, self.cause.traceparent)


@dataclass(frozen=True, slots=True)
class Dead:
    """A record that cannot be applied, and why. The reason never quotes a value (X20)."""

    record: ConsumerRecord
    stage: str
    reason: str
    aggregate: str | None = None
    version: int | None = None

    @property
    def told(self) -> str:
        """The reason for people, with the event of the batch that it is about."""
        part = part_of(self.record)
        return f"event {part} of the batch: {self.reason}" if part else self.reason


def decode(record: ConsumerRecord, models: Mapping[str, type[BaseModel]]) -> Event | Dead:
    """Total: any bytes give an Event or a Dead. A batch comes here event by event (`envelopes.parts`)."""
    if record.headers and record.headers[0][0] in _NO_RECORDS:
        name, why = record.headers[0]
        return Dead(record, _NO_RECORDS[name], (why or b"").decode(errors="replace"))
    try:
        ce_type, ce_id, cause, body = _our_own(record) or _anybodys(record)
        if not _FIRST_MILLISECOND <= record.timestamp <= _LAST_MILLISECOND:
            moment(record)
        model = models.get(ce_type)
        if model is None:
            raise ValueError("unknown event type")
        state: Any = model.__pydantic_validator__.validate_json(body)  # without a call's cost, which is a tenth of it
        if record.key is None or record.key != state.key.encode():
            raise ValueError("the record's key is not the key of its body")
        return Event(state, ce_type, ce_id, cause, state.aggregate, state.version, state.hash, record)
    except ValidationError as error:
        return Dead(record, "DECODE", _faults(error), _aggregate_of_key(record))
    except ValueError as error:
        return Dead(record, "DECODE", str(error), _aggregate_of_key(record))


def _our_own(record: ConsumerRecord) -> tuple[str, str, Cause, bytes] | None:
    """Type, id, cause and body of an event as our own services send them. None where anything is otherwise, which
    `_anybodys` judges; this takes a third of its time.
    """
    found = plain(record)
    if found is None:
        return None
    try:  # no valid one has U+0000, which is ASCII: one decoding for four, and nothing can hide in it
        four = found["ce_type"], found["ce_id"], found["ce_correlationid"], found["ce_causationid"]
        joined = b"\0".join(four)
        ce_type, ce_id, correlation_id, causation_id = joined.decode().split("\0")
    except (KeyError, TypeError, ValueError):
        return None
    if len(joined) > _MAX_HEADER_BYTES:
        return None
    traceparent = _valid_traceparent(found.get("traceparent"))
    return ce_type, ce_id, Cause(correlation_id, causation_id, traceparent), record.value


def _anybodys(record: ConsumerRecord) -> tuple[str, str, Cause, bytes]:
    """Of any record. Raises ValueError."""
    raw, body = unwrap(record)
    headers = _read_headers(raw)
    ce_type = headers.get("ce_type")
    if ce_type is None:
        raise ValueError("header ce_type is missing")
    cause = Cause(headers.get("ce_correlationid"), headers.get("ce_causationid"), traceparent_of(raw))
    return ce_type, headers.get("ce_id", ""), cause, body


def _read_headers(raw: Headers) -> dict[str, str]:
    """The headers we read. Others are not ours to judge: agents and frameworks add binary, null and double ones."""
    headers: dict[str, str] = {}
    for name, value in raw:
        if name not in _READ:
            continue
        if value is None:
            raise ValueError(f"header {name} is null")
        if name in headers:
            raise ValueError(f"header {name} stands twice")
        if len(value) > _MAX_HEADER_BYTES:
            raise ValueError(f"header {name} has {len(value)} bytes, more than {_MAX_HEADER_BYTES}")
        try:
            headers[name] = value.decode()
        except UnicodeDecodeError:  # its text holds bytes, so it is not quoted
            raise ValueError(f"header {name} is not UTF-8") from None
        if "\0" in headers[name]:  # no database keeps it
            raise ValueError(f"header {name} has U+0000")
    return headers


def traceparent_of(headers: Headers) -> str | None:
    """None where there is none, several or no valid one: a new trace begins then (W3C Trace Context, 4.3)."""
    values = [value for name, value in headers if name == "traceparent"]
    return _valid_traceparent(values[0]) if len(values) == 1 else None


@lru_cache(maxsize=1_024)
def _valid_traceparent(value: bytes | None) -> str | None:
    """What one command told has one."""
    if not value or len(value) > _MAX_HEADER_BYTES:
        return None
    return str(value, "ascii") if _TRACEPARENT.fullmatch(value) else None


def moment(record: ConsumerRecord) -> datetime:
    """When the record came onto its topic, as its producer says. Raises ValueError outside of the years 1 to 9999."""
    try:
        return datetime.fromtimestamp(record.timestamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("the timestamp of the record is outside of the years 1 to 9999") from None


def _faults(error: ValidationError) -> str:
    """The first five faults as `field: rule`, without any input value."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['type']}" for fault in faults[:5])


def _aggregate_of_key(record: ConsumerRecord) -> str | None:
    """The aggregate an unreadable record is about, where its key is one (a UUID)."""
    try:
        return str(UUID(bytes(record.key or b"").decode("ascii")))
    except ValueError:
        return None


def event_id(aggregate: bytes, version: int) -> str:
    """`ce_id` = uuid5(aggregate id, version): computed, so that a second sending bears the same id.

    `aggregate`: the 16 bytes of its UUID. `uuid.uuid5` takes four times as long.
    """
    digest = bytearray(sha1(aggregate + str(version).encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return str(quick_uuid(bytes(digest)))


@lru_cache(maxsize=256)
def _alike(ce_type: str, source: str, time: datetime, schemas_url: str) -> tuple[tuple[str, bytes], ...]:
    """The headers that events of one type and transaction share."""
    schema = (("ce_dataschema", f"{schemas_url}/{ce_type}.json".encode()),) if schemas_url else ()
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", ce_type.encode()),
        ("ce_source", source.encode()),
        ("ce_time", time.isoformat().encode()),
        ("content-type", b"application/json"),
        *schema,
    )


@lru_cache(maxsize=256)
def _of_cause(cause: Cause, ce_id: str) -> tuple[tuple[str, bytes], ...]:
    """The headers that events of one cause share; `ce_id`: what stands for the correlation where there is none."""
    headers = [("ce_correlationid", (cause.correlation_id or ce_id).encode())]
    if cause.causation_id:
        headers.append(("ce_causationid", cause.causation_id.encode()))
    if cause.traceparent:
        headers.append(("traceparent", cause.traceparent.encode()))
    return tuple(headers)


def schemas_at(documentation_url: str) -> str:
    """Where the documentation site has the JSON Schema of each event type, by its name."""
    return f"{documentation_url}/integrateurs/schemas"


def encode(
    ce_type: str, source: str, subject: str, ce_id: str, time: datetime, cause: Cause, schemas_url: str = ""
) -> list[tuple[str, bytes]]:
    """The binary-mode headers of one event; `ce_dataschema` where `schemas_url` says where schemas are."""
    return [
        *_alike(ce_type, source, time, schemas_url),
        ("ce_id", ce_id.encode()),
        ("ce_subject", subject.encode()),
        *_of_cause(cause, "" if cause.correlation_id else ce_id),
    ]
