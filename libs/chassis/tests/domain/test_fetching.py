"""Any bytes of a broker's answer become records: what cannot be read is one that says why, what can be read is read."""

import struct
import subprocess
import sys
import time

import cramjam
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from hypothesis import given
from hypothesis import strategies as st

from chassis import fetching
from chassis.fetching import MAX_UNPACKED_BYTES, UNREADABLE, Batches
from testkit.batches import CODECS, HEADER_BYTES, PACK, batch, renamed, repacked, sealed

NAME = "naïf"


def read(answer, start=0):
    """What the fetcher makes of an answer, by its own class."""
    records = PartitionRecords(TopicPartition("t", 0), Batches(answer), [], start, None, None, True, READ_COMMITTED)
    return list(records), records.next_fetch_offset


def simple(*values):
    return [(b"k", value, [("ce_type", b"x")]) for value in values]


def unreadable(record):
    return record.headers[0][1].decode() if record.headers and record.headers[0][0] == UNREADABLE else None


@pytest.mark.parametrize("codec", CODECS)
def test_a_batch_of_every_codec_is_read(codec):
    found, end = read(batch(simple(b"1", b"2" * 5000, None), codec))
    assert [(one.offset, one.value) for one in found] == [(0, b"1"), (1, b"2" * 5000), (2, None)]
    assert end == 3


@pytest.mark.parametrize("codec", CODECS)
def test_a_header_whose_name_is_not_utf8_stops_nothing(codec):
    raw = batch([(b"k", b"1", []), (b"k", b"2", [(NAME, b"v"), ("ce_type", b"x")]), (None, b"3", [])])
    found, end = read(renamed(raw, codec, NAME.encode(), b"na\xff\xfef") + batch(simple(b"after"), base=3))
    assert [(one.offset, one.value) for one in found] == [(0, b"1"), (1, b"2"), (2, b"3"), (3, b"after")]
    assert [name.encode(errors="surrogateescape") for name, _ in found[1].headers] == [b"na\xff\xfef", b"ce_type"]
    assert (found[0].timestamp, end) == (1_700_000_000_000, 4)


def xerial(data):
    """The framing of Kafka's Java client."""
    blocks = [bytes(cramjam.snappy.compress_raw(data[at : at + 32])) for at in range(0, len(data), 32)]
    header = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
    return header + b"".join(struct.pack(">i", len(block)) + block for block in blocks)


def test_snappy_as_the_java_client_frames_it_is_read():
    raw = batch(simple(b"a" * 100, b"b"))
    found, _ = read(repacked(raw, "snappy", xerial(raw[61:])))
    assert [one.value for one in found] == [b"a" * 100, b"b"]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_batch_that_unpacks_to_too_much_is_one_record_that_says_so_and_is_never_held(codec):
    content = b"\x00" * (MAX_UNPACKED_BYTES + 1)
    packed = PACK[codec](content)
    del content
    found, end = read(repacked(batch(simple(b"1", b"2")), codec, packed) + batch(simple(b"after"), base=2))
    assert [one.offset for one in found] == [1, 2]
    assert unreadable(found[0]).startswith(
        "the batch cannot be unpacked, or not within 32 MiB; it has the offsets 0 to 1"
    )
    assert (found[1].value, end) == (b"after", 3)


BROKEN = {
    "checksum": lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
    "unknown codec": lambda raw: repacked(raw, "none", raw[61:])[:21] + b"\x00\x07" + raw[23:],
    "not packed": lambda raw: repacked(raw, "zstd", b"no zstd"),
    "snappy cut": lambda raw: repacked(raw, "snappy", xerial(raw[61:])[:-3]),
    "record too long": lambda raw: repacked(raw, "none", b"\x7e" + raw[62:]),
    "cut": lambda raw: repacked(raw, "none", raw[61:-2]),
    "empty": lambda raw: repacked(raw, "none", b""),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_batch_is_told_with_its_last_offset_and_passed(kind):
    raw = BROKEN[kind](batch(simple(b"1", b"2")))
    raw = raw if kind == "checksum" else sealed(raw)
    found, end = read(raw + batch(simple(b"after"), base=2))
    assert any(unreadable(one) for one in found[:-1])
    assert [one.offset for one in found][-2:] == [1, 2]
    assert (found[-1].value, end) == (b"after", 3)


def test_a_position_in_the_middle_of_a_broken_batch_moves_on_too():
    found, end = read(BROKEN["checksum"](batch(simple(b"1", b"2", b"3"))), start=1)
    assert ([one.offset for one in found], end) == ([2], 3)


RECORDS = st.lists(st.tuples(st.none() | st.binary(), st.none() | st.binary(), st.just([("h", b"v")])), min_size=1)


def damaged(data, raw, first):
    """With up to four other bytes from the byte `first` on."""
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(0, 4))):
        changed[data.draw(st.integers(first, len(raw) - 1))] = data.draw(st.integers(0, 255))
    return bytes(changed)


@given(st.data(), RECORDS, st.sampled_from(list(CODECS)))
def test_whatever_happened_to_a_batch_its_reader_comes_to_its_end(data, records, codec):
    raw = damaged(data, batch(records, codec), HEADER_BYTES)
    raw = raw[:22] + bytes([data.draw(st.integers(0, 7))]) + raw[23:]  # another codec than it says
    found, end = read(raw + batch(simple(b"after"), base=len(records)))
    assert (found[-1].value, end) == (b"after", len(records) + 1)


@given(st.data(), RECORDS)
def test_records_of_a_malformed_batch_are_read_up_to_what_cannot_be(data, records):
    found = list(fetching._one_by_one(damaged(data, batch(records), HEADER_BYTES)))
    assert len(found) <= len(records)
    assert all(one.offset == len(records) - 1 for one in found if unreadable(one))


def test_reading_a_good_batch_costs_little_more_than_aiokafkas_own():
    raw = batch(simple(*[b"x" * 300] * 1000))

    def seconds(kind):
        best = 9.0
        for _ in range(20):
            started = time.perf_counter()
            records = PartitionRecords(TopicPartition("t", 0), kind(raw), [], 0, None, None, True, READ_COMMITTED)
            assert len(list(records)) == 1000
            best = min(best, time.perf_counter() - started)
        return best

    from aiokafka.record.memory_records import MemoryRecords  # noqa: PLC0415

    ratio = seconds(fetching.Batches) / seconds(MemoryRecords)
    print(f"a batch of 1,000: {ratio:.2f} times aiokafka's own")  # noqa: T201
    assert ratio < 1.5


def test_the_room_for_large_batches_costs_nothing_before_one_comes():
    """32 MiB in each of four services, where a national import has 400 MB together."""
    script = """
import aiokafka.consumer.fetcher, cramjam, psutil
before = psutil.Process().memory_info().rss
import chassis.fetching
print(psutil.Process().memory_info().rss - before)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 8_000_000
