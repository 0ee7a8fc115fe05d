"""SQL of entries of the directory that may be one person, and of what was decided about them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.annuaire.rapprochement import noms_proches
from convocation.convocations.reads import ETAT, EtatRow

# $1: académies. An address that more people share than these is an office's, and says nothing about who they are.
_COURRIEL_PARTAGE = 5
_PAIRES = f"""
WITH active AS MATERIALIZED (
    SELECT numero, academie, cle, lower(courriel) AS courriel, uais_secondaires || uai AS uais FROM intervenant
    WHERE actif AND academie = ANY($1::text[])),
lieu AS (SELECT DISTINCT numero, academie, unnest(uais) AS uai FROM active),
mot AS MATERIALIZED (
    SELECT l.numero, l.academie, l.uai, m.mot FROM lieu l JOIN intervenant_mot m USING (numero)),
paire AS (
    SELECT x.numero, y.numero AS autre, 'nom' AS motif
    FROM active x JOIN active y ON (x.academie, x.cle) = (y.academie, y.cle) AND x.numero < y.numero
    UNION SELECT x.numero, y.numero, 'courriel'
    FROM active x JOIN active y ON (x.academie, x.courriel) = (y.academie, y.courriel) AND x.numero < y.numero
    WHERE x.courriel IN (SELECT courriel FROM active GROUP BY courriel
                         HAVING count(*) BETWEEN 2 AND {_COURRIEL_PARTAGE})
    UNION SELECT x.numero, y.numero, 'voisin'
    FROM mot x JOIN mot y ON (x.academie, x.uai, x.mot) = (y.academie, y.uai, y.mot) AND x.numero < y.numero)
SELECT p.numero, p.autre, array_agg(p.motif ORDER BY p.motif) AS motifs, x.cle, y.cle AS autre_cle
FROM paire p JOIN active x ON x.numero = p.numero JOIN active y ON y.numero = p.autre
WHERE NOT EXISTS (SELECT FROM doublon_ecarte e WHERE (e.numero, e.autre) = (p.numero, p.autre))
GROUP BY p.numero, p.autre, x.cle, y.cle ORDER BY x.cle, p.numero, p.autre
"""
_A_REPRENDRE = f"{ETAT} WHERE numero = ANY($1::text[]) ORDER BY convocation_id FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Paire:
    """Two numbers, the lower first, and why: the same `nom`, `courriel` or `etablissement`, or near names in one."""

    numero: str
    autre: str
    motifs: tuple[str, ...]


class PaireRow(Row):
    """Two entries with something in common, and the folded names that are compared."""

    numero: str
    autre: str
    motifs: list[str]
    cle: str
    autre_cle: str


async def paires(connection: Connection, academies: Sequence[str]) -> list[Paire]:
    """Of active people, each pair once, the likeliest first, without those that were said to be two people."""
    rows = await connection.fetch(_PAIRES, list(academies), record_class=PaireRow)
    return await asyncio.to_thread(_vraisemblables, rows)


def _vraisemblables(rows: Sequence[PaireRow]) -> list[Paire]:
    """One word in common and one établissement are not enough: the names must be near. What has most reasons first."""
    found = [Paire(row.numero, row.autre, _motifs(row)) for row in rows]
    return sorted((one for one in found if one.motifs), key=lambda one: -len(one.motifs))


def _motifs(row: PaireRow) -> tuple[str, ...]:
    told: list[str] = [one for one in ("nom", "courriel") if one in row.motifs]
    if "voisin" in row.motifs:
        if "nom" in told:
            told.append("etablissement")
        elif noms_proches(row.cle, row.autre_cle):
            told.append("proche")
    return tuple(told)


async def missions_of(connection: Connection, numero: str) -> list[UUID]:
    """The missions of a person's active convocations."""
    query = "SELECT mission_id FROM convocation WHERE numero = $1 AND status = 'ACTIVE'"
    return [row["mission_id"] for row in await connection.fetch(query, numero)]


async def a_reprendre(connection: Connection, numeros: Sequence[str]) -> list[EtatRow]:
    """Every convocation of these people, cancelled ones too, locked."""
    return await connection.fetch(_A_REPRENDRE, numeros, record_class=EtatRow)


async def ecarter(connection: Connection, numeros: Sequence[str], par: str, le: datetime) -> bool:
    """Remember that these two are two people; False when it was known."""
    query = "INSERT INTO doublon_ecarte (numero, autre, par, le) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    return str(await connection.execute(query, *sorted(numeros), par, le)) == "INSERT 0 1"
