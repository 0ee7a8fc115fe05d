"""Decoding is total: any record gives an event or a named fault, and the fault quotes no value (X1, X20)."""

import dataclasses
import json

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from chassis.cloudevents import MAX_VALUE_BYTES, Dead, Event, decode

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
    "null header": (record(headers=[("ce_type", b"fr.imagin.thing.v1"), ("traceparent", None)]), "a header is null"),
    "non-UTF-8 header": (
        record(headers=[("ce_type", b"fr.imagin.thing.v1"), ("traceparent", b"\xff\xfe")]),
        "a header is not UTF-8",
    ),
    "header twice": (record(headers=[("ce_type", b"fr.imagin.thing.v1")] * 2), "a header stands twice"),
    "no type": (record(headers=[]), "header ce_type is missing"),
    "unknown type": (record(headers=[("ce_type", b"fr.imagin.other.v1")]), "unknown event type"),
    "1 MB": (record(b" " * (MAX_VALUE_BYTES + 1)), f"the value has more than {MAX_VALUE_BYTES} bytes"),
    "other key": (record(key=b"another"), "the record's key is not the key of its body"),
    "no key": (record(key=None), "the record's key is not the key of its body"),
}


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
