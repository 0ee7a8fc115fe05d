"""CourrielDemande: a mail to send that no new version of a convocation brings."""

from typing import Annotated, Literal
from uuid import UUID

from event_schemas.state import AUCUNE, PSEUDONYME, SITUATION, State, Version, text_of


class CourrielDemande(State):
    """`version` counts the mails asked for of a convocation. Address and words are asked when the mail goes out."""

    convocation_id: Annotated[UUID, PSEUDONYME]
    convocation_version: Annotated[Version, AUCUNE]
    """The version that the mail is about."""
    objet: Annotated[Literal["RENVOI", "REPONSE"], SITUATION]
    """RENVOI: its mail failed, came back or was lost, and is to go out again; REPONSE: the empêchement was answered."""

    @property
    def aggregate(self) -> str:
        return text_of(self.convocation_id)
