"""What other rooms ask of empechements."""

from collections.abc import Sequence

from chassis.database import Connection

_A_TRAITER = """
SELECT count(*) FROM empechement e JOIN convocation c USING (convocation_id) JOIN mission m USING (mission_id)
WHERE e.etat = 'OUVERT' AND m.uai = ANY($1::text[])
"""


async def a_traiter(connection: Connection, uais: Sequence[str]) -> int:
    """How many reports wait for an answer of these établissements."""
    return int(await connection.fetchval(_A_TRAITER, uais))
