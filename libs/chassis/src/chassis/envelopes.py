"""How a record bears its CloudEvent: binary mode, structured mode, or a JSON batch of several (0058).

The `content-type` says it, as the Kafka binding asks. A batch is read event by event: each is a record of its own in
structured mode, so that one that is bad dies alone and can be tried again alone.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

import pydantic_core
from aiokafka import ConsumerRecord

MAX_VALUE_BYTES = 900_000
MAX_EVENTS = 100
"""Of a batch. A reader takes so many records at once that each must stay small."""

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
_CONTENT_TYPE = "content-type"
_PREFIX = b"application/cloudevents"
_JSON = b"application/json"
_OWN = (_CONTENT_TYPE, _JSON)
_ATTRIBUTES = ("type", "id", "correlationid", "causationid")
"""What is read of an envelope; others are not ours to judge."""

Headers = Sequence[tuple[str, bytes]]
Record: TypeAlias = ConsumerRecord
"""As it was polled; for who may not know the client."""


class Malformed(ValueError):
    """No event can be read from these bytes. The text quotes no value."""


@dataclass
class Part(ConsumerRecord):  # type: ignore[misc]  # untyped
    """One event of a batch, in structured mode; `part` counts from 1 within the record that it came in."""

    part: int = 0


def parts(record: ConsumerRecord) -> Sequence[ConsumerRecord]:
    """The events of a batch, each a record; any other record, and a batch that cannot be read, stands for itself."""
    if _OWN in record.headers:  # what our own events have, and no batch that can be read
        return (record,)
    try:
        if media_type(record.headers) != BATCH:
            return (record,)
        events = _events(record)
    except ValueError:
        return (record,)
    return [_part(record, number, event) for number, event in enumerate(events, start=1)]


def record_of(topic: str, key: bytes | None, value: bytes, headers: Headers, now: datetime) -> Record:
    """A record as the topic would have it, which never came from there."""
    sizes = (len(key or b""), len(value))
    return ConsumerRecord(topic, 0, 0, round(now.timestamp() * 1000), 0, key, value, None, *sizes, headers)


def part_of(record: ConsumerRecord) -> int:
    """Which event of a batch it is, from 1; 0 for a record that is one event."""
    return record.part if isinstance(record, Part) else 0


def restored(record: ConsumerRecord, part: int) -> ConsumerRecord:
    """A record of which it is known that it was that event of a batch; 0: that it was none."""
    return Part(**vars(record), part=part) if part else record


def unwrap(record: ConsumerRecord) -> tuple[Headers, bytes]:
    """Headers and body as binary mode has them. Raises Malformed."""
    media = media_type(record.headers)
    if media == "":
        return record.headers, _value(record)
    if media == BATCH:
        _events(record)
        raise Malformed("a batch of events is read one by one")
    event = _json(record)
    if not isinstance(event, dict):
        raise Malformed("the event is not a JSON object")
    if event.get("specversion") != "1.0":
        raise Malformed("attribute specversion is not 1.0")
    if event.get("type") is None:
        raise Malformed("attribute type is missing")
    return _headers(record, event), _data(event)


def plain(record: ConsumerRecord) -> dict[str, bytes] | None:
    """The headers by name, of a record in binary mode as our own are: JSON, each header once, a body of its size. None
    of any other one.
    """
    value, found = record.value, dict(record.headers)
    if len(found) != len(record.headers) or found.get(_CONTENT_TYPE) != _JSON:
        return None
    return None if value is None or len(value) > MAX_VALUE_BYTES else found


def media_type(headers: Headers) -> str:
    """STRUCTURED or BATCH, empty for binary mode. Raises Malformed for another form of a whole event.

    A content type that is no CloudEvents' own is not judged: agents and frameworks write what they like.
    """
    values = [value for name, value in headers if name == _CONTENT_TYPE]
    if values == [_JSON] or not any((value or b"").lower().startswith(_PREFIX) for value in values):
        return ""
    if len(values) > 1:
        raise Malformed("header content-type stands twice")
    found = values[0].partition(b";")[0].strip().lower()
    for known in (STRUCTURED, BATCH):
        if found == known.encode():
            return known
    raise Malformed("content-type: of CloudEvents only +json is read")


def _part(record: ConsumerRecord, number: int, event: Any) -> Part:
    headers = [(name, value) for name, value in record.headers if name != _CONTENT_TYPE]
    value = pydantic_core.to_json(event)
    return Part(
        **vars(replace(record, value=value, serialized_value_size=len(value)))
        | {"headers": (*headers, (_CONTENT_TYPE, STRUCTURED.encode()))},
        part=number,
    )


def _events(record: ConsumerRecord) -> list[Any]:
    events = _json(record)
    if not isinstance(events, list):
        raise Malformed("the batch is not a JSON array")
    if not 0 < len(events) <= MAX_EVENTS:
        raise Malformed(f"the batch has {len(events)} events, it may have 1 to {MAX_EVENTS}")
    return events


def _json(record: ConsumerRecord) -> Any:
    value = _value(record)
    try:
        return pydantic_core.from_json(value)
    except ValueError:  # its text may hold bytes of the value
        raise Malformed("the value is not JSON") from None


def _value(record: ConsumerRecord) -> bytes:
    if record.value is None:
        raise Malformed("tombstone: the record has no value")
    if len(record.value) > MAX_VALUE_BYTES:
        raise Malformed(f"the value has {len(record.value)} bytes, more than {MAX_VALUE_BYTES}")
    return bytes(record.value)


def _headers(record: ConsumerRecord, event: dict[str, Any]) -> Headers:
    """The envelope's attributes as headers; a trace is the record's own, else the event's."""
    found = [(f"ce_{name}", _text(event, name)) for name in _ATTRIBUTES if event.get(name) is not None]
    own = [(name, value) for name, value in record.headers if name == "traceparent"]
    if not own and isinstance(event.get("traceparent"), str):
        own = [("traceparent", event["traceparent"].encode())]
    return found + own


def _text(event: dict[str, Any], name: str) -> bytes:
    value = event[name]
    if not isinstance(value, str):
        raise Malformed(f"attribute {name} is not a text")
    return value.encode()


def _data(event: dict[str, Any]) -> bytes:
    if "data_base64" in event:
        try:
            return base64.b64decode(event["data_base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise Malformed("attribute data_base64 is not base64") from None
    if "data" not in event:
        raise Malformed("attribute data is missing")
    return pydantic_core.to_json(event["data"])
