"""Decoding is total: any record gives an event or a named fault, and the fault quotes no value (X1, X20)."""

import dataclasses
import json

import pytest
from aiokafka import ConsumerRecord
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from chassis.cloudevents import Dead, Event, _anybodys, _our_own, decode, traceparent_of
from chassis.envelopes import STRUCTURED
from chassis.fetching import UNREADABLE

KEY = "0b1f6c1e-0d29-5a53-9d62-5a4f2c1d3e4f"


class Body(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)
    id: str
    version: int
    hash: str
    nom: str = ""

    @property
    def aggregate(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return self.id


MODELS = {"fr.imagin.thing.v1": Body}
GOOD = {"id": KEY, "version": 1, "hash": "h", "nom": "DUPONT"}


def record(value=json.dumps(GOOD).encode(), key=KEY.encode(), headers=(("ce_type", b"fr.imagin.thing.v1"),)):
    return ConsumerRecord("t", 0, 5, 1_700_000_000_000, 0, key, value, None, 0, 0, tuple(headers))


def test_a_good_record_becomes_an_event_with_its_envelope():
    headers = [
        *(("ce_type", b"fr.imagin.thing.v1"), ("ce_id", b"e1"), ("ce_time", b"2020-01-15T10:00:00+00:00")),
        *(("ce_correlationid", b"c1"), ("traceparent", b"00-aa-bb-01")),
    ]
    event = decode(record(headers=headers), MODELS)
    assert isinstance(event, Event)
    assert (event.aggregate, event.version, event.id, event.correlation_id) == (KEY, 1, "e1", "c1")
    assert event.as_cause.causation_id == "e1"


BAD = {
    "not JSON": (record(b"{not json"), "body: json_invalid"),
    "not UTF-8": (record(b'{"id": "\xff"}'), "body: json_invalid"),
    "wrong schema": (record(json.dumps(GOOD | {"version": "un"}).encode()), "version: int_type"),
    "array": (record(b"[]"), "body: model_type"),
    "empty value": (record(b""), "body: json_invalid"),
    "tombstone": (record(None), "tombstone: the record has no value"),
    "U+0000": (record(headers=[("ce_type", b"fr.imagin.thing.v1"), ("ce_id", b"a\0b")]), "header ce_id has U+0000"),
    "null header": (record(headers=[("ce_type", None)]), "header ce_type is null"),
    "non-UTF-8 header": (record(headers=[("ce_type", b"\xff\xfe")]), "header ce_type is not UTF-8"),
    "header twice": (record(headers=[("ce_type", b"fr.imagin.thing.v1")] * 2), "header ce_type stands twice"),
    "long id": (
        record(headers=[("ce_type", b"fr.imagin.thing.v1"), ("ce_id", b"a" * 1_001)]),
        "header ce_id has 1001 bytes, more than 1000",
    ),
    "unreadable": (record(headers=[(UNREADABLE, b"the checksum of the batch is wrong")]), "the checksum of the batch"),
    "before year 1": (dataclasses.replace(record(), timestamp=-(2**62)), "the timestamp of the record is outside"),
    "after year 9999": (dataclasses.replace(record(), timestamp=2**62), "the timestamp of the record is outside"),
    "no type": (record(headers=[]), "header ce_type is missing"),
    "unknown type": (record(headers=[("ce_type", b"fr.imagin.other.v1")]), "unknown event type"),
    "1 MB": (record(b" " * 900_001), "the value has 900001 bytes, more than 900000"),
    "other key": (record(key=b"another"), "the record's key is not the key of its body"),
    "no key": (record(key=None), "the record's key is not the key of its body"),
}


TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FOREIGN = {  # what agents and frameworks of a producer add
    "none": ([("traceparent", TRACE)], TRACE.decode()),
    "binary": ([("elasticapmtraceparent", b"\x00\x01\xff"), ("traceparent", TRACE)], TRACE.decode()),
    "null": ([("spring_returnedFrom", None)], None),
    "twice": ([("x", b"1"), ("x", b"2")], None),
    "name not UTF-8": ([("na\udcff", b"1")], None),
    "traceparent twice": ([("traceparent", TRACE)] * 2, None),
    "traceparent null": ([("traceparent", None)], None),
    "traceparent binary": ([("traceparent", b"\xff\xfe")], None),
    "traceparent of no form": ([("traceparent", b"00-aa-bb-01")], None),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_headers_that_are_not_read_are_not_judged_and_a_bad_trace_is_no_trace(name):
    headers, traceparent = FOREIGN[name]
    event = decode(record(headers=[*headers, ("ce_type", b"fr.imagin.thing.v1")]), MODELS)
    assert isinstance(event, Event)
    assert event.cause.traceparent == traceparent


OURS = [
    *(("content-type", b"application/json"), ("ce_type", b"fr.imagin.thing.v1"), ("ce_id", b"e1")),
    *(("ce_correlationid", b"c1"), ("ce_causationid", b"k1"), ("traceparent", TRACE)),
]
LONG = [*OURS[:3], ("ce_correlationid", b"c" * 1_001), ("ce_causationid", b"k1")]
ENVELOPED = {"specversion": "1.0", "type": "fr.imagin.thing.v1", "id": "i" * 1_001, "data": GOOD}


@pytest.mark.parametrize(
    "one",
    [record(headers=LONG), record(json.dumps(ENVELOPED).encode(), headers=[("content-type", STRUCTURED.encode())])],
)
def test_an_attribute_that_each_event_that_follows_would_bear_is_bounded_however_it_comes(one):
    """Kafka takes no event above a size: the relay would try for ever to send it, and nothing behind it."""
    assert "bytes, more than 1000" in decode(one, MODELS).reason


def test_a_trace_that_is_longer_than_any_is_none():
    assert traceparent_of([("traceparent", TRACE + b"-" + b"0" * 1_000)]) is None


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_dead_with_a_reason_that_quotes_nothing(name):
    bad, reason = BAD[name]
    dead = decode(bad, MODELS)
    assert isinstance(dead, Dead)
    assert dead.reason.startswith(reason)
    assert "DUPONT" not in dead.reason


def test_an_unreadable_record_still_names_its_aggregate_when_its_key_is_one():
    assert decode(record(b"{"), MODELS).aggregate == KEY
    assert decode(record(b"{", key=b"0690123A"), MODELS).aggregate is None


others = st.tuples(
    st.sampled_from([*dict(OURS), "x"]),
    st.sampled_from([None, b"", b"\xff", b"a\0b", b"1", TRACE, b"application/cloudevents+json", b"application/json"]),
)


@example([*OURS[1:], OURS[0]], 5, [("content-type", b"application/cloudevents+json")], b"{}")
@given(st.permutations(OURS), st.integers(5, 6), st.lists(others, max_size=1), st.sampled_from([b"{}", None]))
def test_what_is_read_of_our_own_events_at_once_is_what_is_read_header_by_header(ours, some, more, value):
    one = record(value=value, headers=[*more, *ours[:some]])
    quick = _our_own(one)
    assert quick is None or quick == _anybodys(one)


def test_an_event_of_our_own_is_read_at_once():
    assert _our_own(record(headers=OURS)) == _anybodys(record(headers=OURS))


header = st.tuples(st.sampled_from(["ce_type", "ce_id", "ce_time", "x"]), st.one_of(st.none(), st.binary(max_size=40)))
values = st.one_of(
    st.none(),
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda child: st.lists(child) | st.dictionaries(st.text(), child),
    ).map(lambda value: json.dumps(value).encode()),
)


@given(values, st.one_of(st.none(), st.binary(max_size=40)), st.lists(header, max_size=4), st.booleans())
def test_any_bytes_give_an_event_or_a_dead_letter_never_an_exception(value, key, headers, typed):
    typed_headers = [("ce_type", b"fr.imagin.thing.v1")] if typed else []
    decoded = decode(dataclasses.replace(record(), value=value, key=key, headers=(*typed_headers, *headers)), MODELS)
    assert isinstance(decoded, (Event, Dead))
