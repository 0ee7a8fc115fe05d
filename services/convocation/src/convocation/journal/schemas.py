"""What is looked for in the audit."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from convocation.commun.schemas import Academie, Corps, Uai


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
