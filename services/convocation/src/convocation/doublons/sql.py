"""SQL of entries of the directory that may be one person, and of what was decided about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.convocations.reads import ETAT, EtatRow
from convocation.missions.reads import NON_ARCHIVEE

_PAGE = """
SELECT p.numero, p.autre, p.motifs, count(*) OVER () AS total
FROM doublon_probable p JOIN intervenant x ON x.numero = p.numero JOIN intervenant y ON y.numero = p.autre
WHERE p.academie = ANY($1::text[]) AND x.actif AND y.actif
  AND NOT EXISTS (SELECT FROM doublon_ecarte e WHERE (e.numero, e.autre) = (p.numero, p.autre))
ORDER BY p.poids DESC, p.cle, p.numero, p.autre LIMIT $2 OFFSET $3
"""
_COUNT = """
SELECT count(*) FROM doublon_probable p JOIN intervenant x ON x.numero = p.numero
JOIN intervenant y ON y.numero = p.autre
WHERE p.academie = ANY($1::text[]) AND x.actif AND y.actif
  AND NOT EXISTS (SELECT FROM doublon_ecarte e WHERE (e.numero, e.autre) = (p.numero, p.autre))
"""
_TAKE = """
WITH quelques AS (SELECT numero FROM doublon_a_chercher ORDER BY numero LIMIT $1),
gone AS (DELETE FROM doublon_a_chercher WHERE numero IN (SELECT numero FROM quelques) RETURNING numero)
SELECT numero FROM gone
UNION SELECT y.numero FROM gone JOIN intervenant x USING (numero)
    JOIN LATERAL (SELECT numero FROM intervenant y WHERE (y.academie, y.cle) = (x.academie, x.cle) AND y.actif LIMIT 4)
        AS y ON true
    WHERE (SELECT count(*) FROM intervenant z WHERE (z.academie, z.cle) = (x.academie, x.cle) AND z.actif) <= 3
"""
_FORGET = "DELETE FROM doublon_probable WHERE numero = ANY($1::text[]) OR autre = ANY($1::text[])"
# By index alone: who bears the name, who has the part of the address before the @, who is in the établissement. Whether
# the names are near, the domain says.
_CANDIDATES = """
WITH une AS MATERIALIZED (
    SELECT numero, academie, cle, lower(courriel) AS courriel, uais_secondaires || uai AS lieux, disciplines,
           (SELECT count(*) FROM intervenant h WHERE (h.academie, h.cle) = (i.academie, i.cle) AND h.actif)
               AS homonymes,
           (SELECT count(*) FROM intervenant h WHERE lower(h.courriel) = lower(i.courriel) AND h.actif) AS partage
    FROM intervenant i WHERE actif AND numero = ANY($1::text[])),
lieu AS (SELECT numero, unnest(lieux) AS uai FROM une),
paire AS MATERIALIZED (
    SELECT x.numero, y.numero AS autre FROM une x JOIN intervenant y ON (y.academie, y.cle) = (x.academie, x.cle)
    WHERE y.actif
    UNION SELECT x.numero, y.numero FROM une x JOIN intervenant y ON y.academie = x.academie
        AND split_part(lower(y.courriel), '@', 1) = split_part(x.courriel, '@', 1) WHERE y.actif AND x.courriel <> ''
    UNION SELECT lieu.numero, y.numero FROM lieu JOIN intervenant y ON y.uai = lieu.uai
    UNION SELECT lieu.numero, y.numero FROM lieu JOIN intervenant y ON y.uais_secondaires @> ARRAY[lieu.uai]),
-- Else each of them is set against the whole académie first.
autre AS MATERIALIZED (
    SELECT paire.numero AS une, y.numero, y.academie, y.cle, lower(y.courriel) AS courriel,
           y.uais_secondaires || y.uai AS lieux, y.disciplines
    FROM paire JOIN intervenant y ON y.numero = paire.autre WHERE y.actif AND y.numero <> paire.numero)
SELECT x.numero, x.academie, x.cle, x.courriel, x.lieux, x.disciplines, y.numero AS autre, y.cle AS autre_cle,
       y.courriel AS autre_courriel, y.lieux AS autre_lieux, y.disciplines AS autre_disciplines, x.homonymes, x.partage
FROM une x JOIN autre y ON y.une = x.numero AND y.academie = x.academie
WHERE string_to_array(y.cle, ' ') && string_to_array(x.cle, ' ')
"""
_KEEP = """
INSERT INTO doublon_probable (numero, autre, academie, motifs, poids, cle)
SELECT numero, autre, academie, string_to_array(motifs, ' '), poids, cle
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[])
     AS t (numero, autre, academie, motifs, poids, cle)
ORDER BY numero, autre
ON CONFLICT (numero, autre) DO UPDATE SET motifs = excluded.motifs, poids = excluded.poids, cle = excluded.cle
"""
_REMEMBER = """
WITH gone AS (DELETE FROM fusion WHERE le < $8)
INSERT INTO fusion (academie, gardee, autre, par, par_nom, le, avant, apres, deplacees)
VALUES ($1, $2, $3, $4, $5, $6, ($7::jsonb) -> 'avant', ($7::jsonb) -> 'apres', ($7::jsonb) -> 'deplacees')
RETURNING fusion_id
"""
_FUSIONS = """
SELECT fusion_id, academie, gardee, autre, par_nom, le, avant::text AS avant, apres::text AS apres,
       deplacees::text AS deplacees,
       EXISTS (SELECT FROM fusion o WHERE o.defaite_le IS NULL AND (o.le, o.fusion_id) > (f.le, f.fusion_id)
               AND f.gardee IN (o.gardee, o.autre)) AS suivie
FROM fusion f WHERE f.defaite_le IS NULL AND f.le >= $1
"""
_AFTER = """
SELECT DISTINCT convocation_id FROM unnest($1::uuid[], $2::int[]) AS t (convocation_id, since)
JOIN convocation_version v USING (convocation_id) WHERE v.version > since AND v.nature = 'CONVOCATION'
"""
_BEFORE = """
SELECT c.convocation_id, c.mission_id, c.numero, c.status, v.nature, v.qualite, v.qualite_par_defaut, v.profil, v.dates,
       v.observation, v.motif, v.version
FROM unnest($1::uuid[], $2::int[]) AS t (convocation_id, version)
JOIN convocation_version v ON v.convocation_id = t.convocation_id AND v.version = t.version - 1
JOIN convocation c ON c.convocation_id = t.convocation_id
"""
# Those of an archived session stay with the entry that they were made for: nothing of an archive is written.
_VIVANTE = f"mission_id IN (SELECT mission_id FROM mission WHERE {NON_ARCHIVEE})"
_LOCK_CONVOCATIONS = f"{ETAT} WHERE numero = ANY($1::text[]) AND {_VIVANTE} ORDER BY convocation_id FOR UPDATE"


class PaireRow(Row):
    """Two entries that may be one person, the lower number first, why, and how many pairs there are."""

    numero: str
    autre: str
    motifs: list[str]
    total: int


class NumeroRow(Row):
    """Somebody's number."""

    numero: str


class CandidatRow(Row):
    """Two active entries of an académie with something in common; how many bear the name, and have the address."""

    numero: str
    academie: str
    cle: str
    courriel: str
    lieux: list[str]
    disciplines: list[str]
    autre: str
    autre_cle: str
    autre_courriel: str
    autre_lieux: list[str]
    autre_disciplines: list[str]
    homonymes: int
    partage: int


class FusionRow(Row):
    """A merge that can still be undone; `suivie`: the kept entry was merged again since, or with another."""

    fusion_id: UUID
    academie: str
    gardee: str
    autre: str
    par_nom: str
    le: datetime
    avant: str
    apres: str
    deplacees: str
    suivie: bool


class ConvocationRow(Row):
    """A convocation by its id."""

    convocation_id: UUID


class MissionRow(Row):
    """A mission on which somebody is convoked."""

    mission_id: UUID


async def page(connection: Connection, academies: Sequence[str], size: int, offset: int) -> tuple[list[PaireRow], int]:
    """Pairs of active people, the likeliest first, without those that were said to be two people; and how many."""
    rows = await connection.fetch(_PAGE, list(academies), size, offset, record_class=PaireRow)
    if rows:
        return rows, rows[0].total
    return [], int(await connection.fetchval(_COUNT, list(academies)))


async def to_search(connection: Connection, academies: Sequence[str]) -> bool:
    """Whether pairs of these académies are still being looked for."""
    query = "SELECT EXISTS (SELECT FROM doublon_a_chercher JOIN intervenant USING (numero) WHERE academie = ANY($1))"
    return bool(await connection.fetchval(query, list(academies)))


async def take(connection: Connection, most: int) -> list[str]:
    """Whose pairs are looked for now, `most` of those noted; one process at a time.

    With them the few others who bear such a name: whether it is a name of only two has changed.
    """
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock(hashtext('doublons'))"):
        return []
    return [row.numero for row in await connection.fetch(_TAKE, most, record_class=NumeroRow)]


async def candidates(connection: Connection, numeros: Sequence[str]) -> list[CandidatRow]:
    """Whom to compare each of `numeros` with."""
    return await connection.fetch(_CANDIDATES, numeros, record_class=CandidatRow)


async def keep(
    connection: Connection, numeros: Sequence[str], rows: Sequence[tuple[str, str, str, str, int, str]]
) -> None:
    """The pairs of `numeros` are these: both numbers, académie, reasons, weight and name of each."""
    await connection.execute(_FORGET, numeros)
    if rows:
        await connection.execute(_KEEP, *map(list, zip(*rows, strict=True)))


async def remember(connection: Connection, qui: Sequence[str], le: datetime, fait: str, oldest: datetime) -> UUID:
    """Keep what a merge did; `qui`: académie, kept and merged number, who, and their name. Older ones are forgotten."""
    fusion: UUID = await connection.fetchval(_REMEMBER, *qui, le, fait, oldest)
    return fusion


async def fusions(connection: Connection, academies: Sequence[str], oldest: datetime) -> list[FusionRow]:
    """What can still be undone in these académies, the latest first."""
    query = f"{_FUSIONS} AND f.academie = ANY($2::text[]) ORDER BY f.le DESC, f.fusion_id DESC LIMIT 50"
    return await connection.fetch(query, oldest, list(academies), record_class=FusionRow)


async def fusion(connection: Connection, fusion_id: UUID, oldest: datetime) -> FusionRow | None:
    """One that can still be undone."""
    return await connection.fetchrow(f"{_FUSIONS} AND f.fusion_id = $2", oldest, fusion_id, record_class=FusionRow)


async def undo(connection: Connection, fusion_id: UUID, le: datetime) -> bool:
    """Mark it undone; False when somebody was faster."""
    query = "UPDATE fusion SET defaite_le = $2 WHERE fusion_id = $1 AND defaite_le IS NULL"
    return str(await connection.execute(query, fusion_id, le)) == "UPDATE 1"


async def made_anew(connection: Connection, versions: Mapping[UUID, int]) -> set[UUID]:
    """Those that were cancelled after this version, and made again."""
    rows = await connection.fetch(_AFTER, list(versions), list(versions.values()), record_class=ConvocationRow)
    return {row.convocation_id for row in rows}


async def before(connection: Connection, versions: Mapping[UUID, int]) -> dict[UUID, EtatRow]:
    """What stood before each version."""
    rows = await connection.fetch(_BEFORE, list(versions), list(versions.values()), record_class=EtatRow)
    return {row.convocation_id: row for row in rows}


async def missions_of(connection: Connection, numero: str) -> list[UUID]:
    """The missions of a person's active convocations."""
    query = f"SELECT mission_id FROM convocation WHERE numero = $1 AND status = 'ACTIVE' AND {_VIVANTE}"
    return [row.mission_id for row in await connection.fetch(query, numero, record_class=MissionRow)]


async def lock_convocations(connection: Connection, numeros: Sequence[str]) -> list[EtatRow]:
    """Every convocation of these people, cancelled ones too, locked."""
    return await connection.fetch(_LOCK_CONVOCATIONS, numeros, record_class=EtatRow)


async def lock_by_id(connection: Connection, ids: Sequence[UUID]) -> list[EtatRow]:
    """These convocations, locked."""
    query = f"{ETAT} WHERE convocation_id = ANY($1::uuid[]) ORDER BY convocation_id FOR UPDATE"
    return await connection.fetch(query, ids, record_class=EtatRow)


async def states(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, EtatRow]:
    """Those of these convocations that an undoing may write, as they are, by id."""
    query = f"{ETAT} WHERE convocation_id = ANY($1::uuid[]) AND {_VIVANTE}"
    rows = await connection.fetch(query, ids, record_class=EtatRow)
    return {row.convocation_id: row for row in rows}


async def separate(connection: Connection, numeros: Sequence[str], par: str, le: datetime) -> bool:
    """Record that these two are two people; False when it was known."""
    query = "INSERT INTO doublon_ecarte (numero, autre, par, le) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    return str(await connection.execute(query, *sorted(numeros), par, le)) == "INSERT 0 1"
