"""What is recorded of an établissement."""

from typing import Annotated

from pydantic import Field

from convocation.commun.schemas import Corps, Courriel, Ligne


class CoordonneesIn(Corps):
    """None: not told."""

    telephone: Annotated[Ligne, Field(pattern=r"^(?:[^0-9]*[0-9]){4}")] | None
    courriel: Courriel | None
