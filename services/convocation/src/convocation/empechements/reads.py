"""What other rooms ask of empechements."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Connection

_CARRY = """
UPDATE empechement e SET convocation_id = c.convocation_id, version = c.version
FROM convocation c
WHERE e.convocation_id = $1 AND e.etat = 'OUVERT' AND c.mission_id = $2 AND c.numero = $3 AND c.status = 'ACTIVE'
  AND NOT EXISTS (SELECT FROM empechement o WHERE o.convocation_id = c.convocation_id AND o.etat = 'OUVERT')
"""


_A_TRAITER = """
SELECT count(*) FROM empechement e JOIN convocation c USING (convocation_id) JOIN mission m USING (mission_id)
WHERE e.etat = 'OUVERT' AND m.uai = ANY($1::text[])
"""


async def carry(connection: Connection, convocation_id: UUID, mission_id: UUID, numero: str) -> None:
    """An open report goes over to this person's convocation on the mission, unless that one has its own."""
    await connection.execute(_CARRY, convocation_id, mission_id, numero)


async def a_traiter(connection: Connection, uais: Sequence[str]) -> int:
    """How many reports wait for an answer of these établissements."""
    return int(await connection.fetchval(_A_TRAITER, uais))
