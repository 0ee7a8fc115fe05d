"""The QR code's token: names one version of one convocation, and nobody can make one for another (R24, public page)."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

_SEAL_BYTES = 12
_USE = b"verification"  # another use of the same secret gives other seals


class Verdict(StrEnum):
    """What the public page says, and all that it says."""

    VALIDE = "VALIDE"
    REMPLACEE = "REMPLACEE"
    ANNULEE = "ANNULEE"


def make_token(convocation_id: UUID, version: int, secret: str) -> str:
    """43 characters that stand in a URL."""
    name = convocation_id.bytes + version.to_bytes(4, "big")
    return urlsafe_b64encode(name + _seal(name, secret)).decode().rstrip("=")


def read_token(token: str, secret: str) -> tuple[UUID, int] | None:
    """The convocation and version of a token of ours, else None."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        return None
    name, seal = raw[:20], raw[20:]
    if len(name) != 20 or not hmac.compare_digest(seal, _seal(name, secret)):
        return None
    return UUID(bytes=name[:16]), int.from_bytes(name[16:], "big")


def verdict(version: int, *, courante: int, active: bool) -> Verdict:
    """A later version replaces it; a cancelled convocation holds in no version."""
    if not active:
        return Verdict.ANNULEE
    return Verdict.VALIDE if version == courante else Verdict.REMPLACEE


def _seal(name: bytes, secret: str) -> bytes:
    key = hmac.digest(secret.encode(), _USE, sha256)
    return hmac.digest(key, name, sha256)[:_SEAL_BYTES]
