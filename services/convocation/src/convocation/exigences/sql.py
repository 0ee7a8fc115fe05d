"""SQL of what épreuves ask for (R47), for the nation ('*') or an académie, and of what a change does to missions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis.database import Connection
from convocation.exigences.domain import NATIONALE, Exigence

_COLUMNS = """
e.academie, e.version, e.lot_copies, e.correcteurs,
coalesce((SELECT json_agg(json_build_array(p.profil, p.disciplines) ORDER BY p.rang) FROM profil_requis p
          WHERE p.academie = e.academie AND p.code_epreuve = e.code_epreuve), '[]') AS profils
"""
_EN_VIGUEUR = f"""
SELECT {_COLUMNS} FROM exigence e
WHERE e.code_epreuve = $2 AND e.academie IN ($1, '*') ORDER BY e.academie = '*' LIMIT 1
"""
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
_BESOIN = """
CASE m.type WHEN 'NUMERISATION' THEN 0
     ELSE coalesce({correcteurs}, ceil(m.candidats::numeric / coalesce({lot}, {reglage}))::int
                                  * greatest(1, {profils})) END
"""
"""`domain.besoin.besoin` in SQL, of a mission `m`; `reglage`: the setting's lot. A test holds the two together."""


def besoin_sql(reglage: str) -> str:
    """What mission `m` needs under its exigence_mission `r`; `reglage`: the argument that holds the setting's lot."""
    return _BESOIN.format(
        correcteurs="r.correcteurs", lot="r.lot_copies", reglage=reglage, profils="cardinality(r.requis)"
    )


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


def exigence_of(row: Any) -> Exigence:
    """From a row of these queries; a code without one asks for nothing."""
    if row is None or row["academie"] is None:
        return Exigence()
    profils = {profil: frozenset(codes) for profil, codes in json.loads(row["profils"])}
    return Exigence(profils, row["lot_copies"], row["correcteurs"])


@dataclass(frozen=True, slots=True)
class Tenue:
    """The rule that holds: whose it is (None: there is none) and its version (0 then)."""

    exigence: Exigence
    academie: str | None
    version: int


async def tenue(connection: Connection, academie: str, code: str) -> Tenue:
    """What holds in the académie: its own, else the nation's, else nothing."""
    row = await connection.fetchrow(_EN_VIGUEUR, academie, code)
    return Tenue(exigence_of(row), row["academie"] if row else None, row["version"] if row else 0)


async def en_vigueur(connection: Connection, academie: str, code: str) -> Exigence:
    """`tenue`, when only the rule matters."""
    return (await tenue(connection, academie, code)).exigence


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


async def profils(connection: Connection, academie: str) -> list[str]:
    """Names of the profiles that some épreuve asks for in the nation or the académie."""
    query = "SELECT DISTINCT profil FROM profil_requis WHERE academie IN ('*', $1) ORDER BY profil"
    return [row["profil"] for row in await connection.fetch(query, academie)]
