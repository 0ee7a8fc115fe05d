"""SQL of « Signaler un empêchement ». `motif` and `reponse` go to the person and to her établissement only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection
from convocation.convocations.reads import convocation_of
from convocation.empechements.domain import Candidat, Etat

_REPORT = """
INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, $2, $3, $4)
ON CONFLICT (convocation_id) WHERE etat = 'OUVERT' DO NOTHING
"""


_ANSWER = """
UPDATE empechement SET etat = $2, reponse = $3, par = $4, repondu_le = $5 WHERE id = $1
"""


_CANDIDATS = """
SELECT c.*, i.nom || ' ' || i.prenom AS nom, p.version IS NOT NULL AS lue, a.etat IS NOT NULL AS refuse,
       EXISTS (SELECT FROM empechement e WHERE e.convocation_id = c.convocation_id AND e.etat = 'OUVERT') AS empeche
FROM convocation c JOIN intervenant i USING (numero)
LEFT JOIN prise_de_connaissance p ON p.convocation_id = c.convocation_id AND p.version = c.version
LEFT JOIN acces a ON a.convocation_id = c.convocation_id AND a.convocation_version = c.version AND a.etat = 'REJETEE'
WHERE c.mission_id = $1 AND c.status = 'ACTIVE' ORDER BY i.cle, c.numero
"""


async def report(connection: Connection, convocation_id: UUID, version: int, motif: str, le: datetime) -> bool:
    """False when one is open already."""
    return bool(await connection.execute(_REPORT, convocation_id, version, motif, le) == "INSERT 0 1")


async def ouvert(connection: Connection, convocation_id: UUID) -> Any:
    """The open report of a convocation, or None."""
    query = "SELECT * FROM empechement WHERE convocation_id = $1 AND etat = 'OUVERT'"
    return await connection.fetchrow(query, convocation_id)


async def of_convocation(connection: Connection, convocation_id: UUID) -> list[Any]:
    """All reports of a convocation, the latest first."""
    query = "SELECT * FROM empechement WHERE convocation_id = $1 ORDER BY le DESC"
    return list(await connection.fetch(query, convocation_id))


async def answer(connection: Connection, id_: UUID, etat: Etat, *, par: str, le: datetime, reponse: str = "") -> None:
    """What became of a report."""
    await connection.execute(_ANSWER, id_, etat.value, reponse, par, le)


async def candidats(connection: Connection, mission_id: UUID) -> list[Candidat]:
    """Who is convoked on the mission, by name."""
    return [
        Candidat(
            row["convocation_id"],
            convocation_of(row),
            row["nom"],
            row["lue"],
            refuse=row["refuse"],
            empeche=row["empeche"],
        )
        for row in await connection.fetch(_CANDIDATS, mission_id)
    ]
