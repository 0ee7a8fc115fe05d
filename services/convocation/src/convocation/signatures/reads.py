"""What other rooms ask of signatures."""

from chassis.database import Connection, Row

_SIGNATURE = """
SELECT uai, nom, prenom, qualite, version, image IS NOT NULL AS imagee FROM signature WHERE uai = $1
"""


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
