"""What an établissement is told when SANTORIN is silent or refuses: work goes on, nothing is lost (R18)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Attente:
    """`sans_reponse`: convocations unanswered for too long, the oldest since `depuis`; `refusees`: rights refused.

    `missions`: where they are, the name and the voie of each épreuve.
    """

    sans_reponse: int
    depuis: datetime | None
    refusees: int
    missions: dict[UUID, tuple[str, str]]
