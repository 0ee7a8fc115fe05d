"""NotificationSent, NotificationFailed: what became of the mail of one version of a convocation."""

from typing import Literal
from uuid import UUID

from event_schemas.state import State, Text, Version


class Notification(State):
    """`motif` says why, without personal data."""

    convocation_id: UUID
    convocation_version: Version
    etat: Literal["ENVOYEE", "ECHOUEE"]
    motif: Text | None

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
