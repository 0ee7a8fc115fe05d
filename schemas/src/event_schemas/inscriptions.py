"""CycladesInscriptionsClosed: what Cyclades says when registration for a session ends in an établissement (R6)."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from event_schemas import uai as uai_
from event_schemas.state import MAX_INT, Academie, Body, Code, Text, Version, digest

Session = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-E3C[0-9]$")]
Voie = Literal["GENERALE", "TECHNOLOGIQUE", "COMMUNE"]
RESERVED_CODE = "NUMERISATION"


class Epreuve(Body):
    """An épreuve of the établissement. Only type `E3C` with candidates makes a mission (R8)."""

    code: Code
    libelle: Text
    type: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[^\x00]*$")]
    voie: Voie
    candidats_inscrits: Annotated[int, Field(ge=0, le=MAX_INT)]


class Etablissement(Body):
    """Names as Cyclades has them; `academie` is the two-digit code."""

    nom: Text
    commune: Text
    academie: Academie


class InscriptionsClosed(Body):
    """One revision of a closing; its version is `revision`, per (session, UAI). A higher revision replaces."""

    session: Session
    uai: Annotated[str, StringConstraints(pattern=r"^[0-9]{7}[A-Z]$")]
    revision: Version
    cloturee_le: AwareDatetime
    etablissement: Etablissement
    epreuves: Annotated[list[Epreuve], Field(max_length=500)]

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if not uai_.valid(self.uai):
            raise ValueError("uai: wrong check letter")
        codes = [(epreuve.voie, epreuve.code) for epreuve in self.epreuves]
        if len(set(codes)) != len(codes):
            raise ValueError("epreuves: the same (voie, code) twice")
        if any(epreuve.code == RESERVED_CODE for epreuve in self.epreuves):
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

    @cached_property
    def hash(self) -> str:
        """Over what matters: the order of épreuves and the time of closing do not."""
        content = self.model_dump(exclude={"cloturee_le"})
        content["epreuves"].sort(key=lambda epreuve: (epreuve["voie"], epreuve["code"]))
        return digest(content)
