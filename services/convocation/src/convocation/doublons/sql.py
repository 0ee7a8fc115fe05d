"""SQL of entries of the directory that may be one person, and of what was decided about them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.convocations.reads import ETAT, EtatRow

# An address that more people share is an office's: it says nothing about who they are.
_COURRIEL_PARTAGE = 5
# $1: académies.
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
_LOCK_CONVOCATIONS = f"{ETAT} WHERE numero = ANY($1::text[]) ORDER BY convocation_id FOR UPDATE"


class PaireRow(Row):
    """Two entries with something in common, the lower number first, and their folded names.

    `motifs`: the same `nom` or `courriel`, or `voisin`: a word of the name in common, and an établissement.
    """

    numero: str
    autre: str
    motifs: list[str]
    cle: str
    autre_cle: str


class MissionRow(Row):
    """A mission on which somebody is convoked."""

    mission_id: UUID


async def pairs(connection: Connection, academies: Sequence[str]) -> list[PaireRow]:
    """Of active people, each pair once, without those that were said to be two people."""
    return await connection.fetch(_PAIRES, list(academies), record_class=PaireRow)


async def missions_of(connection: Connection, numero: str) -> list[UUID]:
    """The missions of a person's active convocations."""
    query = "SELECT mission_id FROM convocation WHERE numero = $1 AND status = 'ACTIVE'"
    return [row.mission_id for row in await connection.fetch(query, numero, record_class=MissionRow)]


async def lock_convocations(connection: Connection, numeros: Sequence[str]) -> list[EtatRow]:
    """Every convocation of these people, cancelled ones too, locked."""
    return await connection.fetch(_LOCK_CONVOCATIONS, numeros, record_class=EtatRow)


async def separate(connection: Connection, numeros: Sequence[str], par: str, le: datetime) -> bool:
    """Record that these two are two people; False when it was known."""
    query = "INSERT INTO doublon_ecarte (numero, autre, par, le) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    return str(await connection.execute(query, *sorted(numeros), par, le)) == "INSERT 0 1"
