"""The nomenclature of disciplines (R28, R29), and whose teachers correct an épreuve."""

from collections.abc import Sequence

from chassis.database import Connection, Row
from convocation.commun.recherche import mots


class Discipline(Row):
    """A discipline of the nomenclature."""

    code: str
    libelle: str


class CodeRow(Row):
    """The code of a discipline."""

    code: str


class EpreuveRow(Row):
    """Whose teachers correct an épreuve."""

    code_epreuve: str
    discipline: str


async def disciplines(connection: Connection, texte: str) -> list[Discipline]:
    """R29: disciplines one of whose words begins with each word typed, or whose code does; all for no word."""
    rows = await connection.fetch("SELECT code, libelle FROM discipline ORDER BY libelle", record_class=Discipline)
    typed = mots(texte)
    return [row for row in rows if all(_begins(word, row) for word in typed)]


def _begins(word: str, row: Discipline) -> bool:
    return any(mot.startswith(word) for mot in [row.code, *mots(row.libelle)])


async def unknown_disciplines(connection: Connection, codes: Sequence[str]) -> list[str]:
    """Codes the nomenclature does not have."""
    query = "SELECT code FROM unnest($1::text[]) AS t (code) WHERE code NOT IN (SELECT code FROM discipline)"
    return [row.code for row in await connection.fetch(query, codes, record_class=CodeRow)]


async def libelles(connection: Connection) -> dict[str, str]:
    """The nomenclature of disciplines, label by code."""
    rows = await connection.fetch("SELECT code, libelle FROM discipline ORDER BY code", record_class=Discipline)
    return {row.code: row.libelle for row in rows}


async def of_epreuves(connection: Connection, codes: Sequence[str]) -> dict[str, set[str]]:
    """By épreuve, as `of_epreuve`."""
    query = "SELECT code_epreuve, discipline FROM epreuve_discipline WHERE code_epreuve = ANY($1::text[])"
    found: dict[str, set[str]] = {code: set() for code in codes}
    for row in await connection.fetch(query, codes, record_class=EpreuveRow):
        found[row.code_epreuve].add(row.discipline)
    return found


async def of_epreuve(connection: Connection, code_epreuve: str) -> list[str]:
    """Codes of the disciplines whose teachers correct the épreuve; none for a code the table does not have."""
    query = "SELECT discipline AS code FROM epreuve_discipline WHERE code_epreuve = $1 ORDER BY discipline"
    return [row.code for row in await connection.fetch(query, code_epreuve, record_class=CodeRow)]
