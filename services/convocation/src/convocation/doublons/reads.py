"""Pairs of entries that may be one person, with what a person needs to judge them; for the page and the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.database import Connection
from convocation.annuaire import reads as intervenants
from convocation.annuaire.domain import Intervenant
from convocation.doublons import sql as doublons
from convocation.doublons.domain import differents
from convocation.doublons.sql import Paire

TAILLE = 50


@dataclass(frozen=True, slots=True)
class Face:
    """One of the two, with the number of her active convocations."""

    personne: Intervenant
    convocations: int


@dataclass(frozen=True, slots=True)
class Doublon:
    faces: tuple[Face, Face]
    motifs: tuple[str, ...]
    differents: frozenset[str]


async def page_of(connection: Connection, academies: Sequence[str], number: int) -> tuple[list[Doublon], int]:
    """Fifty pairs, the likeliest first, `number` from 1, and how many there are."""
    found = await doublons.paires(connection, academies)
    return await seen(connection, found[(number - 1) * TAILLE : number * TAILLE]), len(found)


async def seen(connection: Connection, paires: Sequence[Paire]) -> list[Doublon]:
    """With the people of each pair."""
    numeros = sorted({numero for one in paires for numero in (one.numero, one.autre)})
    people = await intervenants.get(connection, numeros)
    counts = await intervenants.convocations_actives(connection, numeros)
    faces = {numero: Face(person, counts.get(numero, 0)) for numero, person in people.items()}
    return [
        Doublon((faces[one.numero], faces[one.autre]), one.motifs, differents(people[one.numero], people[one.autre]))
        for one in paires
    ]
