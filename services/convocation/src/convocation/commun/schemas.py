"""Request bodies of the API. Unknown fields are refused: a mistyped name must not pass in silence."""

import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from convocation.annuaire.domain import Indisponibilite, Intervenant
from convocation.convocations.domain import Saisie
from event_schemas.uai import valid

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
    """An opening: `code` is "*", an académie or a UAI, as `portee` says; `ouverte` null withdraws the decision."""

    session: Session
    portee: Literal["NATIONALE", "ACADEMIE", "ETABLISSEMENT"]
    code: Annotated[str, StringConstraints(pattern=r"^(\*|[0-9]{2}|[0-9]{7}[A-Z])$")]
    ouverte: bool | None
    debut: AwareDatetime | None = None
    fin: AwareDatetime | None = None
    motif: Texte = ""


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


class IndisponibiliteIn(Corps):
    """First and last day, both included; the reason is nobody's business here."""

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
    uais_secondaires: Annotated[list[Uai], Field(max_length=10)] = []
    disciplines: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]], Field(max_length=10)] = []
    stagiaire: bool = False
    profils: Annotated[list[Nom], Field(max_length=10)] = []
    indisponibilites: Annotated[list[IndisponibiliteIn], Field(max_length=30)] = []

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


Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class EnvoiIn(Corps):
    """`dite`: the version the person was told of before; `engagee`: this one's mail is under way already."""

    convocation_id: UUID
    version: Version
    dite: Version | None = None
    engagee: bool = False


class EnvoisIn(Corps):
    demandes: Annotated[list[EnvoiIn], Field(min_length=1, max_length=100)]  # with a PDF each


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


def _lettre(uai: str) -> str:
    if not valid(uai):
        raise ValueError("la lettre de contrôle ne va pas")
    return uai


UaiExact = Annotated[Uai, AfterValidator(_lettre)]


class FicheIn(PersonneIn):
    """One person as the gestionnaire enters her: a UAI mistyped shows by its letter."""

    uai: UaiExact
    uais_secondaires: Annotated[list[UaiExact], Field(max_length=10)] = []


class NouvelleFicheIn(FicheIn):
    """`demande_id`: the demande de création that the new person answers (R36)."""

    numero: Numero
    demande_id: UUID | None = None


class ActiviteIn(Corps):
    actif: bool
    motif: Texte = ""  # an empty one is refused by the use case, with its sentence


class RechercheIn(Corps):
    """Names are searched in a body: addresses are logged on the way."""

    nom: Annotated[str, Field(max_length=100)] = ""
    uai: Uai | None = None
    discipline: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None
    actif: bool | None = None
    page: Annotated[int, Field(ge=1, le=99_999)] = 1


class FicheLueIn(Corps):
    """An entry of the directory, at the version that was looked at."""

    id: UUID
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class FusionIn(Corps):
    """`autre` goes on in `gardee`."""

    gardee: FicheLueIn
    autre: FicheLueIn


class DistinctesIn(Corps):
    intervenants: Annotated[list[UUID], Field(min_length=2, max_length=2)]


class RechercheAuditSansPersonne(Corps):
    """What is looked for in the audit; `famille` is an action up to its dot."""

    famille: Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,40}$")] | None = None
    academie: Academie | None = None
    uai: Uai | None = None
    depuis: AwareDatetime | None = None
    avant: AwareDatetime | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    taille: Annotated[int, Field(ge=1, le=500)] = 50


class RechercheAuditIn(RechercheAuditSansPersonne):
    """`personne`: who acted, or the number of the intervenant it was about."""

    personne: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")] | None = None
