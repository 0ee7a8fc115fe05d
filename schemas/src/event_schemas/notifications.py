"""NotificationSent, NotificationFailed: what became of the mail of one version of a convocation."""

from typing import Literal
from uuid import UUID

from event_schemas.state import Motif, State, Version


class Notification(State):
    """The mail's result; the address stays in the owner's database."""

    convocation_id: UUID
    convocation_version: Version
    """The version that was mailed."""
    etat: Literal["ENVOYEE", "ECHOUEE"]
    motif: Motif | None
    """Why it failed, without personal data."""

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
