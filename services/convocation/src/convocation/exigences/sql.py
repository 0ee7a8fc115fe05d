"""SQL of what épreuves ask for (R47), for the nation ('*') or an académie, and of what a change does to missions."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Connection, Row
from convocation.exigences.domain import NATIONALE, Exigence
from convocation.exigences.reads import COLUMNS, ExigenceRow
from event_schemas.inscriptions import RESERVED_CODE

_LISTE = f"""
WITH par_code AS (SELECT academie, code, count(*) FILTER (WHERE status = 'ACTIVE') AS ouvertes
                  FROM mission GROUP BY academie, code),
codes AS (SELECT a.academie, c.code FROM unnest($1::text[]) AS a (academie) CROSS JOIN LATERAL (
              SELECT p.code FROM par_code p WHERE a.academie IN ('*', p.academie)
              UNION SELECT code_epreuve FROM epreuve_discipline
              UNION SELECT x.code_epreuve FROM exigence x WHERE x.academie IN ('*', a.academie)) AS c)
SELECT codes.academie AS pour, codes.code, l.libelle, coalesce(n.missions, 0)::int AS missions,
       r.academie, r.version, r.lot_copies, r.correcteurs, coalesce(r.profils_json, '[]') AS profils_json
FROM codes
LEFT JOIN libelle_epreuve l USING (code)  -- also of an épreuve that this académie has no mission of
LEFT JOIN LATERAL (
    SELECT sum(p.ouvertes) FILTER (
               WHERE codes.academie = p.academie OR codes.academie = '*' AND NOT EXISTS (
                   SELECT FROM exigence x WHERE x.academie = p.academie AND x.code_epreuve = p.code)) AS missions
    FROM par_code p WHERE p.code = codes.code) AS n ON true
LEFT JOIN LATERAL (
    SELECT {COLUMNS} FROM exigence e WHERE e.code_epreuve = codes.code AND e.academie IN (codes.academie, '*')
    ORDER BY e.academie = '*' LIMIT 1) AS r ON true
WHERE ($2::text IS NULL OR codes.code = $2)
  AND codes.code <> '{RESERVED_CODE}'  -- one person has a scan done: no rule acts on it (R48)
ORDER BY codes.academie, l.libelle NULLS LAST, codes.code
"""


# The state of the missions as it is, and with the rule tried: $4 profiles, $5 copies of a lot, $6 correcteurs.
_EFFET = """
WITH jugee AS (
    SELECT avant.mission_id, avant.session, avant.uai, avant.etablissement_nom, avant.libelle, avant.convoques,
           avant.pourvus, avant.besoin AS avant, apres.besoin AS apres, avant.profils_manquants AS manquants_avant,
           apres.profils_manquants AS manquants_apres,
           (apres.deficit OR apres.profil_manquant) AND NOT (avant.deficit OR avant.profil_manquant)
               AS devient_deficitaire
    FROM etat_des_missions($3, NULL, NULL, $1, NULL, $2) AS avant
    JOIN etat_des_missions($3, NULL, NULL, $1, NULL, $2, $4, $5, $6) AS apres USING (mission_id)
    WHERE avant.active AND ($1::text[] IS NOT NULL OR NOT EXISTS (
        SELECT FROM exigence x WHERE x.academie = avant.academie AND x.code_epreuve = avant.code)))
SELECT *, (count(*) OVER ())::int AS total, (count(*) FILTER (WHERE devient_deficitaire) OVER ())::int AS deficitaires
FROM jugee ORDER BY devient_deficitaire DESC, etablissement_nom, uai, session, mission_id LIMIT 50
"""


_ECRIRE = """
INSERT INTO exigence (academie, code_epreuve, lot_copies, correcteurs, version) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (academie, code_epreuve) DO UPDATE
SET lot_copies = excluded.lot_copies, correcteurs = excluded.correcteurs, version = excluded.version
"""


_SUPPRIMER = "DELETE FROM exigence WHERE academie = $1 AND code_epreuve = $2"


class LigneExigence(ExigenceRow):
    """The rule that holds for an épreuve `pour` an académie or the nation; None in its columns: there is none."""

    pour: str
    code: str
    libelle: str | None
    missions: int


class MissionTouchee(Row):
    """A mission with its need and its missing profiles before and after."""

    mission_id: UUID
    session: str
    uai: str
    etablissement_nom: str
    libelle: str
    convoques: int
    pourvus: int
    avant: int
    apres: int
    manquants_avant: list[str]
    manquants_apres: list[str]
    devient_deficitaire: bool
    total: int
    deficitaires: int


async def next_version(connection: Connection) -> int:
    """Of the one counter; whoever else changes a rule waits until this transaction ends, so `in_force` stays true."""
    version: int = await connection.fetchval("UPDATE exigence_compteur SET version = version + 1 RETURNING version")
    return version


async def liste(connection: Connection, academies: Sequence[str], code: str | None = None) -> list[LigneExigence]:
    """Each épreuve known in each of `academies` (`pour`), what holds there and how many open missions follow it."""
    return await connection.fetch(_LISTE, list(academies), code, record_class=LigneExigence)


async def effet(connection: Connection, academie: str, code: str, apres: Exigence, *, lot: int) -> list[MissionTouchee]:
    """The first 50 open missions concerned, those that become deficient first; `total` and `deficitaires` of all."""
    academies = None if academie == NATIONALE else [academie]
    wanted = (list(apres.profils), apres.lot_copies, apres.correcteurs)
    return await connection.fetch(_EFFET, academies, code, lot, *wanted, record_class=MissionTouchee)


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


async def delete(connection: Connection, academie: str, code: str) -> None:
    """The nation's holds again."""
    assert academie != NATIONALE
    await connection.execute(_SUPPRIMER, academie, code)
