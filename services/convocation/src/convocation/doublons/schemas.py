"""Request bodies of a fusion."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from convocation.commun.schemas import Corps


class FicheLueIn(Corps):
    """An entry of the directory, at the version that was looked at."""

    id: UUID
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class FusionIn(Corps):
    """`autre` is merged into `gardee`."""

    gardee: FicheLueIn
    autre: FicheLueIn


class DistinctesIn(Corps):
    """Two entries that are two people."""

    intervenants: Annotated[list[UUID], Field(min_length=2, max_length=2)]
