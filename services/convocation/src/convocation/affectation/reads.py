"""Who teaches a discipline: how many in the établissement, and who elsewhere in the académie, the nearest first."""

from collections.abc import Collection, Sequence

from chassis.database import Connection, Row
from convocation.annuaire.reads import COLUMNS, IntervenantListe, Trouves, named, trouves
from convocation.commun.recherche import mots

_ELSEWHERE = f"""SELECT {COLUMNS}, count(*) OVER () AS total FROM intervenant i
WHERE i.actif AND disciplines_en_academie(i.academie, i.disciplines) && $2::text[] AND i.academie = $5
  AND i.uai <> $1 AND NOT i.uais_secondaires @> ARRAY[$1::text] AND {{named}}
ORDER BY i.uai <> ALL($3::text[]), left(i.uai, 3) <> left($1, 3), i.cle, i.numero LIMIT $4
"""
# By two indexes, the second for few people; `academie ||` keeps PostgreSQL from reading the whole académie's beside it.
_COUNTS = """
SELECT code, count(*) AS personnes FROM (
    SELECT disciplines FROM intervenant WHERE actif AND uai = $1 AND academie = $2
    UNION ALL
    SELECT disciplines FROM intervenant
    WHERE actif AND uais_secondaires @> ARRAY[$1::text] AND uai <> $1 AND academie || '' = $2
) AS ici, unnest(disciplines) AS code WHERE code = ANY($3::text[]) GROUP BY code
"""


class DisciplineRow(Row):
    """How many people of an établissement teach a discipline."""

    code: str
    personnes: int


async def counts(connection: Connection, uai: str, academie: str, disciplines: Collection[str]) -> dict[str, int]:
    """How many people of the établissement teach each of these disciplines; none that nobody teaches."""
    if not disciplines:
        return {}
    rows = await connection.fetch(_COUNTS, uai, academie, disciplines, record_class=DisciplineRow)
    return {row.code: row.personnes for row in rows}


async def elsewhere(
    connection: Connection,
    uai: str,
    academie: str,
    disciplines: Sequence[str],
    voisins: Sequence[str],
    nom: str = "",
    *,
    limit: int,
) -> Trouves:
    """Who teaches these disciplines in other établissements of the académie, the nearest first, by name where given.

    Nearest are the `voisins` (UAIs of the same commune), then the département, which a UAI begins with.
    """
    words = mots(nom)
    by_words, prefixes = named(words, 6, "academie = $5") if words else ("", [])
    query = _ELSEWHERE.format(named=f"i.numero = ANY(ARRAY({by_words}))" if words else "true")
    keys = [f"{academie}|{code}" for code in disciplines]
    asked = (uai, keys, voisins, limit, academie, *prefixes)
    return trouves(await connection.fetch(query, *asked, record_class=IntervenantListe))
