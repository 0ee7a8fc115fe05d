"""SQL of what épreuves ask for (R47), for the nation ('*') or an académie, and of what a change does to missions."""

from collections.abc import Sequence
from typing import Any

from chassis.database import Connection
from convocation.exigences.domain import NATIONALE, Exigence
from convocation.exigences.reads import _BESOIN, _COLUMNS, besoin_sql

_LISTE = f"""
WITH par_code AS (SELECT academie, code, min(libelle) AS libelle, count(*) FILTER (WHERE status = 'ACTIVE') AS ouvertes
                  FROM mission GROUP BY academie, code),
codes AS (SELECT a.academie, c.code FROM unnest($1::text[]) AS a (academie) CROSS JOIN LATERAL (
              SELECT p.code FROM par_code p WHERE a.academie IN ('*', p.academie)
              UNION SELECT code_epreuve FROM epreuve_discipline
              UNION SELECT x.code_epreuve FROM exigence x WHERE x.academie IN ('*', a.academie)) AS c)
SELECT codes.academie AS pour, codes.code, n.libelle, coalesce(n.missions, 0)::int AS missions,
       r.*
FROM codes
LEFT JOIN LATERAL (
    SELECT min(p.libelle) AS libelle, sum(p.ouvertes) FILTER (
               WHERE codes.academie = p.academie OR codes.academie = '*' AND NOT EXISTS (
                   SELECT FROM exigence x WHERE x.academie = p.academie AND x.code_epreuve = p.code)) AS missions
    FROM par_code p WHERE p.code = codes.code) AS n ON true
LEFT JOIN LATERAL (
    SELECT {_COLUMNS} FROM exigence e WHERE e.code_epreuve = codes.code AND e.academie IN (codes.academie, '*')
    ORDER BY e.academie = '*' LIMIT 1) AS r ON true
WHERE $2::text IS NULL OR codes.code = $2
ORDER BY codes.academie, n.libelle NULLS LAST, codes.code
"""


_APRES = _BESOIN.format(correcteurs="$6::int", lot="$5::int", reglage="$3", profils="cardinality($4::text[])")


# $4: profiles, $5: copies of a lot, $6: correcteurs, as they would be. What is missing is counted as the list counts.
_EFFET = f"""
WITH concernee AS (
    SELECT m.mission_id, m.session, m.uai, m.etablissement_nom, m.libelle, a.convoques,
           {besoin_sql("$3")} AS avant, {_APRES} AS apres,
           ARRAY(SELECT unnest(r.requis) EXCEPT SELECT unnest(a.profils) ORDER BY 1) AS manquants_avant,
           ARRAY(SELECT unnest($4::text[]) EXCEPT SELECT unnest(a.profils) ORDER BY 1) AS manquants_apres
    FROM mission m JOIN exigence_mission r USING (mission_id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS convoques,
               coalesce(array_agg(c.profil) FILTER (WHERE c.profil IS NOT NULL), ARRAY[]::text[]) AS profils
        FROM convocation c WHERE c.mission_id = m.mission_id AND c.status = 'ACTIVE') AS a
    WHERE m.status = 'ACTIVE' AND m.code = $2 AND (m.academie = $1 OR $1 = '*' AND NOT EXISTS (
        SELECT FROM exigence x WHERE x.academie = m.academie AND x.code_epreuve = m.code))),
jugee AS (
    SELECT *, (convoques >= avant AND manquants_avant = '{{}}')
              AND NOT (convoques >= apres AND manquants_apres = '{{}}') AS devient_deficitaire FROM concernee)
SELECT *, count(*) OVER () AS total, count(*) FILTER (WHERE devient_deficitaire) OVER () AS deficitaires
FROM jugee ORDER BY devient_deficitaire DESC, etablissement_nom, uai, session, mission_id LIMIT 50
"""


_ECRIRE = """
INSERT INTO exigence (academie, code_epreuve, lot_copies, correcteurs, version) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (academie, code_epreuve) DO UPDATE
SET lot_copies = excluded.lot_copies, correcteurs = excluded.correcteurs, version = excluded.version
"""


_SUPPRIMER = "DELETE FROM exigence WHERE academie = $1 AND code_epreuve = $2"


async def next_version(connection: Connection) -> int:
    """Of the one counter; whoever else changes a rule waits until this transaction ends, so `tenue` stays true."""
    version: int = await connection.fetchval("UPDATE exigence_compteur SET version = version + 1 RETURNING version")
    return version


async def liste(connection: Connection, academies: Sequence[str], code: str | None = None) -> list[Any]:
    """Each épreuve known in each of `academies` (`pour`), what holds there and how many open missions follow it."""
    return list(await connection.fetch(_LISTE, list(academies), code))


async def effet(connection: Connection, academie: str, code: str, apres: Exigence, *, lot: int) -> list[Any]:
    """The first 50 open missions concerned, those that become deficient first; `total` and `deficitaires` of all."""
    wanted = (list(apres.profils), apres.lot_copies, apres.correcteurs)
    return list(await connection.fetch(_EFFET, academie, code, lot, *wanted))


async def save(connection: Connection, academie: str, code: str, version: int, wanted: Exigence) -> None:
    """Write it as `version`, from `next_version` in the same transaction."""
    await connection.execute(_ECRIRE, academie, code, wanted.lot_copies, wanted.correcteurs, version)
    await connection.execute("DELETE FROM profil_requis WHERE academie = $1 AND code_epreuve = $2", academie, code)
    rows = [
        (academie, code, rang, nom, sorted(codes)) for rang, (nom, codes) in enumerate(wanted.profils.items(), start=1)
    ]
    await connection.executemany(
        "INSERT INTO profil_requis (academie, code_epreuve, rang, profil, disciplines) VALUES ($1, $2, $3, $4, $5)",
        rows,
    )


async def supprimer(connection: Connection, academie: str, code: str) -> None:
    """The nation's holds again."""
    assert academie != NATIONALE
    await connection.execute(_SUPPRIMER, academie, code)
