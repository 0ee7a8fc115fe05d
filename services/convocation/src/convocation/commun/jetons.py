"""Sealed names that stand in a URL: of a version (its QR code, R24), of a person's own pages, of a calendar.

Nobody can make one without the keys of its purpose, nor use one for another (0035). Ours, because it must be short
for a QR code on paper, where what is printed stays valid for ever: a JWT or itsdangerous would be longer.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from acces.cles import Cles


class UsageJeton(Enum):
    """What a token is for: seals of its own; then bytes of its name and of its seal."""

    VERIFICATION = (b"verification", 20, 12)
    LIEN = (b"lien", 36, 16)
    CALENDRIER = (b"calendrier", 16, 16)


class Lien(NamedTuple):
    """What a link is bound to: a person by id, how often she lost a mail (`compteur`), a fingerprint of her address."""

    intervenant_id: UUID
    compteur: int
    adresse: bytes


_ADRESSE, _ADRESSE_BYTES = b"adresse", 8


def make_verification(convocation_id: UUID, version: int, cles: Cles) -> str:
    """43 characters; those printed stay valid for ever."""
    return _make(UsageJeton.VERIFICATION, convocation_id.bytes + version.to_bytes(4, "big"), cles)


def read_verification(token: str, cles: Cles) -> tuple[UUID, int] | None:
    """The convocation and version of a token of ours, else None."""
    name = _read(UsageJeton.VERIFICATION, token, cles)
    return None if name is None else (UUID(bytes=name[:16]), int.from_bytes(name[16:], "big"))


def empreinte(courriel: str, cles: Cles) -> bytes:
    """A fingerprint of a mail address; nobody can try addresses without the keys."""
    return cles.seal(_ADRESSE, _folded(courriel), _ADRESSE_BYTES)


def same_address(adresse: bytes, courriel: str, cles: Cles) -> bool:
    """Whether `adresse` is a fingerprint of this address, under any of the keys."""
    return cles.verify(_ADRESSE, _folded(courriel), adresse)


def _folded(courriel: str) -> bytes:
    return courriel.lower().encode()


def make_lien(lien: Lien, fin: datetime, cles: Cles) -> str:
    """70 characters that open a person's pages until `fin`.

    A mistyped year may end before 1970: the link has expired, and the other mails of the request do not fail.
    """
    end = max(int(fin.timestamp()), 0)
    name = lien.intervenant_id.bytes + end.to_bytes(8, "big") + lien.compteur.to_bytes(4, "big") + lien.adresse
    return _make(UsageJeton.LIEN, name, cles)


def read_lien(token: str, cles: Cles, now: datetime) -> Lien | None:
    """What a token of ours that is not over is bound to, else None."""
    name = _read(UsageJeton.LIEN, token, cles)
    if name is None or now.timestamp() >= int.from_bytes(name[16:24], "big"):
        return None
    return Lien(UUID(bytes=name[:16]), int.from_bytes(name[24:28], "big"), name[28:])


def fin_du_lien(dates: Sequence[date], jours: int, zone: tzinfo) -> datetime:
    """The end of the last day a link holds: `jours` after the last of `dates`, as clocks show it in `zone`."""
    last = min(max(dates).toordinal() + jours + 1, date.max.toordinal())
    return datetime.combine(date.fromordinal(last), time(), zone)


def make_calendrier(abonnement_id: UUID, cles: Cles) -> str:
    """43 characters; valid as long as the subscription is."""
    return _make(UsageJeton.CALENDRIER, abonnement_id.bytes, cles)


def read_calendrier(token: str, cles: Cles) -> UUID | None:
    """The subscription of a token of ours, else None."""
    name = _read(UsageJeton.CALENDRIER, token, cles)
    return None if name is None else UUID(bytes=name)


def _make(usage: UsageJeton, name: bytes, cles: Cles) -> str:
    use, _, size = usage.value
    return urlsafe_b64encode(name + cles.seal(use, name, size)).decode().rstrip("=")


def _read(usage: UsageJeton, token: str, cles: Cles) -> bytes | None:
    """One spelling only: base64 itself skips strange characters and takes any padding."""
    use, named, sealed = usage.value
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        return None
    if len(raw) != named + sealed or urlsafe_b64encode(raw).decode().rstrip("=") != token:
        return None
    name, seal = raw[:named], raw[named:]
    return name if cles.verify(use, name, seal) else None
