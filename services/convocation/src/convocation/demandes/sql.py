"""SQL of demandes de création (R36), and of the contact of each académie (R54)."""

from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from convocation.demandes.reads import COLUMNS, Demande

_CREATE = """
INSERT INTO demande (demande_id, uai, academie, nom, prenom, precisions, par, le)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (demande_id) DO NOTHING
"""
_ANSWER = """
UPDATE demande SET etat = $2, reponse = $3, repondue_par = $4, repondue_le = $5 WHERE demande_id = $1
"""
_OF_ACADEMIES = f"""
SELECT {COLUMNS}, p.nom AS etablissement FROM demande d
LEFT JOIN LATERAL (SELECT etablissement_nom || ', ' || etablissement_commune AS nom FROM etablissement e
                   WHERE e.uai = d.uai) AS p ON true
WHERE d.academie = ANY($1::text[]) ORDER BY d.etat <> 'OUVERTE', d.le DESC LIMIT 500
"""
_CONTACT = """
INSERT INTO contact (academie, nom, courriel, telephone, horaires) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (academie) DO UPDATE
SET nom = excluded.nom, courriel = excluded.courriel, telephone = excluded.telephone, horaires = excluded.horaires
"""


class DemandeSituee(Demande):
    """With the name of the établissement that asks; None where it has no mission."""

    etablissement: str | None


async def create(
    connection: Connection,
    demande_id: UUID,
    *,
    uai: str,
    academie: str,
    qui: tuple[str, str, str],
    par: str,
    le: datetime,
) -> bool:
    """`qui`: NOM, prénom, what helps to find the person. The same id twice is one request: False."""
    told = await connection.execute(_CREATE, demande_id, uai, academie, *qui, par, le)
    return bool(told == "INSERT 0 1")


async def answer(connection: Connection, demande_id: UUID, *, etat: str, reponse: str, par: str, le: datetime) -> None:
    """`etat`: TRAITEE or REFUSEE."""
    await connection.execute(_ANSWER, demande_id, etat, reponse, par, le)


async def of_academies(connection: Connection, academies: list[str]) -> list[DemandeSituee]:
    """The requests of these académies, the open ones first, then the latest."""
    return await connection.fetch(_OF_ACADEMIES, academies, record_class=DemandeSituee)


async def of_etablissements(connection: Connection, uais: list[str]) -> list[Demande]:
    """The requests of these établissements with their state, the latest first."""
    query = f"SELECT {COLUMNS} FROM demande d WHERE uai = ANY($1::text[]) ORDER BY le DESC"
    return await connection.fetch(query, uais, record_class=Demande)


async def save_contact(connection: Connection, academie: str, contact: tuple[str, str, str, str]) -> None:
    """Name, mail, telephone, hours."""
    await connection.execute(_CONTACT, academie, *contact)
