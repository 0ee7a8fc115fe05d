"""What other rooms ask of signatures."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.database import Connection, Row

_SIGNATURE = """
SELECT uai, nom, prenom, qualite, version, image IS NOT NULL AS imagee FROM signature WHERE uai = $1
"""

# A document is kept as it was first made (D29): one that is not made yet will bear the signature.
_NON_SIGNEES = """
SELECT m.uai, array_agg(c.convocation_id) AS convocations
FROM signature s JOIN mission m USING (uai) JOIN convocation c USING (mission_id)
JOIN document d ON d.convocation_id = c.convocation_id AND d.version = c.version
WHERE s.uai = ANY($1::text[]) AND m.session = $2 AND c.status = 'ACTIVE' AND c.dates[cardinality(c.dates)] >= $3
  AND d.signature_version IS NULL AND ($4::text IS NULL OR m.type = $4)
GROUP BY m.uai
"""


class NonSigneesRow(Row):
    """Whose convocations of an établissement went out before its signature."""

    uai: str
    convocations: list[UUID]


class Signature(Row):
    """Who signs the convocations of an établissement; `imagee`: an image of the signature is there."""

    uai: str
    nom: str
    prenom: str
    qualite: str
    version: int
    imagee: bool


async def get(connection: Connection, uai: str) -> Signature | None:
    """The signature, None while nobody is recorded."""
    return await connection.fetchrow(_SIGNATURE, uai, record_class=Signature)


async def image(connection: Connection, uai: str) -> bytes | None:
    """The signature's PNG, where there is one."""
    octets: bytes | None = await connection.fetchval("SELECT image FROM signature WHERE uai = $1", uai)
    return octets


async def non_signees(
    connection: Connection, uais: Sequence[str], session: str, jour: date, type_: str | None = None
) -> dict[str, list[UUID]]:
    """Active convocations, not over on `jour`, whose document was made before the établissement had a signature (R24).

    By établissement; no key where there is none.
    """
    rows = await connection.fetch(_NON_SIGNEES, list(uais), session, jour, type_, record_class=NonSigneesRow)
    return {row.uai: row.convocations for row in rows}
