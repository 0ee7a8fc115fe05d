"""Whom the sign-in for development lists: établissements with missions, intervenants, académies."""

from typing import Any

from chassis.database import Connection
from convocation.commun.recherche import mots

_ETABLISSEMENTS = """
SELECT DISTINCT ON (uai) uai, academie, etablissement_nom AS nom, etablissement_commune AS commune FROM mission
WHERE $1::text[] IS NULL OR recherche LIKE ALL ($1) ORDER BY uai LIMIT $2
"""
_INTERVENANTS = """
SELECT numero, civilite, nom, prenom, uai FROM intervenant
WHERE actif AND ($1::text[] IS NULL OR cle || ' ' || uai LIKE ALL ($1)) ORDER BY uai, cle LIMIT $2
"""


def _patterns(texte: str) -> list[str] | None:
    return [f"%{mot}%" for mot in mots(texte)] or None


async def etablissements(connection: Connection, texte: str, *, limit: int) -> list[Any]:
    """Those whose UAI, name, commune or missions have each word."""
    return list(await connection.fetch(_ETABLISSEMENTS, _patterns(texte), limit))


async def intervenants(connection: Connection, texte: str, *, limit: int) -> list[Any]:
    """People whose name or UAI has each word."""
    return list(await connection.fetch(_INTERVENANTS, _patterns(texte), limit))


async def intervenant(connection: Connection, numero: str) -> Any:
    query = "SELECT numero, nom, prenom FROM intervenant WHERE numero = $1 AND actif"
    return await connection.fetchrow(query, numero)


async def academies(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT DISTINCT academie FROM mission ORDER BY academie")
    return [row["academie"] for row in rows]
