"""Fetched bytes → records, never an exception: what cannot be read is a record that says so, and is passed.

aiokafka 0.14 raises inside `getmany` for a batch that is damaged, that it cannot unpack, or that has a header whose
name is not UTF-8; it raises for ever, because its position does not move. Importing this module puts `Batches` where
its fetcher cuts an answer into batches. aiokafka's extension still reads each batch first (docs/decisions/0028).
"""

import struct
from collections.abc import Iterator
from io import BytesIO
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any, NamedTuple

import aiokafka.consumer.fetcher
import cramjam
from aiokafka import ConsumerRecord
from aiokafka.record.control_record import ControlRecord
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.memory_records import _MemoryRecordsPy
from aiokafka.record.util import decode_varint_py as decode_varint  # the extension reads beyond the end

MAX_UNPACKED_BYTES = 32 * 1024 * 1024
"""What a batch may hold. By default a broker takes 1 MiB of packed bytes, and JSON packs ten- to twentyfold."""

_MAX_RATIO, _SMALL_BYTES = 100, 1024 * 1024
"""A larger batch may unpack to so many times its size: small ones, thousands in an answer, would fill the memory."""

UNREADABLE, DELETED = "\x00unreadable", "\x00deleted"
"""The first header of a record that stands for what could not be read, or was gone; its value says why."""

_HEADER = struct.Struct(">qiibIhiqqqhii")  # of a batch in message format 2, up to the number of its records
_FIRST = struct.Struct(">q")
_MAGIC_AT, _MAGIC = struct.calcsize(">qii"), 2
_ATTRIBUTES_AT = struct.calcsize(">qiibI")
_CODEC, _LOG_APPEND_TIME, _TRANSACTIONAL, _CONTROL = 0x07, 0x08, 0x10, 0x20
_GZIP, _SNAPPY, _LZ4, _ZSTD = 1, 2, 3, 4
_UNPACK = {
    _GZIP: cramjam.gzip.decompress_into,
    _LZ4: cramjam.lz4.decompress_into,
    _ZSTD: cramjam.zstd.decompress_into,
}
_XERIAL = b"\x82SNAPPY\x00"  # the framing of Kafka's Java client: 16 bytes, then blocks with their lengths
# Pages that nothing is written to cost nothing; a bytearray would write zeros to all.
_room = mmap(-1, MAX_UNPACKED_BYTES, flags=MAP_PRIVATE | MAP_ANONYMOUS)


class _Record(NamedTuple):
    """The attributes that the fetcher reads of a record."""

    offset: int
    timestamp: int  # milliseconds
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    checksum: None = None


_END = _Record(0, 0, 0, struct.pack(">hh", 0, 0), None, [])
"""The marker of an aborted transaction: whatever its producer wrote before, what it writes next is good."""


class _Unreadable(Exception):
    """Says why, without a word of the content."""


class Batches(_MemoryRecordsPy):  # type: ignore[misc]  # declared final, for typing alone
    """The batches of one answer."""

    def next_batch(self, *_: Any) -> Any:
        raw = self._next_slice
        if raw is None:
            return None
        self._cache_next()
        return _Batch(raw, _base_offset(self._next_slice))


class _Batch:
    """What aiokafka asks of a batch; nothing of it raises. `following`: where the next batch of the answer begins.

    Of a damaged one nothing is believed: it is no marker, it belongs to no transaction, and it is one record.
    """

    def __init__(self, raw: memoryview, following: int | None) -> None:
        self._raw = raw
        self._damaged = ""
        self.base_offset = _base_offset(raw) or 0
        attributes = delta = count = 0
        self._time, self.producer_id = 0, -1
        if len(raw) < _HEADER.size or raw[_MAGIC_AT] != _MAGIC:
            self._damaged = "the batch has another format"
        else:
            _, _, _, _, _, attributes, delta, self._time, _, self.producer_id, _, _, count = _HEADER.unpack_from(raw)
            if not _checksum_is_right(raw):
                self._damaged = "the checksum of the batch is wrong"
        self.is_control_batch = bool(attributes & _CONTROL)
        self.is_transactional = bool(attributes & _TRANSACTIONAL) and not self._damaged
        last = _last_offset(self.base_offset, delta, count, following) if self._damaged else self.base_offset + delta
        self.next_offset = last + 1

    def validate_crc(self) -> bool:
        """True also of a damaged batch: it would be fetched again for ever."""
        return True

    def __next__(self) -> Any:
        """The marker of a control batch; the end of a transaction where it cannot be read, or was compacted away."""
        if self._damaged:
            self.is_control_batch = False  # what may be a batch of data is told
            return _END
        try:
            marker = next(DefaultRecordBatch(self._raw))
            ControlRecord.parse(marker.key)
        except Exception:  # noqa: BLE001  # whatever it is, it would stop the reader for ever
            return _END
        return marker

    def __iter__(self) -> Iterator[Any]:
        try:
            if self._damaged:
                raise _Unreadable(self._damaged)
            plain = _unpacked(self._raw)
        except _Unreadable as error:
            return iter([self._as_one_record(str(error))])
        try:
            return iter(list(DefaultRecordBatch(plain)))
        except Exception:  # noqa: BLE001  # whatever it is, each record is looked at alone
            return _one_by_one(plain)

    def _as_one_record(self, reason: str) -> _Record:
        """At the last offset, the bytes as they came: a tool that knows more may read them."""
        last = self.next_offset - 1
        if last > self.base_offset:
            reason = f"{reason}; it has the offsets {self.base_offset} to {last}"
        return _unreadable(last, self._time, bytes(self._raw), reason)


def _base_offset(raw: memoryview | None) -> int | None:
    return None if raw is None or len(raw) < _FIRST.size else int(_FIRST.unpack_from(raw)[0])


def _checksum_is_right(raw: memoryview) -> bool:
    try:
        return bool(DefaultRecordBatch(raw).validate_crc())
    except Exception:  # noqa: BLE001  # lengths that contradict each other
        return False


def _last_offset(base: int, delta: int, count: int, following: int | None) -> int:
    """Of a damaged batch: the next batch of the answer says it. Without one, its two own numbers, if they can be true:
    a batch has no more records than bytes. Too high a guess passes good records, and the letter names them all.
    """
    if following is not None and following > base:
        return following - 1
    return base + max([one for one in (delta, count - 1) if 0 <= one < MAX_UNPACKED_BYTES], default=0)


def deleted(topic: str, partition: int, first: int, last: int) -> ConsumerRecord:
    """Stands for the records that a topic no longer had when its reader came to them."""
    reason = f"the records {first} to {last} were deleted before they were read"
    return ConsumerRecord(topic, partition, last, 0, 0, None, None, None, -1, -1, ((DELETED, reason.encode()),))


def _unreadable(offset: int, timestamp: int, raw: bytes, reason: str) -> _Record:
    return _Record(offset, timestamp, 0, None, raw, [(UNREADABLE, reason.encode())])


def _unpacked(raw: memoryview) -> bytes:
    """The batch without packing. Raises _Unreadable, also where it would be larger than MAX_UNPACKED_BYTES."""
    codec = raw[_ATTRIBUTES_AT + 1] & _CODEC
    if not codec:
        return bytes(raw)
    packed = bytes(raw[_HEADER.size :])
    try:
        size = _unpack_snappy(packed) if codec == _SNAPPY else _UNPACK[codec](packed, _room)
    except KeyError:
        raise _Unreadable("the codec of the batch is unknown") from None
    except (cramjam.DecompressionError, struct.error, ValueError, OSError):
        limit = MAX_UNPACKED_BYTES // 1024 // 1024
        raise _Unreadable(f"the batch cannot be unpacked, or not within {limit} MiB") from None
    if size > max(_SMALL_BYTES, _MAX_RATIO * len(packed)):
        raise _Unreadable(f"the batch unpacks to more than {_MAX_RATIO} times its size")
    header = bytearray(raw[: _HEADER.size])
    header[_ATTRIBUTES_AT + 1] &= ~_CODEC & 0xFF
    return bytes(header) + bytes(memoryview(_room)[:size])


def _unpack_snappy(packed: bytes) -> int:
    """Into the room; returns the size. Raises cramjam.DecompressionError, ValueError or struct.error."""
    if not packed.startswith(_XERIAL):
        return int(cramjam.snappy.decompress_raw_into(packed, _room))
    size, blocks = 0, BytesIO(packed[16:])
    while length := blocks.read(4):
        block = blocks.read(struct.unpack(">i", length)[0])
        size += cramjam.snappy.decompress_raw_into(block, memoryview(_room)[size:])
    return size


def _one_by_one(batch: bytes) -> Iterator[_Record]:
    """The records of a plain batch that aiokafka could not read to its end."""
    header = _HEADER.unpack_from(batch)
    base, attributes, last_delta, first_time, max_time, count = (header[index] for index in (0, 5, 6, 7, 8, 12))
    position = _HEADER.size
    for _ in range(count):
        start = position
        try:
            length, start = decode_varint(batch, position)
            position = start + length
            if length < 0 or position > len(batch):
                raise _Unreadable
            record = _parsed(batch[start:position], base, first_time)
        except (_Unreadable, IndexError, ValueError):
            reason = "the batch is malformed from here to its end"
            yield _unreadable(base + last_delta, first_time, batch[start:], reason)
            return
        if attributes & _LOG_APPEND_TIME:
            record = record._replace(timestamp=max_time, timestamp_type=1)
        yield record


def _parsed(raw: bytes, base: int, first_time: int) -> _Record:
    """One record; bytes of a header's name that are not UTF-8 become surrogates. Raises IndexError, ValueError."""
    time_delta, at = decode_varint(raw, 1)  # the first byte holds nothing yet
    offset_delta, at = decode_varint(raw, at)
    key, at = _chunk(raw, at)
    value, at = _chunk(raw, at)
    count, at = decode_varint(raw, at)
    headers = []
    for _ in range(count):
        name, at = _chunk(raw, at)
        content, at = _chunk(raw, at)
        headers.append(((name or b"").decode(errors="surrogateescape"), content))
    if at != len(raw):
        raise ValueError("the length of the record is wrong")
    return _Record(base + offset_delta, first_time + time_delta, 0, key, value, headers)


def _chunk(raw: bytes, at: int) -> tuple[bytes | None, int]:
    """A length and that many bytes; a negative length is null."""
    length, at = decode_varint(raw, at)
    if length < 0:
        return None, at
    return raw[at : at + length], at + length


aiokafka.consumer.fetcher.MemoryRecords = Batches
