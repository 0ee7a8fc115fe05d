"""Request bodies of accounts and rights."""

import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from convocation.commun.schemas import Academie, AdresseDePersonne, Corps, MotifIn, Nom
from convocation.comptes.commands import Beneficiaire
from convocation.comptes.domain import Attribuable, Droit
from event_schemas.academies import NOMS


class DroitIn(Corps):
    """`fin`: the last day; without one the right has no end."""

    role: Literal["gestionnaire", "administrateur"]
    academies: list[Academie] = Field(default_factory=list, max_length=40)
    fin: datetime.date | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if not set(self.academies) <= NOMS.keys():
            raise ValueError("académie inconnue")
        return self

    def droit(self) -> Droit:
        return Droit(Attribuable(self.role), frozenset(self.academies), self.fin)


class PersonneIn(Corps):
    nom: Nom
    courriel: AdresseDePersonne

    def beneficiaire(self) -> Beneficiaire:
        return Beneficiaire(self.nom, self.courriel)


class AttributionIn(MotifIn):
    """To an account that is known, or to whoever signs in next with an address: one of `compte` and `personne`."""

    droit: DroitIn
    compte: UUID | None = None
    personne: PersonneIn | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.compte is None) == (self.personne is None):
            raise ValueError("compte ou personne")
        return self


class CompteActifIn(MotifIn):
    actif: bool
