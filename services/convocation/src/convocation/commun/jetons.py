"""Sealed names that stand in a URL: of a version (its QR code, R24), of a person's own pages, of a calendar.

Nobody can make one without the secret, nor use one for another purpose than its own. Ours, because it must be short
for a QR code on paper, where what is printed stays valid for ever: a JWT or itsdangerous would be longer.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from enum import Enum
from hashlib import sha256
from uuid import UUID


class UsageJeton(Enum):
    """What a token is for: its own seals from the one secret; then bytes of its name and of its seal."""

    VERIFICATION = (b"verification", 20, 12)
    LIEN = (b"lien", 24, 16)
    CALENDRIER = (b"calendrier", 16, 16)


def make_verification(convocation_id: UUID, version: int, secret: str) -> str:
    """43 characters; those printed stay valid for ever."""
    return _make(UsageJeton.VERIFICATION, convocation_id.bytes + version.to_bytes(4, "big"), secret)


def read_verification(token: str, secret: str) -> tuple[UUID, int] | None:
    """The convocation and version of a token of ours, else None."""
    name = _read(UsageJeton.VERIFICATION, token, secret)
    return None if name is None else (UUID(bytes=name[:16]), int.from_bytes(name[16:], "big"))


def make_lien(convocation_id: UUID, fin: datetime, secret: str) -> str:
    """54 characters that open the pages of a convocation's person until `fin`.

    A mistyped year may end before 1970: the link has expired, and the other mails of the request do not fail.
    """
    end = max(int(fin.timestamp()), 0)
    return _make(UsageJeton.LIEN, convocation_id.bytes + end.to_bytes(8, "big"), secret)


def read_lien(token: str, secret: str, now: datetime) -> UUID | None:
    """The convocation of a token of ours that is valid now, else None."""
    name = _read(UsageJeton.LIEN, token, secret)
    if name is None or now.timestamp() >= int.from_bytes(name[16:], "big"):
        return None
    return UUID(bytes=name[:16])


def fin_du_lien(dates: Sequence[date], jours: int, zone: tzinfo) -> datetime:
    """The end of the last day a link holds: `jours` after the last of `dates`, as clocks show it in `zone`."""
    last = min(max(dates).toordinal() + jours + 1, date.max.toordinal())
    return datetime.combine(date.fromordinal(last), time(), zone)


def make_calendrier(abonnement_id: UUID, secret: str) -> str:
    """43 characters; valid as long as the subscription is."""
    return _make(UsageJeton.CALENDRIER, abonnement_id.bytes, secret)


def read_calendrier(token: str, secret: str) -> UUID | None:
    """The subscription of a token of ours, else None."""
    name = _read(UsageJeton.CALENDRIER, token, secret)
    return None if name is None else UUID(bytes=name)


def _make(usage: UsageJeton, name: bytes, secret: str) -> str:
    return urlsafe_b64encode(name + _seal(usage, name, secret)).decode().rstrip("=")


def _read(usage: UsageJeton, token: str, secret: str) -> bytes | None:
    """One spelling only: base64 itself skips strange characters and takes any padding."""
    _, named, sealed = usage.value
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        return None
    if len(raw) != named + sealed or urlsafe_b64encode(raw).decode().rstrip("=") != token:
        return None
    name, seal = raw[:named], raw[named:]
    return name if hmac.compare_digest(seal, _seal(usage, name, secret)) else None


def _seal(usage: UsageJeton, name: bytes, secret: str) -> bytes:
    use, _, size = usage.value
    key = hmac.digest(secret.encode(), use, sha256)
    return hmac.digest(key, name, sha256)[:size]
