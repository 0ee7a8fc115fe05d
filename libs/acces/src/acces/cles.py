"""The keys of one purpose: the first seals, all are read, so that a rotation ends nothing printed or sent (0035)."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

_SHORTEST = 8  # bytes: a seal that is cut down is none


class Cles:
    """`keys`: the one that seals from now on, then those that sealed before it."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def seal(self, use: bytes, content: bytes, size: int) -> bytes:
        """The first `size` bytes (32 at most) of the seal of `content`; another `use` of the same keys has others."""
        return _seal(self._keys[0], use, content)[:size]

    def verify(self, use: bytes, content: bytes, seal: bytes) -> bool:
        """Whether one of the keys made this seal; its size is the caller's to know."""
        return len(seal) >= _SHORTEST and any(
            hmac.compare_digest(_seal(key, use, content)[: len(seal)], seal) for key in self._keys
        )


def _seal(key: bytes, use: bytes, content: bytes) -> bytes:
    return hmac.digest(hmac.digest(key, use, sha256), content, sha256)
