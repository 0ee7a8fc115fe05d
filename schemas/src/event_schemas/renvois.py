"""RenvoiDemande: a mail that did not arrive is to be sent again."""

from typing import Annotated
from uuid import UUID

from event_schemas.state import AUCUNE, PSEUDONYME, State, Version


class Renvoi(State):
    """`version` is that of the NotificationFailed it answers: one request a failure, each higher than the last."""

    convocation_id: Annotated[UUID, PSEUDONYME]
    convocation_version: Annotated[Version, AUCUNE]
    """The version whose mail failed or came back."""

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
