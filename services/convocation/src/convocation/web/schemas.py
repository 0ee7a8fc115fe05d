"""Request bodies of the API. Unknown fields are refused: a mistyped name must not pass in silence."""

import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from convocation.domain.convocation import Saisie

Texte = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^[^\x00]*$")]
Nom = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Numero = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,32}$")]
Uai = Annotated[str, StringConstraints(pattern=r"^[0-9]{7}[A-Z]$")]
Academie = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
Session = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-E3C[0-9]$")]
Courriel = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")]


class Corps(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SaisieIn(Corps):
    """« Détails de l'affectation » without its people."""

    qualite: str | None = None
    dates: Annotated[list[datetime.date], Field(max_length=60)] = []
    observation: Texte = ""

    def saisie(self) -> Saisie:
        return Saisie(self.qualite, tuple(self.dates), self.observation)


class ConvoquerIn(SaisieIn):
    """« Convoquer »: a list of people with one entry (K.i)."""

    intervenants: Annotated[list[Numero], Field(max_length=500)]


class AnnulerIn(Corps):
    motif: Texte


class OuvertureIn(Corps):
    """An opening: `code` is "*", an académie or a UAI, as `portee` says."""

    session: Session
    portee: Literal["NATIONALE", "ACADEMIE", "ETABLISSEMENT"]
    code: Annotated[str, StringConstraints(pattern=r"^(\*|[0-9]{2}|[0-9]{7}[A-Z])$")]
    ouverte: bool


class ContactIn(Corps):
    """Whom the établissements of an académie contact (R36, R54)."""

    nom: Nom
    courriel: Courriel
    telephone: Nom
    horaires: Nom


class SignatureIn(Corps):
    nom: Nom
    prenom: Nom
    qualite: Nom


class IntervenantIn(Corps):
    numero: Numero
    civilite: Literal["M.", "Mme"]
    nom: Nom
    prenom: Nom
    courriel: Courriel
    uai: Uai
    uais_secondaires: Annotated[list[Uai], Field(max_length=10)] = []
    disciplines: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]], Field(max_length=10)] = []
    actif: bool = True


class IntervenantsIn(Corps):
    intervenants: Annotated[list[IntervenantIn], Field(min_length=1, max_length=5_000)]


class EnvoiIn(Corps):
    convocation_id: UUID
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class EnvoisIn(Corps):
    demandes: Annotated[list[EnvoiIn], Field(min_length=1, max_length=500)]


AcademieOuNation = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|nationale)$")]
CodeEpreuve = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,50}$")]


class ProfilIn(Corps):
    profil: Nom
    disciplines: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]], Field(max_length=50)]


class MotifIn(Corps):
    motif: Texte = ""  # an empty one is refused by the use case, with its sentence


class ExigenceIn(MotifIn):
    """R47; `lot_copies` None: the setting's; `correcteurs` None: counted from copies and profiles."""

    profils: Annotated[list[ProfilIn], Field(max_length=10)] = []
    lot_copies: Annotated[int, Field(ge=1, le=1_000)] | None = None
    correcteurs: Annotated[int, Field(ge=0, le=1_000)] | None = None
