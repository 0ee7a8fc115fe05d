"""Structured mode and JSON batches become what binary mode is, or a fault that is named and quotes nothing (0058)."""

import base64
import json

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from chassis.cloudevents import Dead, Event, decode
from chassis.envelopes import BATCH, MAX_EVENTS, STRUCTURED, part_of, parts, restored

KEY = "0b1f6c1e-0d29-5a53-9d62-5a4f2c1d3e4f"
TYPE = "fr.imagin.thing.v1"
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GOOD = {"id": KEY, "version": 1, "hash": "h"}


class Body(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)
    id: str
    version: int
    hash: str

    @property
    def aggregate(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return self.id


MODELS = {TYPE: Body}
ENVELOPE = {"specversion": "1.0", "type": TYPE, "id": "e1", "source": "/cyclades", "data": GOOD}


def record(value, media=STRUCTURED, headers=(), key=KEY.encode()):
    raw = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
    headers = (*headers, ("content-type", media.encode()))
    return ConsumerRecord("t", 0, 5, 1_700_000_000_123, 0, key, raw, None, 0, 0, headers)


@pytest.mark.parametrize("media", [STRUCTURED, STRUCTURED.upper(), f"{STRUCTURED}; charset=UTF-8"])
def test_structured_mode_is_read_as_binary_mode_is(media):
    extensions = {"correlationid": "c1", "causationid": "k1", "traceparent": TRACE.decode(), "other": 7}
    event = decode(record(ENVELOPE | extensions, media), MODELS)
    assert isinstance(event, Event)
    assert (event.type, event.id, event.aggregate, event.version) == (TYPE, "e1", KEY, 1)
    assert (event.cause.correlation_id, event.cause.causation_id) == ("c1", "k1")
    assert event.cause.traceparent == TRACE.decode()
    assert json.loads(event.body) == GOOD


def test_data_may_be_base64_and_the_trace_of_the_record_goes_before_the_events():
    data = {"data_base64": base64.b64encode(json.dumps(GOOD).encode()).decode(), "traceparent": "00-no"}
    whole = {name: value for name, value in ENVELOPE.items() if name != "data"} | data
    event = decode(record(whole, headers=[("traceparent", TRACE)]), MODELS)
    assert isinstance(event, Event)
    assert event.cause.traceparent == TRACE.decode()


def test_a_content_type_that_is_no_cloudevents_own_is_not_judged():
    for value in (b"application/json", b"\xff", None, b"text/plain"):
        binary = record(GOOD, headers=[("ce_type", TYPE.encode()), ("content-type", value)], media="x/y")
        assert isinstance(decode(binary, MODELS), Event), value


BAD = {
    "not JSON": (record(b"{DUPONT"), "the value is not JSON"),
    "not an object": (record(["DUPONT"]), "the event is not a JSON object"),
    "tombstone": (record(None), "tombstone: the record has no value"),
    "1 MB": (record(b" " * 900_001), "the value has 900001 bytes, more than 900000"),
    "another version": (record(ENVELOPE | {"specversion": "0.3"}), "attribute specversion is not 1.0"),
    "no type": (record(ENVELOPE | {"type": None}), "attribute type is missing"),
    "a type that is no text": (record(ENVELOPE | {"type": 3}), "attribute type is not a text"),
    "an unknown type": (record(ENVELOPE | {"type": "DUPONT"}), "unknown event type"),
    "an id that is no text": (record(ENVELOPE | {"id": ["DUPONT"]}), "attribute id is not a text"),
    "no data": (record({"specversion": "1.0", "type": TYPE, "id": "e"}), "attribute data is missing"),
    "no base64": (record(ENVELOPE | {"data_base64": "DUPONT!"}), "attribute data_base64 is not base64"),
    "base64 of a number": (record(ENVELOPE | {"data_base64": 3}), "attribute data_base64 is not base64"),
    "a bad body": (record(ENVELOPE | {"data": GOOD | {"version": "un"}}), "version: int_type"),
    "another key": (record(ENVELOPE, key=b"another"), "the record's key is not the key of its body"),
    "avro": (record(ENVELOPE, "application/cloudevents+avro"), "content-type: of CloudEvents only +json is read"),
    "two modes": (record(ENVELOPE, headers=[("content-type", b"a/b")]), "header content-type stands twice"),
    "a batch that is none": (record({}, BATCH), "the batch is not a JSON array"),
    "an empty batch": (record([], BATCH), f"the batch has 0 events, it may have 1 to {MAX_EVENTS}"),
    "a long batch": (record([1] * 101, BATCH), f"the batch has 101 events, it may have 1 to {MAX_EVENTS}"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_one_dead_letter_of_the_whole_record(name):
    bad, reason = BAD[name]
    [alone] = parts(bad)
    assert alone is bad
    dead = decode(alone, MODELS)
    assert isinstance(dead, Dead)
    assert dead.told == dead.reason
    assert dead.reason.startswith(reason)
    assert "DUPONT" not in dead.reason


def test_the_events_of_a_batch_are_records_of_their_own_that_say_which_they_are():
    second = ENVELOPE | {"id": "e2", "data": GOOD | {"version": 2}}
    batch = record([ENVELOPE, "DUPONT", second], BATCH, headers=[("x", b"y")])
    first, bad, last = parts(batch)
    assert [part_of(one) for one in (batch, first, bad, last)] == [0, 1, 2, 3]
    assert {(one.offset, one.key, one.timestamp) for one in (first, bad, last)} == {(5, KEY.encode(), batch.timestamp)}
    read = [decode(one, MODELS) for one in (first, last)]
    assert [(one.id, one.version) for one in read] == [("e1", 1), ("e2", 2)]
    assert decode(bad, MODELS).told == "event 2 of the batch: the event is not a JSON object"
    assert parts(last) == (last,)  # what is tried again alone stays alone


def test_a_part_that_was_kept_is_the_part_it_was():
    batch = record([ENVELOPE], BATCH)
    assert restored(batch, 0) is batch
    assert part_of(restored(batch, 7)) == 7


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda child: st.lists(child, max_size=4) | st.dictionaries(st.sampled_from([*ENVELOPE, "data_base64"]), child),
)


@given(
    st.one_of(st.binary(max_size=200), values.map(lambda one: json.dumps(one).encode())),
    st.sampled_from([STRUCTURED, BATCH]),
)
def test_any_bytes_in_any_mode_give_an_event_or_a_dead_letter_never_an_exception(value, media):
    for one in parts(record(value, media)):
        assert isinstance(decode(one, MODELS), Event | Dead)
