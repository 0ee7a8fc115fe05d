"""Whom the sign-in for development offers: établissements with missions, intervenants, académies."""

from chassis.database import Connection, Row
from convocation.commun.recherche import mots

_ETABLISSEMENTS = """
SELECT DISTINCT ON (uai) uai, academie, etablissement_nom AS nom, etablissement_commune AS commune FROM mission
WHERE $1::text[] IS NULL OR recherche LIKE ALL ($1) ORDER BY uai LIMIT $2
"""
_INTERVENANTS = """
SELECT numero, civilite, nom, prenom, uai FROM intervenant
WHERE actif AND ($1::text[] IS NULL OR cle || ' ' || uai LIKE ALL ($1)) ORDER BY uai, cle LIMIT $2
"""


class Place(Row):
    """An établissement that has missions."""

    uai: str
    academie: str
    nom: str
    commune: str


class Personne(Row):
    """Somebody of the directory."""

    numero: str
    civilite: str
    nom: str
    prenom: str
    uai: str


class AcademieRow(Row):
    """An académie that has missions."""

    academie: str


def _patterns(texte: str) -> list[str] | None:
    return [f"%{mot}%" for mot in mots(texte)] or None


async def etablissements(connection: Connection, texte: str, *, limit: int) -> list[Place]:
    """Those whose UAI, name, commune or missions have each word."""
    return await connection.fetch(_ETABLISSEMENTS, _patterns(texte), limit, record_class=Place)


async def intervenants(connection: Connection, texte: str, *, limit: int) -> list[Personne]:
    """People whose name or UAI has each word."""
    return await connection.fetch(_INTERVENANTS, _patterns(texte), limit, record_class=Personne)


async def intervenant(connection: Connection, numero: str) -> Personne | None:
    """Somebody active, by number."""
    query = "SELECT numero, civilite, nom, prenom, uai FROM intervenant WHERE numero = $1 AND actif"
    return await connection.fetchrow(query, numero, record_class=Personne)


async def academies(connection: Connection) -> list[str]:
    query = "SELECT DISTINCT academie FROM mission ORDER BY academie"
    return [row.academie for row in await connection.fetch(query, record_class=AcademieRow)]
