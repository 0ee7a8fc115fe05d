"""Request bodies of the API. Unknown fields are refused: a mistyped name must not pass in silence."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Texte = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^[^\x00]*$")]
Nom = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Numero = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,32}$")]
Uai = Annotated[str, StringConstraints(pattern=r"^[0-9]{7}[A-Z]$")]
Academie = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
Session = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-E3C[0-9]$")]
Courriel = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")]


class Corps(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MotifIn(Corps):
    motif: Texte = ""  # an empty one is refused by the command, with its sentence
