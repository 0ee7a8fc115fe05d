"""Which partition a key belongs to: murmur2, as Kafka's own clients, so that every writer agrees (D14).

aiokafka's goes byte by byte, ours through all keys of a batch at once: each is a lane of 64 bits in one large number,
so that an operation of Python is one on every key. 0.6 µs a key of 36 bytes; one by one it took 2.4.
"""

from collections.abc import Iterable, Sequence
from struct import pack, unpack

_FACTOR, _SEED, _MASK = 0x5BD1E995, 0x9747B28C, 0xFFFFFFFF


def hashes_of(keys: Iterable[bytes]) -> dict[bytes, int]:
    """What the partition of each key follows from: modulo the number of partitions, counted from 0."""
    alike: dict[int, list[bytes]] = {}
    for key in set(keys):
        alike.setdefault(len(key), []).append(key)
    return {key: value for some in alike.values() for key, value in zip(some, _murmur2(some), strict=True)}


def _murmur2(keys: Sequence[bytes]) -> Iterable[int]:
    """The 32-bit MurmurHash2 of Kafka's Java client (`Utils.murmur2`) without its sign; `keys` have one length.

    A lane holds 32 bits. A product has room in it, and what a shift brings from the next lane falls out of the mask.
    """
    length, count = len(keys[0]), len(keys)
    words = length // 4
    mask = int.from_bytes(pack("<Q", _MASK) * count, "little")
    parts = unpack("<" + f"{words}I{length % 4}s" * count, b"".join(keys))
    value = mask // _MASK * (_SEED ^ length)
    for word in range(words):
        mixed = _lanes(parts[word :: words + 1]) * _FACTOR & mask
        mixed = (mixed ^ mixed >> 24 & mask) * _FACTOR & mask
        value = value * _FACTOR & mask ^ mixed
    if length % 4:
        rests = [int.from_bytes(rest, "little") for rest in parts[words :: words + 1]]
        value = (value ^ _lanes(rests)) * _FACTOR & mask
    value = (value ^ value >> 13 & mask) * _FACTOR & mask
    value ^= value >> 15 & mask
    return [one & 0x7FFFFFFF for one in unpack(f"<{count}Q", value.to_bytes(8 * count, "little"))]


def _lanes(values: Sequence[int]) -> int:
    return int.from_bytes(pack(f"<{len(values)}Q", *values), "little")
