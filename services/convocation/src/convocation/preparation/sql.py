"""SQL of the drafts, and of whom the session before had convoked."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row

_SAVE = """
INSERT INTO brouillon (mission_id, saisie, par_nom, le)
SELECT mission_id, saisie::jsonb, $3, $4 FROM unnest($1::uuid[], $2::text[]) AS t (mission_id, saisie)
ON CONFLICT (mission_id) DO UPDATE SET saisie = excluded.saisie, par_nom = excluded.par_nom, le = excluded.le
"""
# By what an épreuve is in every session.
_PRECEDENTES = """
SELECT m.mission_id, c.numero, c.qualite, p.session
FROM mission m JOIN mission p ON (p.uai, p.type, p.voie, p.code) = (m.uai, m.type, m.voie, m.code)
JOIN convocation c ON c.mission_id = p.mission_id AND c.status = 'ACTIVE'
JOIN intervenant i ON i.numero = c.numero AND i.actif AND i.academie = m.academie
WHERE m.mission_id = ANY($1::uuid[])
  AND p.session = (SELECT max(s.session) FROM mission s WHERE s.uai = m.uai AND s.session < m.session)
ORDER BY i.cle, c.numero
"""


class BrouillonRow(Row):
    """A draft of one mission, and who kept it."""

    mission_id: UUID
    saisie_json: str
    par_nom: str
    le: datetime


class Precedente(Row):
    """Somebody convoked on the same épreuve in the session before."""

    mission_id: UUID
    numero: str
    qualite: str | None
    session: str


async def drafts(connection: Connection, mission_ids: Sequence[UUID]) -> list[BrouillonRow]:
    """Those that somebody kept of these missions."""
    query = (
        "SELECT mission_id, saisie::text AS saisie_json, par_nom, le FROM brouillon WHERE mission_id = ANY($1::uuid[])"
    )
    return await connection.fetch(query, mission_ids, record_class=BrouillonRow)


async def save(
    connection: Connection, drafts: Mapping[UUID, Mapping[str, object]], *, par_nom: str, le: datetime
) -> None:
    """Keep these; the last who keeps one wins."""
    texts = [json.dumps(one, ensure_ascii=False) for one in drafts.values()]
    await connection.execute(_SAVE, list(drafts), texts, par_nom, le)


async def forget(connection: Connection, mission_id: UUID) -> None:
    """Once its people are convoked."""
    await connection.execute("DELETE FROM brouillon WHERE mission_id = $1", mission_id)


async def precedentes(connection: Connection, mission_ids: Sequence[UUID]) -> list[Precedente]:
    """Who is still active in the académie, of those whom the session before had convoked on the same épreuves."""
    return await connection.fetch(_PRECEDENTES, mission_ids, record_class=Precedente)
