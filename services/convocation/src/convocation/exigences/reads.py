"""What other rooms ask of exigences."""

import json
from dataclasses import dataclass
from typing import Any

from chassis.database import Connection
from convocation.exigences.domain import Exigence

_COLUMNS = """
e.academie, e.version, e.lot_copies, e.correcteurs,
coalesce((SELECT json_agg(json_build_array(p.profil, p.disciplines) ORDER BY p.rang) FROM profil_requis p
          WHERE p.academie = e.academie AND p.code_epreuve = e.code_epreuve), '[]') AS profils
"""


_EN_VIGUEUR = f"""
SELECT {_COLUMNS} FROM exigence e
WHERE e.code_epreuve = $2 AND e.academie IN ($1, '*') ORDER BY e.academie = '*' LIMIT 1
"""


_BESOIN = """
CASE m.type WHEN 'NUMERISATION' THEN 0
     ELSE coalesce({correcteurs}, ceil(m.candidats::numeric / coalesce({lot}, {reglage}))::int
                                  * greatest(1, {profils})) END
"""
"""`domain.besoin.besoin` in SQL, of a mission `m`; `reglage`: the setting's lot. A test holds the two together."""


def besoin_sql(reglage: str) -> str:
    """What mission `m` needs under its exigence_mission `r`; `reglage`: the argument that holds the setting's lot."""
    return _BESOIN.format(
        correcteurs="r.correcteurs", lot="r.lot_copies", reglage=reglage, profils="cardinality(r.requis)"
    )


def exigence_of(row: Any) -> Exigence:
    """From a row of these queries; a code without one asks for nothing."""
    if row is None or row["academie"] is None:
        return Exigence()
    profils = {profil: frozenset(codes) for profil, codes in json.loads(row["profils"])}
    return Exigence(profils, row["lot_copies"], row["correcteurs"])


@dataclass(frozen=True, slots=True)
class Tenue:
    """The rule that holds: whose it is (None: there is none) and its version (0 then)."""

    exigence: Exigence
    academie: str | None
    version: int


async def tenue(connection: Connection, academie: str, code: str) -> Tenue:
    """What holds in the académie: its own, else the nation's, else nothing."""
    row = await connection.fetchrow(_EN_VIGUEUR, academie, code)
    return Tenue(exigence_of(row), row["academie"] if row else None, row["version"] if row else 0)


async def en_vigueur(connection: Connection, academie: str, code: str) -> Exigence:
    """`tenue`, when only the rule matters."""
    return (await tenue(connection, academie, code)).exigence


async def profils(connection: Connection, academie: str) -> list[str]:
    """Names of the profiles that some épreuve asks for in the nation or the académie."""
    query = "SELECT DISTINCT profil FROM profil_requis WHERE academie IN ('*', $1) ORDER BY profil"
    return [row["profil"] for row in await connection.fetch(query, academie)]
