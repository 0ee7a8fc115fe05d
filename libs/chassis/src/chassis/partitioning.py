"""Which partition a key belongs to: murmur2, as Kafka's own clients, so that every writer agrees (D14).

aiokafka's, written byte by byte, was a tenth of what mission-import does; this one gives the same numbers (tested).
"""

from struct import unpack

_FACTOR, _SEED, _MASK = 0x5BD1E995, 0x9747B28C, 0xFFFFFFFF


def partition_of(key: bytes, count: int) -> int:
    """The partition of `key` among `count`, counted from 0."""
    return (murmur2(key) & 0x7FFFFFFF) % count


def murmur2(key: bytes) -> int:
    """The 32-bit MurmurHash2 of Kafka's Java client (`Utils.murmur2`), unsigned."""
    words = len(key) // 4
    value = _SEED ^ len(key)
    for word in unpack(f"<{words}I", key[: 4 * words]):
        mixed = word * _FACTOR & _MASK
        value = (value * _FACTOR & _MASK) ^ ((mixed ^ mixed >> 24) * _FACTOR & _MASK)
    rest = key[4 * words :]
    if rest:
        value = (value ^ int.from_bytes(rest, "little")) * _FACTOR & _MASK
    value = (value ^ value >> 13) * _FACTOR & _MASK
    return value ^ value >> 15
