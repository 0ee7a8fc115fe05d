"""Request bodies of the reminders."""

from pydantic import Field

from convocation.avis.domain import Motif
from convocation.commun.schemas import Corps, Session, Texte, Uai


class RappelIn(Corps):
    """Without `texte`: the model of the reason. `encore`: of `uais`, who is reminded however near the last one is."""

    session: Session
    motif: Motif
    uais: list[Uai] = Field(min_length=1, max_length=5_000)
    texte: Texte | None = None
    encore: list[Uai] = Field(default=[], max_length=5_000)
