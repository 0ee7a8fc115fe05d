"""Request bodies of what the notifier asks."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from convocation.commun.schemas import Corps

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class EnvoiIn(Corps):
    """`dite`: the version the person was told of before; `engagee`: this one's mail is under way already."""

    convocation_id: UUID
    version: Version
    dite: Version | None = None
    engagee: bool = False


class EnvoisIn(Corps):
    demandes: Annotated[list[EnvoiIn], Field(min_length=1, max_length=100)]  # with a PDF each


class LettreFinieIn(Corps):
    """What became of a letter: it went out, no mail server takes it, or it came back."""

    id: UUID
    sort: Literal["ENVOYEE", "ECHOUEE", "REVENUE"]
    motif: Annotated[str, Field(max_length=500)] | None = None


class LettresFiniesIn(Corps):
    """`finies`: those of an answer before. `encore` False: no other is taken."""

    finies: list[LettreFinieIn] = Field(default_factory=list, max_length=100)
    encore: bool = True


class AdressesDitesIn(Corps):
    """`dites`: those of an answer before that were told, or that no mail can tell."""

    dites: list[UUID] = Field(default_factory=list, max_length=100)
