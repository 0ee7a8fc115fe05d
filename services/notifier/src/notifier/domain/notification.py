"""What is to be told of one version of a convocation, and when it is not worth telling any more."""

from enum import StrEnum
from uuid import UUID, uuid5


class Etat(StrEnum):
    """EN_COURS is committed before SMTP begins: a mail found so at start is sent again, with the same Message-ID (D28).

    PERIMEE: a higher version has superseded it before it went out. SANS_OBJET: cancelled before anything was told.
    """

    EN_ATTENTE = "EN_ATTENTE"
    EN_COURS = "EN_COURS"
    ENVOYEE = "ENVOYEE"
    ECHOUEE = "ECHOUEE"
    PERIMEE = "PERIMEE"
    SANS_OBJET = "SANS_OBJET"


def message_id(convocation_id: UUID, version: int, domain: str) -> str:
    """Computed, so that a second sending is the same mail: `<uuid5(convocation, version)@domain>`."""
    return f"<{uuid5(convocation_id, f'mail|{version}')}@{domain}>"
