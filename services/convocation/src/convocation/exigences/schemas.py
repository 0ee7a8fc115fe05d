"""Request bodies of what épreuves ask for."""

from typing import Annotated

from pydantic import Field, StringConstraints

from convocation.commun.schemas import Corps, MotifIn, Nom

AcademieOuNation = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|nationale)$")]
CodeEpreuve = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,50}$")]


class ProfilIn(Corps):
    profil: Nom
    disciplines: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]], Field(max_length=50)]


class ExigenceIn(MotifIn):
    """R47; `lot_copies` None: the setting's; `correcteurs` None: counted from copies and profiles."""

    profils: list[ProfilIn] = Field(default_factory=list, max_length=10)
    lot_copies: Annotated[int, Field(ge=1, le=1_000)] | None = None
    correcteurs: Annotated[int, Field(ge=0, le=1_000)] | None = None
