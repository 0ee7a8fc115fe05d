from typing import NamedTuple
from uuid import UUID


class Retour(NamedTuple):
    mail_id: UUID
    definitif: bool
    code: str | None


def verp(address: str, mail_id: UUID, secret: str) -> str:  # noqa: ARG001
    return address.replace("@", f"+{mail_id.hex}@")


def motif(code: str | None) -> str:
    return f"Mail revenu ({code})"
