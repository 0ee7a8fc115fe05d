"""One damaged bit in the header of a batch, or in a marker: it is told, and it takes no good record along (0028)."""

import struct

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords

from chassis.fetching import UNREADABLE, Batches
from testkit.batches import batch, sealed

KEY = b"0b1ad0ac-3a3e-4d3c-9d8c-0f6e4ee5a001"
ATTRIBUTES, DELTA, PRODUCER, MAGIC = 22, 23, 43, 16


def read(answer, start=0, aborted=()):
    """The records of an answer, and where the reader goes on."""
    place, aborted = TopicPartition("t", 0), list(aborted)
    records = PartitionRecords(place, Batches(bytes(answer)), aborted, start, None, None, True, READ_COMMITTED)
    return list(records), records.next_fetch_offset


def two(key=KEY, base=0):
    return bytearray(batch([(key, value, [("ce_type", b"x")]) for value in (b"1", b"2")], base=base))


def good(base):
    return batch([(KEY, b"good", [])], base=base)


def marker(*, count=1, producer=7):
    """A transaction's marker as a broker stores it; count 0: what compaction leaves of a producer's last one."""
    key, value = struct.pack(">HH", 0, 1), struct.pack(">hi", 0, 0)
    record = b"\x00\x00\x00" + bytes([len(key) * 2]) + key + bytes([len(value) * 2]) + value + b"\x00"
    body = bytes([len(record) * 2]) + record if count else b""
    head = struct.pack(">qiibIhiqqqhii", 0, 49 + len(body), 0, 2, 0, 0x30, 0, 1, 1, producer, 0, -1, count)
    return sealed(head + body)


def told(found):
    return [one for one in found if one.headers and one.headers[0][0] == UNREADABLE]


def goods(found):
    return [one.value for one in found if one not in told(found)]


@pytest.mark.parametrize("key", [KEY, b"k", None], ids=["uuid", "one byte", "none"])
def test_a_batch_that_became_a_marker_by_damage_is_told(key):
    raw = two(key)
    raw[ATTRIBUTES] ^= 0x20
    found, end = read(raw + good(2))
    assert (len(told(found)), goods(found), end) == (1, [b"good"], 3)


@pytest.mark.parametrize("delta", [1 | 0x40, 1 - 2**31, 0, 2**31 - 1])
def test_the_last_offset_of_a_damaged_batch_is_where_the_next_one_begins(delta):
    raw = two(base=100)
    struct.pack_into(">i", raw, DELTA, delta)
    found, end = read(raw + good(102), start=100)
    assert (len(told(found)), goods(found), end) == (1, [b"good"], 103)


@pytest.mark.parametrize("delta", [1 - 2**31, -1, 2**31 - 1, 1])
def test_alone_in_an_answer_a_damaged_batch_never_sends_its_reader_back(delta):
    raw = two(base=100)
    struct.pack_into(">i", raw, DELTA, delta)
    raw[-1] ^= 1
    found, end = read(raw, start=100)
    assert (len(told(found)), end) == (1, 102)


def test_a_batch_that_belongs_to_an_aborted_producer_by_damage_is_told():
    raw = two()
    raw[ATTRIBUTES] |= 0x10
    struct.pack_into(">q", raw, PRODUCER, 5)
    assert told(read(raw, aborted=[(5, 0)])[0])


@pytest.mark.parametrize("magic", [0, 1, 3, 255])
def test_a_batch_of_another_format_is_told(magic):
    raw = two()
    raw[MAGIC] = magic
    found, end = read(raw + good(2))
    assert (len(told(found)), goods(found), end) == (1, [b"good"], 3)


@pytest.mark.parametrize("size", [12, 17, 40, 60])
def test_a_batch_that_ends_within_its_header_is_told(size):
    raw = two()[:size]
    struct.pack_into(">i", raw, 8, size - 12)
    found, end = read(raw + good(2))
    assert (len(told(found)), goods(found), end) == (1, [b"good"], 3)


@pytest.mark.parametrize("at", range(61, 77))
def test_a_damaged_marker_stops_nothing(at):
    raw = bytearray(marker())
    raw[at] ^= 0xFF
    found, end = read(raw + good(1))
    assert (goods(found)[-1], end) == (b"good", 2)


def test_a_marker_that_compaction_has_emptied_stops_nothing():
    assert goods(read(marker(count=0) + good(1))[0]) == [b"good"]


def test_a_good_marker_is_passed_without_a_word():
    found, end = read(marker() + good(1))
    assert (told(found), goods(found), end) == ([], [b"good"], 2)
