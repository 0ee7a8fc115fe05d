"""ReponseCloture: what became of a closing that came from Cyclades."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from event_schemas.state import AUCUNE, DERIVEE, TEXTE_LIBRE, Count, Motif, Session, State, Text, Uai, Version, text_of

NOBODY = "inconnu"
Offset = Annotated[int, Field(ge=0, le=2**53 - 1)]  # what JSON numbers hold everywhere


class ReponseCloture(State):
    """One for each revision received, and for each record that is none; a person's decision is its next version."""

    reponse_id: Annotated[UUID, DERIVEE]
    session: Annotated[Session | None, AUCUNE]
    uai: Annotated[Uai | None, AUCUNE]
    revision: Annotated[Version | None, AUCUNE]
    etat: Annotated[Literal["APPLIQUEE", "A_VALIDER", "REMPLACEE", "REFUSEE", "INVALIDE"], AUCUNE]
    creees: Annotated[Count | None, AUCUNE]
    modifiees: Annotated[Count | None, AUCUNE]
    inchangees: Annotated[Count | None, AUCUNE]
    sans_candidat: Annotated[Count | None, AUCUNE]
    decidee: Annotated[bool, AUCUNE]
    """A person of the rectorat decided it."""
    motif: Annotated[Motif | None, TEXTE_LIBRE]
    raisons: Annotated[list[Text], Field(max_length=20), AUCUNE]
    partition: Annotated[Count | None, AUCUNE]
    """Where the closing stood on its topic; of none from a file."""
    offset: Annotated[Offset | None, AUCUNE]
    rang: Annotated[Count | None, AUCUNE]
    """Its rank in a batch, from 1; 0 where the record is one closing."""

    @property
    def aggregate(self) -> str:
        return text_of(self.reponse_id)

    @property
    def key(self) -> str:
        return self.uai or NOBODY
