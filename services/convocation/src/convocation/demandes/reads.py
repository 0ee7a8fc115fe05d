"""What other rooms ask of the demandes de création and of the contact."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row
from event_schemas.academies import local_time

COLUMNS = "d.demande_id, d.uai, d.academie, d.nom, d.prenom, d.precisions, d.par, d.le, d.etat, d.reponse"


class Demande(Row):
    """A request to create an intervenant (R36)."""

    demande_id: UUID
    uai: str
    academie: str
    nom: str
    prenom: str
    precisions: str
    par: str
    le: datetime
    etat: str
    reponse: str | None

    @property
    def demandee_le(self) -> date:
        """The day it was in the académie."""
        return local_time(self.academie, self.le).date()


class AcademieRow(Row):
    """An académie."""

    academie: str


class Contact(Row):
    """Whom the établissements of an académie contact (R54)."""

    nom: str
    courriel: str
    telephone: str
    horaires: str


async def get(connection: Connection, demande_id: UUID) -> Demande | None:
    """A request, its row locked, or None."""
    query = f"SELECT {COLUMNS} FROM demande d WHERE demande_id = $1 FOR UPDATE"
    return await connection.fetchrow(query, demande_id, record_class=Demande)


async def a_traiter(connection: Connection, academies: Sequence[str]) -> int:
    """How many requests wait for an answer of the gestionnaires of these académies."""
    query = "SELECT count(*) FROM demande WHERE etat = 'OUVERTE' AND academie = ANY($1::text[])"
    return int(await connection.fetchval(query, list(academies)))


async def academies_avec_contact(connection: Connection) -> set[str]:
    """Those whose établissements know whom to contact."""
    rows = await connection.fetch("SELECT academie FROM contact", record_class=AcademieRow)
    return {row.academie for row in rows}


async def contact(connection: Connection, academie: str) -> Contact | None:
    """Whom to contact in the académie, or None while nobody is recorded."""
    query = "SELECT nom, courriel, telephone, horaires FROM contact WHERE academie = $1"
    return await connection.fetchrow(query, academie, record_class=Contact)
