"""CycladesInscriptionsClosed: what Cyclades says when registration for a session ends in an établissement (R6).

Each rule broken is permanent: the closing is refused until Cyclades sends a higher revision.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from event_schemas import uai as uai_
from event_schemas.state import AUCUNE, Academie, Body, Code, Count, Foreign, Session, Short, Text, Uai, Version

Voie = Literal["GENERALE", "TECHNOLOGIQUE", "COMMUNE"]
RESERVED_CODE = "NUMERISATION"


class Epreuve(Body):
    """An épreuve of the établissement; a (voie, code) stands once in a closing."""

    code: Annotated[Code, AUCUNE]
    """`HG`, `LVA-ANG`, `HLP`, `STMG-SGN` …; `NUMERISATION` is reserved."""
    libelle: Annotated[Text, AUCUNE]
    type: Annotated[Short, AUCUNE]
    """Only `E3C` makes a mission (R8)."""
    voie: Annotated[Voie, AUCUNE]
    """`COMMUNE` where both voies sit together, as languages do."""
    candidats_inscrits: Annotated[Count, AUCUNE]
    """Without candidates no mission is made (R8)."""


class Etablissement(Body):
    """Names as Cyclades has them."""

    nom: Annotated[Text, AUCUNE]
    commune: Annotated[Text, AUCUNE]
    academie: Annotated[Academie, AUCUNE]
    """Two digits."""


class InscriptionsClosed(Foreign):
    """One revision of a closing, complete; a higher revision replaces it."""

    session: Annotated[Session, AUCUNE]
    """Such as `2020-E3C1`."""
    uai: Annotated[Uai, AUCUNE]
    """Seven digits and the check letter."""
    revision: Annotated[Version, AUCUNE]
    """Counts from 1 per session and établissement."""
    cloturee_le: Annotated[AwareDatetime, AUCUNE]
    etablissement: Etablissement
    epreuves: Annotated[list[Epreuve], Field(max_length=500)]

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if not uai_.valid(self.uai):
            raise ValueError("uai: wrong check letter")
        codes = [(epreuve.voie, epreuve.code) for epreuve in self.epreuves]
        if len(set(codes)) != len(codes):
            raise ValueError("epreuves: the same (voie, code) twice")
        if any(code == RESERVED_CODE for _, code in codes):
            raise ValueError("epreuves: code NUMERISATION is reserved")
        return self

    @property
    def aggregate(self) -> str:
        return f"{self.session}|{self.uai}"

    @property
    def key(self) -> str:
        return self.uai

    @property
    def version(self) -> int:
        return self.revision

    def _content(self) -> dict[str, Any]:
        """What matters: neither the order of épreuves nor the time of closing does."""
        content = super()._content()
        del content["cloturee_le"]
        content["epreuves"] = sorted(self.epreuves, key=lambda epreuve: (epreuve.voie, epreuve.code))
        return content
