"""Request bodies of the directory."""

import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from convocation.annuaire.domain import Indisponibilite, Intervenant
from convocation.commun.schemas import Corps, Courriel, Nom, Numero, Texte, Uai
from event_schemas.uai import valid

CodeDiscipline = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class IndisponibiliteIn(Corps):
    """First and last day, both included; the reason is not asked for."""

    debut: datetime.date
    fin: datetime.date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.fin < self.debut:
            raise ValueError("fin précède debut")
        return self


class PersonneIn(Corps):
    civilite: Literal["M.", "Mme"]
    nom: Nom
    prenom: Nom
    courriel: Courriel
    uai: Uai
    uais_secondaires: list[Uai] = Field(default_factory=list, max_length=10)
    disciplines: list[CodeDiscipline] = Field(default_factory=list, max_length=10)
    stagiaire: bool = False
    profils: list[Nom] = Field(default_factory=list, max_length=10)
    indisponibilites: list[IndisponibiliteIn] = Field(default_factory=list, max_length=30)

    @model_validator(mode="after")
    def _one_period_a_day(self) -> Self:
        if len({one.debut for one in self.indisponibilites}) != len(self.indisponibilites):
            raise ValueError("deux indisponibilites commencent le même jour")
        return self

    def personne(self, numero: str, academie: str, *, actif: bool = True) -> Intervenant:
        return Intervenant(
            numero=numero,
            civilite=self.civilite,
            nom=self.nom,
            prenom=self.prenom,
            courriel=self.courriel,
            uai=self.uai,
            uais_secondaires=tuple(self.uais_secondaires),
            disciplines=tuple(self.disciplines),
            academie=academie,
            actif=actif,
            stagiaire=self.stagiaire,
            profils=tuple(self.profils),
            indisponibilites=tuple(
                Indisponibilite(one.debut, one.fin) for one in sorted(self.indisponibilites, key=lambda one: one.debut)
            ),
        )


class IntervenantIn(PersonneIn):
    numero: Numero
    actif: bool = True


class IntervenantsIn(Corps):
    intervenants: Annotated[list[IntervenantIn], Field(min_length=1, max_length=5_000)]


def _lettre(uai: str) -> str:
    if not valid(uai):
        raise ValueError("la lettre de contrôle ne va pas")
    return uai


UaiExact = Annotated[Uai, AfterValidator(_lettre)]


class FicheIn(PersonneIn):
    """One person as the gestionnaire enters her: the check letter of a UAI must be right.

    `jumelle`: the number of who has the same name, address and établissement, and was seen to be another person.
    """

    uai: UaiExact
    uais_secondaires: list[UaiExact] = Field(default_factory=list, max_length=10)
    jumelle: Numero | Literal[""] = ""


class NouvelleFicheIn(FicheIn):
    """`demande_id`: the demande de création that the new person answers (R36)."""

    numero: Numero
    demande_id: UUID | None = None


class ActiviteIn(Corps):
    actif: bool
    motif: Texte = ""  # the command refuses an empty one, with its sentence


class RechercheIn(Corps):
    """Names are searched in a body: addresses are logged on the way."""

    nom: Annotated[str, Field(max_length=100)] = ""
    uai: Uai | None = None
    discipline: CodeDiscipline | None = None
    actif: bool | None = None
    page: Annotated[int, Field(ge=1, le=99_999)] = 1
