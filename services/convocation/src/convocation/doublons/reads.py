"""Pairs of entries that may be one person, with what a person needs to judge them; for the page and the API."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.database import Connection
from convocation.annuaire import reads as annuaire
from convocation.annuaire.domain import Intervenant
from convocation.doublons import sql
from convocation.doublons.domain import Paire, differents, motifs_vraisemblables
from convocation.doublons.sql import PaireRow

TAILLE = 50


@dataclass(frozen=True, slots=True)
class Face:
    """One of the two, with how many active convocations she has."""

    personne: Intervenant
    convocations: int


@dataclass(frozen=True, slots=True)
class Doublon:
    """Two entries that may be one person, why, and the fields in which they differ."""

    faces: tuple[Face, Face]
    motifs: tuple[str, ...]
    differents: frozenset[str]


async def page_of(connection: Connection, academies: Sequence[str], number: int) -> tuple[list[Doublon], int]:
    """Fifty pairs, the likeliest first, `number` from 1, and how many there are."""
    rows = await sql.pairs(connection, academies)
    found = await asyncio.to_thread(_likely, rows)  # some thousand names are compared
    return await with_people(connection, found[(number - 1) * TAILLE : number * TAILLE]), len(found)


def _likely(rows: Sequence[PaireRow]) -> list[Paire]:
    """Those that may be one person; what has most reasons first."""
    found = [Paire(row.numero, row.autre, motifs_vraisemblables(row.motifs, row.cle, row.autre_cle)) for row in rows]
    return sorted((one for one in found if one.motifs), key=lambda one: -len(one.motifs))


async def with_people(connection: Connection, pairs: Sequence[Paire]) -> list[Doublon]:
    """Each pair with its two people."""
    numeros = sorted({numero for one in pairs for numero in (one.numero, one.autre)})
    people = await annuaire.get(connection, numeros)
    counts = await annuaire.convocations_actives(connection, numeros)
    faces = {numero: Face(person, counts.get(numero, 0)) for numero, person in people.items()}
    return [
        Doublon((faces[one.numero], faces[one.autre]), one.motifs, differents(people[one.numero], people[one.autre]))
        for one in pairs
    ]
