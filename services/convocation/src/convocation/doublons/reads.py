"""Pairs of entries that may be one person, with what a person needs to judge them; for the page and the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from convocation.annuaire import reads as annuaire
from convocation.annuaire.domain import Intervenant
from convocation.convocations.domain import Convocation
from convocation.convocations.reads import convocation_of
from convocation.doublons import sql
from convocation.doublons.domain import (
    DELAI,
    Comparee,
    Deplacement,
    Paire,
    Retour,
    differents,
    lire,
    motifs_vraisemblables,
    rendre,
)
from convocation.doublons.refus import FusionSuivie
from convocation.doublons.sql import CandidatRow, FusionRow
from event_schemas.academies import local_time

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
    rows, total = await sql.page(connection, academies, TAILLE, (number - 1) * TAILLE)
    found = [Paire(row.numero, row.autre, tuple(row.motifs)) for row in rows]
    return await with_people(connection, found), total


def plausible(rows: Sequence[CandidatRow]) -> list[tuple[str, str, str, str, int, str]]:
    """Those that may be one person, as `sql.keep` writes them; each once."""
    found: dict[tuple[str, str], tuple[str, str, str, str, int, str]] = {}
    for row in rows:
        une = Comparee(row.numero, row.cle, row.courriel, frozenset(row.lieux), frozenset(row.disciplines))
        lieux, disciplines = frozenset(row.autre_lieux), frozenset(row.autre_disciplines)
        autre = Comparee(row.autre, row.autre_cle, row.autre_courriel, lieux, disciplines)
        motifs = motifs_vraisemblables(une, autre, row.homonymes, row.partage)
        if motifs:
            first, second = sorted((une, autre), key=lambda one: one.numero)
            reasons, weight = " ".join(motifs), Paire(first.numero, second.numero, motifs).poids
            kept = (first.numero, second.numero, row.academie, reasons, weight, first.cle)
            found[first.numero, second.numero] = kept
    return list(found.values())


async def retours(
    connection: Connection, deplacements: Sequence[Deplacement], held: Mapping[UUID, Convocation]
) -> list[Retour]:
    """What undoing does on each mission, the convocations being as in `held`. Raises FusionSuivie."""
    if any(held[one.autre_id].version != one.autre_version for one in deplacements):
        raise FusionSuivie
    anew = await sql.made_anew(connection, {one.gardee_id: one.gardee_version for one in deplacements})
    before = await sql.before(connection, {one.autre_id: one.autre_version for one in deplacements})
    return [
        rendre(
            one,
            held[one.autre_id],
            convocation_of(before[one.autre_id]),
            held[one.gardee_id],
            refaite=one.gardee_id in anew,
        )
        for one in deplacements
    ]


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


@dataclass(frozen=True, slots=True)
class FusionRecente:
    """A merge that can still be undone, until `jusqu_a` (the académie's time)."""

    fusion_id: UUID
    gardee: Intervenant
    autre: Intervenant
    par_nom: str
    le: datetime
    jusqu_a: datetime
    suivie: bool


@dataclass(frozen=True, slots=True)
class Effet:
    """What undoing does: how many convocations go back, and how many stay as the établissements left them."""

    rendues: int
    gardees: int


async def merged_lately(connection: Connection, academies: Sequence[str], now: datetime) -> list[FusionRecente]:
    """Those of the last day, the latest first."""
    return await with_names(connection, await sql.fusions(connection, academies, now - DELAI))


async def with_names(connection: Connection, rows: Sequence[FusionRow]) -> list[FusionRecente]:
    """Each with its two people."""
    people = await annuaire.get(connection, sorted({numero for row in rows for numero in (row.gardee, row.autre)}))
    return [
        FusionRecente(
            row.fusion_id,
            people[row.gardee],
            people[row.autre],
            row.par_nom,
            local_time(row.academie, row.le),
            local_time(row.academie, row.le + DELAI),
            row.suivie,
        )
        for row in rows
    ]


async def effect_of(connection: Connection, row: FusionRow) -> Effet | None:
    """None where it cannot be undone as things are."""
    done = lire(row.avant, row.apres, row.deplacees).deplacements
    held = await sql.states(connection, [id_ for one in done for id_ in (one.autre_id, one.gardee_id)])
    in_reach = [one for one in done if {one.autre_id, one.gardee_id} <= held.keys()]
    try:
        found = await retours(connection, in_reach, {id_: convocation_of(one) for id_, one in held.items()})
    except FusionSuivie:
        return None
    back = sum(one.rendue is not None for one in found)
    return None if row.suivie else Effet(back, len(done) - back)


async def to_search(connection: Connection, academies: Sequence[str]) -> bool:
    """Whether pairs of these académies are still being looked for."""
    return await sql.to_search(connection, academies)
