"""Batches of records as bytes, good ones and such as no client of ours could write, and their way to a broker."""

import struct
from collections.abc import Callable, Sequence

from aiokafka import TopicPartition, codec
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record._crc32c import crc
from aiokafka.record.default_records import DefaultRecordBatchBuilder

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
PACK: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": codec.gzip_encode,
    "snappy": codec.snappy_encode,
    "lz4": codec.lz4_encode,
    "zstd": codec.zstd_encode,
}
HEADER_BYTES = 61
Entry = tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]]
"""Key, value, headers."""


def batch(
    records: Sequence[Entry], packing: str = "none", *, base: int = 0, timestamp: int = 1_700_000_000_000
) -> bytes:
    """As a broker stores it: offsets from `base`, checksum right; `timestamp` in milliseconds."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=CODECS[packing],
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=10**9,
    )
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, timestamp, key, value, list(headers))
    return sealed(struct.pack(">q", base) + bytes(builder.build())[8:])


def sealed(raw: bytes) -> bytes:
    """The same bytes with their right checksum."""
    return raw[:17] + struct.pack(">I", crc(raw[21:])) + raw[21:]


def repacked(raw: bytes, packing: str, packed: bytes) -> bytes:
    """The batch with other bytes behind its header, said to be of `packing`."""
    length, attributes = struct.pack(">i", 49 + len(packed)), struct.pack(">h", CODECS[packing])
    return sealed(raw[:8] + length + raw[12:21] + attributes + raw[23:HEADER_BYTES] + packed)


def renamed(raw: bytes, packing: str, name: bytes, other: bytes) -> bytes:
    """A plain batch in which `name` has become `other`, of the same length; packed by `packing`."""
    assert len(name) == len(other)
    return repacked(raw, packing, PACK[packing](raw[HEADER_BYTES:].replace(name, other)))


async def send(bootstrap: str | list[str], topic: str, partition: int, raw: bytes) -> int:
    """The offset of its first record. Raises aiokafka's error where the broker refuses it."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        await client.set_topics([topic])
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        request = ProduceRequest(None, -1, 10_000, [(topic, [(partition, raw)])])
        answer = await client.send(leader, request)
        [(_, [(_, code, offset, *_)])] = answer.topics
        if code:
            raise for_code(code)
        return int(offset)
    finally:
        await client.close()
