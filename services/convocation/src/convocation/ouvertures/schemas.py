"""Request bodies of the openings."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints

from convocation.commun.schemas import Corps, Session, Texte


class OuvertureIn(Corps):
    """An opening: `code` is "*", an académie or a UAI, as `portee` says; `ouverte` null withdraws the decision."""

    session: Session
    portee: Literal["NATIONALE", "ACADEMIE", "ETABLISSEMENT"]
    code: Annotated[str, StringConstraints(pattern=r"^(\*|[0-9]{2}|[0-9]{7}[A-Z])$")]
    ouverte: bool | None
    debut: AwareDatetime | None = None
    fin: AwareDatetime | None = None
    motif: Texte = ""
