"""NotificationSent, NotificationFailed: what became of the mail of one version of a convocation."""

from typing import Annotated, Literal
from uuid import UUID

from event_schemas.state import AUCUNE, PSEUDONYME, SITUATION, TEXTE_LIBRE, Motif, State, Version, text_of


class Notification(State):
    """The mail's result; the address stays in the owner's database."""

    convocation_id: Annotated[UUID, PSEUDONYME]
    convocation_version: Annotated[Version, AUCUNE]
    """The version that was mailed."""
    etat: Annotated[Literal["ENVOYEE", "ECHOUEE"], SITUATION]
    motif: Annotated[Motif | None, TEXTE_LIBRE]
    """Why it failed, without personal data."""
    retour: Annotated[bool, AUCUNE] = False
    """With ECHOUEE: the mail was taken and came back later (a bounce)."""

    @property
    def aggregate(self) -> str:
        return text_of(self.convocation_id)
