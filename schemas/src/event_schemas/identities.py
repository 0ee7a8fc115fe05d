"""Identities are computed: the same thing has the same one everywhere and always (docs/architecture/identities.md)."""

from hashlib import sha1
from uuid import UUID, uuid5

NAMESPACE = UUID("5d1c0a3e-7b52-5f0c-9d0e-2f6a3c8b4e17")
_NAMESPACE_BYTES = NAMESPACE.bytes  # Python makes them anew each time


def mission_id(session: str, uai: str, voie: str, code: str) -> UUID:
    """The mission of an épreuve; code `NUMERISATION` and voie `COMMUNE` for the numérisation."""
    return UUID(bytes=mission_bytes(session, uai, voie, code))


def mission_bytes(session: str, uai: str, voie: str, code: str) -> bytes:
    """Its 16 bytes, for who makes thousands: `uuid.uuid5` takes three times as long."""
    name = f"{session}|{uai}|{voie}|{code}"
    digest = bytearray(sha1(_NAMESPACE_BYTES + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


def convocation_id(mission: UUID, numero: str) -> UUID:
    """The convocation of a person on a mission, at first creation; stored then, never computed again."""
    return uuid5(NAMESPACE, f"{mission}|{numero}")


def reponse_id(session: str, uai: str, revision: int) -> UUID:
    """The answer to one revision of a closing."""
    return uuid5(NAMESPACE, f"reponse|{session}|{uai}|{revision}")


def reponse_id_of_record(partition: int, offset: int, rang: int, timestamp: int) -> UUID:
    """The answer to what is no closing; its time too, for a topic made anew starts again at offset 0."""
    return uuid5(NAMESPACE, f"reponse|{partition}|{offset}|{rang}|{timestamp}")


def event_id(aggregate: UUID | str, version: int) -> UUID:
    """`ce_id`: a second sending bears the same one. A closing's aggregate is text, `session|uai`."""
    name = aggregate if isinstance(aggregate, UUID) else uuid5(NAMESPACE, aggregate)
    return uuid5(name, str(version))
