"""Read models: what pages and the API look at. Reads need no use case."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.database import Connection
from convocation.convocations.domain import Convocation, Nature
from convocation.convocations.qualite import Qualite, QualiteRetenue

_MISSION = """
SELECT m.*, (SELECT count(*) FROM convocation c WHERE c.mission_id = m.mission_id AND c.status = 'ACTIVE') AS convoques
FROM mission m WHERE m.mission_id = $1
"""

_CONVOCATIONS = """
SELECT c.*, i.id AS intervenant_id, i.civilite, i.nom, i.prenom, i.uai AS intervenant_uai, i.disciplines,
       m.libelle, m.voie, m.code, m.session, m.type, m.uai, m.academie, m.etablissement_nom, m.etablissement_commune,
       a.etat AS acces_etat, a.convocation_version AS acces_convocation_version, a.motif AS acces_motif,
       n.etat AS mail_etat, n.convocation_version AS mail_convocation_version, n.motif AS mail_motif,
       r.le AS remise_le, p.le AS lue_le,
       (SELECT max(q.le) FROM prise_de_connaissance q
        WHERE q.convocation_id = c.convocation_id AND q.version < c.version) AS lue_avant_le,
       (SELECT e.etat FROM empechement e WHERE e.convocation_id = c.convocation_id ORDER BY e.le DESC LIMIT 1)
           AS empechement_etat
FROM convocation c JOIN intervenant i USING (numero) JOIN mission m USING (mission_id)
LEFT JOIN acces a USING (convocation_id) LEFT JOIN notification n USING (convocation_id)
LEFT JOIN remise r ON r.convocation_id = c.convocation_id AND r.version = c.version
LEFT JOIN prise_de_connaissance p ON p.convocation_id = c.convocation_id AND p.version = c.version
"""


async def mission(connection: Connection, mission_id: UUID) -> Any:
    """One mission with its number of people convoked, or None."""
    return await connection.fetchrow(_MISSION, mission_id)


async def convocations_of_mission(connection: Connection, mission_id: UUID) -> list[Any]:
    """« Liste des Intervenants » (R42), cancelled ones too."""
    return list(await connection.fetch(f"{_CONVOCATIONS} WHERE c.mission_id = $1 ORDER BY i.cle, c.numero", mission_id))


async def convocation(connection: Connection, convocation_id: UUID) -> Any:
    """One convocation with its person and mission, or None."""
    return await connection.fetchrow(f"{_CONVOCATIONS} WHERE c.convocation_id = $1", convocation_id)


async def convocations_of_person(connection: Connection, numero: str) -> list[Any]:
    """A person's own convocations (R57)."""
    return list(await connection.fetch(f"{_CONVOCATIONS} WHERE c.numero = $1 ORDER BY c.dates, m.libelle", numero))


async def history(connection: Connection, convocation_id: UUID) -> list[Any]:
    """Every version told, the first first."""
    query = "SELECT * FROM convocation_version WHERE convocation_id = $1 ORDER BY version"
    return list(await connection.fetch(query, convocation_id))


_OF_MISSION = (
    "SELECT * FROM convocation WHERE mission_id = $1 AND ($2::text[] IS NULL OR numero = ANY($2)) ORDER BY numero"
)


async def of_mission(
    connection: Connection, mission_id: UUID, numeros: Sequence[str] | None = None, *, lock: bool = False
) -> dict[str, Convocation]:
    """The mission's convocations by number, those of `numeros` only where given; `lock` for a command."""
    rows = await connection.fetch(_OF_MISSION + (" FOR UPDATE" if lock else ""), mission_id, numeros)
    return {row["numero"]: convocation_of(row) for row in rows}


async def get(connection: Connection, convocation_id: UUID, *, lock: bool = False) -> tuple[UUID, Convocation] | None:
    """The mission and the state of one convocation."""
    query = "SELECT * FROM convocation WHERE convocation_id = $1" + (" FOR UPDATE" if lock else "")
    row = await connection.fetchrow(query, convocation_id)
    return (row["mission_id"], convocation_of(row)) if row else None


def convocation_of(row: Any) -> Convocation:
    """A convocation from a row of its table."""
    qualite = Qualite(row["qualite"]) if row["qualite"] else None
    return Convocation(
        numero=row["numero"],
        qualite=QualiteRetenue(qualite, row["qualite_par_defaut"]),
        profil=row["profil"],
        dates=tuple(row["dates"]),
        observation=row["observation"],
        nature=Nature(row["nature"]),
        version=row["version"],
        motif=row["motif"],
    )
