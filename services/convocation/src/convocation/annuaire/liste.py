"""SQL of the directory as the rectorat lists it (R54): its académies', by name, établissement, discipline, state."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis.database import Connection
from convocation.annuaire.rapprochement import mots_proches
from convocation.commun.recherche import mots

_LISTE = """
SELECT i.*, count(*) OVER () AS total FROM intervenant i
WHERE ($1::text[] IS NULL OR i.academie = ANY($1))
  AND ($2::text IS NULL OR i.uai = $2 OR i.uais_secondaires @> ARRAY[$2])
  AND ($3::text IS NULL OR i.disciplines @> ARRAY[$3]) AND ($4::boolean IS NULL OR i.actif = $4)
  AND ' ' || i.cle LIKE ALL ($5::text[])
ORDER BY i.cle, i.numero LIMIT $6 OFFSET $7
"""
_WORDS = """
SELECT DISTINCT mot FROM intervenant_mot WHERE ($1::text[] IS NULL OR academie = ANY($1)) AND length(mot) >= $2
"""


@dataclass(frozen=True, slots=True)
class FiltreAnnuaire:
    """None is no restriction; `page` from 1, of `taille` people."""

    academies: Sequence[str] | None
    nom: str = ""
    uai: str | None = None
    discipline: str | None = None
    actif: bool | None = None
    page: int = 1
    taille: int = 50


async def liste_intervenants(connection: Connection, filtre: FiltreAnnuaire) -> tuple[list[Any], bool]:
    """A page of people with `total`, and whether a letter of the name was forgiven (R35)."""
    typed = mots(filtre.nom)
    rows = await _rows(connection, filtre, typed)
    if rows or not typed or filtre.page > 1:
        return rows, False
    words = await connection.fetch(_WORDS, filtre.academies, min(map(len, typed)) - 1)
    near = await asyncio.to_thread(mots_proches, typed, [row["mot"] for row in words])
    found = await _rows(connection, filtre, near) if near else []
    return found, bool(found)


async def _rows(connection: Connection, filtre: FiltreAnnuaire, words: Sequence[str]) -> list[Any]:
    arguments = (filtre.academies, filtre.uai, filtre.discipline, filtre.actif, [f"% {mot}%" for mot in words])
    return list(await connection.fetch(_LISTE, *arguments, filtre.taille, (filtre.page - 1) * filtre.taille))
