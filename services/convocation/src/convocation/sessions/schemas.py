"""Request bodies of the sessions."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints

from convocation.commun.schemas import Corps, Ligne, Session
from convocation.sessions.domain import MAX_LIBELLE

Libelle = Annotated[Ligne, StringConstraints(max_length=MAX_LIBELLE)]


class SessionIn(Corps):
    """`debut`, `fin`: first and last day of the corrections, where they are known."""

    libelle: Libelle
    debut: date | None = None
    fin: date | None = None


class DatesAcademieIn(Corps):
    """An académie's own days and deadline; what is null follows the nation."""

    debut: date | None = None
    fin: date | None = None
    ferme_le: AwareDatetime | None = None


class DeclarationIn(SessionIn):
    """`ouvre_le`, `ferme_le`: with either, the nation's service opens then, or at once, and closes then.

    `reprise`: the session whose académies keep their own dates, 52 weeks later.
    """

    session: Session
    ouvre_le: AwareDatetime | None = None
    ferme_le: AwareDatetime | None = None
    reprise: Session | None = None
