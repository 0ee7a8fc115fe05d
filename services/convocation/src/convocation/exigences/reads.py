"""What other rooms ask of exigences."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.database import Connection, Row
from convocation.exigences.domain import Exigence

COLUMNS = """
e.academie, e.version, e.lot_copies, e.correcteurs,
coalesce((SELECT json_agg(json_build_array(p.profil, p.disciplines) ORDER BY p.rang) FROM profil_requis p
          WHERE p.academie = e.academie AND p.code_epreuve = e.code_epreuve), '[]')::text AS profils_json
"""


EN_VIGUEUR = f"""
SELECT {COLUMNS} FROM exigence e
WHERE e.code_epreuve = $2 AND e.academie IN ($1, '*') ORDER BY e.academie = '*' LIMIT 1
"""
"""The rule that holds in the académie $1 for the épreuve $2, if any."""
_TOUTES = f"""
SELECT DISTINCT ON (e.code_epreuve) e.code_epreuve, {COLUMNS} FROM exigence e
WHERE e.code_epreuve = ANY($2::text[]) AND e.academie IN ($1, '*') ORDER BY e.code_epreuve, e.academie = '*'
"""


class ExigenceRow(Row):
    """COLUMNS; a code without a rule has None."""

    academie: str | None
    version: int | None
    lot_copies: int | None
    correcteurs: int | None
    profils_json: str

    @property
    def exigence(self) -> Exigence:
        """A code without a rule asks for nothing."""
        return Exigence(lire_profils(self.profils_json), self.lot_copies, self.correcteurs)


def lire_profils(profils_json: str) -> dict[str, frozenset[str]]:
    """The column of that name."""
    return {profil: frozenset(codes) for profil, codes in json.loads(profils_json)}


class RegleRow(ExigenceRow):
    """With the épreuve that the rule is of."""

    code_epreuve: str


class ProfilRow(Row):
    """A profile that some épreuve asks for."""

    profil: str


@dataclass(frozen=True, slots=True)
class EnVigueur:
    """The rule that holds: whose it is (None: there is none) and its version (0 then)."""

    exigence: Exigence
    academie: str | None
    version: int


async def in_force(connection: Connection, academie: str, code: str) -> EnVigueur:
    """What holds in the académie: its own, else the nation's, else nothing."""
    row = await connection.fetchrow(EN_VIGUEUR, academie, code, record_class=ExigenceRow)
    return EnVigueur(row.exigence, row.academie, row.version or 0) if row else EnVigueur(Exigence(), None, 0)


async def rule_in_force(connection: Connection, academie: str, code: str) -> Exigence:
    """`in_force`, when only the rule matters."""
    return (await in_force(connection, academie, code)).exigence


async def rules_in_force(connection: Connection, academie: str, codes: Sequence[str]) -> dict[str, Exigence]:
    """`rule_in_force` of several épreuves, by code."""
    rows = await connection.fetch(_TOUTES, academie, codes, record_class=RegleRow)
    return {code: Exigence() for code in codes} | {row.code_epreuve: row.exigence for row in rows}


async def profils(connection: Connection, academie: str) -> list[str]:
    """Names of the profiles that some épreuve asks for in the nation or the académie."""
    query = "SELECT DISTINCT profil FROM profil_requis WHERE academie IN ('*', $1) ORDER BY profil"
    return [row.profil for row in await connection.fetch(query, academie, record_class=ProfilRow)]
