"""SQL of the documents: the bytes of each version, as first rendered (D29)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection

_CONTENTS = """
SELECT c.convocation_id, v.version, c.version AS courante, v.nature, v.qualite, v.qualite_par_defaut, v.dates,
       v.observation, v.motif, v.le, i.numero, i.civilite, i.nom, i.prenom, m.type, m.libelle, m.voie, m.session,
       m.uai, m.academie, m.etablissement_nom, m.etablissement_commune, s.nom AS signataire_nom,
       s.prenom AS signataire_prenom, s.qualite AS signataire_qualite, s.image AS signataire_image,
       s.version AS signature_version, k.nom AS contact_nom, k.courriel AS contact_courriel,
       k.telephone AS contact_telephone
FROM convocation c JOIN convocation_version v USING (convocation_id) JOIN intervenant i USING (numero)
JOIN mission m USING (mission_id) LEFT JOIN signature s ON s.uai = m.uai LEFT JOIN contact k ON k.academie = m.academie
"""
_KEEP = """
INSERT INTO document (convocation_id, version, signature_version, sha256, octets, rendu_le)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""


async def kept(connection: Connection, convocation_id: UUID, version: int) -> bytes | None:
    """The bytes of a version, where they were rendered."""
    query = "SELECT octets FROM document WHERE convocation_id = $1 AND version = $2"
    octets: bytes | None = await connection.fetchval(query, convocation_id, version)
    return octets


async def keep(connection: Connection, row: Any, *, sha256: str, octets: bytes, le: datetime) -> bytes:
    """Keep what was rendered of `row`'s version; the first rendering wins, and is returned."""
    key = (row["convocation_id"], row["version"])
    await connection.execute(_KEEP, *key, row["signature_version"], sha256, octets, le)
    return await kept(connection, *key) or octets


async def contents(connection: Connection, convocation_id: UUID, version: int) -> Any:
    """What the document of a version says, or None where there is no such version."""
    return await connection.fetchrow(
        f"{_CONTENTS} WHERE c.convocation_id = $1 AND v.version = $2", convocation_id, version
    )


async def contents_of_mission(connection: Connection, mission_id: UUID) -> Sequence[Any]:
    """The same for the present version of every convocation of the mission that holds."""
    present = "c.mission_id = $1 AND c.status = 'ACTIVE' AND v.version = c.version"
    return list(await connection.fetch(f"{_CONTENTS} WHERE {present} ORDER BY i.cle, i.numero", mission_id))


async def standing(connection: Connection, convocation_id: UUID) -> Any:
    """Present version and status of a convocation, for the public page; None where there is none."""
    return await connection.fetchrow(
        "SELECT version, status FROM convocation WHERE convocation_id = $1", convocation_id
    )
