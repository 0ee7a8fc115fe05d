"""SQL of « Signaler un empêchement ». `motif` and `reponse` go to the person and to her établissement only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.convocations.reads import EtatRow, convocation_of
from convocation.empechements.domain import Candidat, EtatEmpechement

_EMPECHEMENT = "SELECT id, convocation_id, version, motif, le, etat, reponse, par, repondu_le FROM empechement"
# Whoever says that she cannot come has read it: nobody is to remind her of that.
_REPORT = """
WITH lue AS (INSERT INTO prise_de_connaissance (convocation_id, version, le) VALUES ($1, $2, $4) ON CONFLICT DO NOTHING)
INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, $2, $3, $4)
ON CONFLICT (convocation_id) WHERE etat = 'OUVERT' DO NOTHING
"""


_CARRY = """
UPDATE empechement e SET convocation_id = c.convocation_id, version = c.version
FROM convocation c
WHERE e.convocation_id = $1 AND e.etat = 'OUVERT' AND c.mission_id = $2 AND c.numero = $3 AND c.status = 'ACTIVE'
  AND NOT EXISTS (SELECT FROM empechement o WHERE o.convocation_id = c.convocation_id AND o.etat = 'OUVERT')
  AND ($4::uuid IS NULL OR e.id = $4)
RETURNING e.id
"""
# Those that this very version closed: what was decided before it stays decided.
_REOPEN = """
UPDATE empechement e SET etat = 'OUVERT', par = NULL, repondu_le = NULL
FROM unnest($1::uuid[], $2::int[]) AS t (convocation_id, version)
JOIN convocation_version v USING (convocation_id, version) JOIN convocation c USING (convocation_id)
WHERE e.convocation_id = v.convocation_id AND e.etat = 'CLOS' AND e.par = v.par AND e.repondu_le = v.le
  AND v.nature = 'ANNULATION' AND c.status = 'ACTIVE'
"""
_ANSWER = """
UPDATE empechement SET etat = $2, reponse = $3, par = $4, repondu_le = $5 WHERE id = $1
"""


_CANDIDATS = """
SELECT c.convocation_id, c.mission_id, c.numero, c.status, c.nature, c.qualite, c.qualite_par_defaut, c.profil, c.dates,
       c.observation, c.motif, c.version, i.nom || ' ' || i.prenom AS nom,
       p.version IS NOT NULL AS lue, a.etat IS NOT NULL AS refuse,
       EXISTS (SELECT FROM empechement e WHERE e.convocation_id = c.convocation_id AND e.etat = 'OUVERT') AS empeche
FROM convocation c JOIN intervenant i USING (numero)
LEFT JOIN prise_de_connaissance p ON p.convocation_id = c.convocation_id AND p.version = c.version
LEFT JOIN acces a ON a.convocation_id = c.convocation_id AND a.convocation_version = c.version AND a.etat = 'REJETEE'
WHERE c.mission_id = $1 AND c.status = 'ACTIVE' ORDER BY i.cle, c.numero
"""


class EmpechementRow(Row):
    """A report, with its answer once there is one."""

    id: UUID
    convocation_id: UUID
    version: int
    motif: str
    le: datetime
    etat: str
    reponse: str
    par: str | None
    repondu_le: datetime | None


class CandidatRow(EtatRow):
    """Somebody convoked on the mission: may she take a place?"""

    nom: str
    lue: bool
    refuse: bool
    empeche: bool


async def report(connection: Connection, convocation_id: UUID, version: int, motif: str, le: datetime) -> bool:
    """False when one is open already."""
    return bool(await connection.execute(_REPORT, convocation_id, version, motif, le) == "INSERT 0 1")


async def ouvert(connection: Connection, convocation_id: UUID) -> EmpechementRow | None:
    """The open report of a convocation, or None."""
    query = f"{_EMPECHEMENT} WHERE convocation_id = $1 AND etat = 'OUVERT'"
    return await connection.fetchrow(query, convocation_id, record_class=EmpechementRow)


async def of_convocation(connection: Connection, convocation_id: UUID) -> list[EmpechementRow]:
    """All reports of a convocation, the latest first."""
    query = f"{_EMPECHEMENT} WHERE convocation_id = $1 ORDER BY le DESC"
    return await connection.fetch(query, convocation_id, record_class=EmpechementRow)


async def answer(
    connection: Connection, id_: UUID, etat: EtatEmpechement, *, par: str, le: datetime, reponse: str = ""
) -> None:
    """What became of a report."""
    await connection.execute(_ANSWER, id_, etat.value, reponse, par, le)


async def reopen(connection: Connection, convocations: Sequence[UUID], versions: Sequence[int]) -> None:
    """What these versions closed, of convocations that hold again."""
    await connection.execute(_REOPEN, convocations, versions)


async def candidats(connection: Connection, mission_id: UUID) -> list[Candidat]:
    """Who is convoked on the mission, by name."""
    rows = await connection.fetch(_CANDIDATS, mission_id, record_class=CandidatRow)
    return [
        Candidat(row.convocation_id, convocation_of(row), row.nom, row.lue, refuse=row.refuse, empeche=row.empeche)
        for row in rows
    ]


async def carry(
    connection: Connection, convocation_id: UUID, mission_id: UUID, numero: str, report: UUID | None
) -> UUID | None:
    """An open report goes over to this person's convocation on the mission, unless that one has its own."""
    moved: UUID | None = await connection.fetchval(_CARRY, convocation_id, mission_id, numero, report)
    return moved
