"""SQL of the avis: facts are written where their cause is, gathered into letters, and told while they are true."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row

_DAYS = "interval '30 days'"
_EMPECHEMENT = """
INSERT INTO avis (uai, academie, session, sorte, reference, version, le)
SELECT m.uai, m.academie, m.session, 'EMPECHEMENT', e.id::text, 1, e.le
FROM empechement e JOIN convocation c USING (convocation_id) JOIN mission m USING (mission_id)
WHERE e.convocation_id = $1 AND e.etat = 'OUVERT'
ON CONFLICT DO NOTHING
"""
_OF_CONVOCATIONS = """
INSERT INTO avis (uai, academie, session, sorte, reference, version, le)
SELECT m.uai, m.academie, m.session, $1, c.convocation_id::text, k.version, $4
FROM unnest($2::uuid[], $3::bigint[]) AS k (convocation_id, version)
JOIN convocation c USING (convocation_id) JOIN mission m USING (mission_id)
ON CONFLICT DO NOTHING
"""
# The decision in force: the établissement's own before the académie's before the nation's. `{o}`: what was decided.
_EN_VIGUEUR = """
SELECT o.ouverte, o.debut, o.fin FROM {o} o
WHERE o.session = l.session
  AND (o.portee, o.code) IN (('ETABLISSEMENT', l.uai), ('ACADEMIE', l.academie), ('NATIONALE', '*'))
ORDER BY o.portee = 'ETABLISSEMENT' DESC, o.portee = 'ACADEMIE' DESC LIMIT 1
"""
# One statement for the nation: an établissement is told where what holds for it is no longer what held before.
_OUVERTURES = f"""
WITH avant AS (
    SELECT $1::text AS session, t.*
    FROM unnest($2::text[], $3::text[], $4::boolean[], $5::timestamptz[], $6::timestamptz[])
         AS t (portee, code, ouverte, debut, fin)),
decidees AS (SELECT session, portee, code, ouverte, debut, fin FROM ouverture WHERE session = $1 AND par <> ''),
tenues AS (
    SELECT * FROM decidees WHERE (portee, code) NOT IN (SELECT portee, code FROM avant)
    UNION ALL SELECT * FROM avant WHERE ouverte IS NOT NULL)
INSERT INTO avis (uai, academie, session, sorte, reference, version, le)
SELECT l.uai, l.academie, l.session, CASE WHEN apres.ouverte THEN 'OUVERTURE' ELSE 'FERMETURE' END, l.session, $7, $8
FROM lieu_de_session l
LEFT JOIN LATERAL ({_EN_VIGUEUR.format(o="tenues")}) AS tenue ON true
LEFT JOIN LATERAL ({_EN_VIGUEUR.format(o="decidees")}) AS apres ON true
WHERE l.session = $1
  AND (coalesce(tenue.ouverte, false), tenue.debut, tenue.fin)
      IS DISTINCT FROM (coalesce(apres.ouverte, false), apres.debut, apres.fin)
ON CONFLICT DO NOTHING
"""
_SANS_PERSONNE = """
m.status = 'ACTIVE'
AND NOT EXISTS (SELECT FROM convocation c WHERE c.mission_id = m.mission_id AND c.status = 'ACTIVE')
"""
# `version` is the end: another end is another deadline, and each is told once.
_ECHEANCES = f"""
INSERT INTO avis (uai, academie, session, sorte, reference, version, le)
SELECT l.uai, l.academie, l.session, 'ECHEANCE', l.session, extract(epoch FROM d.fin)::bigint, $1
FROM lieu_de_session l
CROSS JOIN LATERAL ({_EN_VIGUEUR.format(o="(SELECT * FROM ouverture WHERE par <> '')")}) AS d
WHERE l.session IN (SELECT session FROM ouverture WHERE fin > $1 AND fin <= $1::timestamptz + $2::interval)
  AND d.ouverte AND coalesce(d.debut <= $1, true) AND d.fin > $1 AND d.fin <= $1 + $2
  AND EXISTS (SELECT FROM mission m WHERE m.uai = l.uai AND m.session = l.session AND {_SANS_PERSONNE})
ON CONFLICT DO NOTHING
"""
_RAPPELS = """
INSERT INTO avis (uai, academie, session, sorte, reference, version, le)
SELECT uai, academie, session, 'RAPPEL', id::text, 1, le FROM rappel WHERE id = ANY($1::bigint[])
ON CONFLICT DO NOTHING
"""
_INTERVENTIONS = """
INSERT INTO avis (uai, academie, session, sorte, reference, version, le)
SELECT uai, academie, session, 'INTERVENTION', id::text, 1, fin FROM intervention JOIN actes_d_intervention a USING (id)
WHERE id = ANY($1::uuid[]) AND a.convoquees + a.modifiees + a.annulees + a.autres > 0 ON CONFLICT DO NOTHING
"""
# A reminder has figures and a deadline in it: who gives an address days later reads it on the pages alone.
_DUE = f"a.le > $1::timestamptz - CASE a.sorte WHEN 'RAPPEL' THEN interval '2 days' ELSE {_DAYS} END"
# Who has an address and no letter under way. At once: once nothing has come for a while ($4), or the first has waited
# five times that. Daily: what was there at the hour, and one a day. A reminder of the rectorat waits for none of it,
# and takes along only what is due anyway.
_GATHER = f"""
WITH attendus AS (
    SELECT a.uai, bool_or(a.sorte = 'RAPPEL') AS rappel,
        coalesce(CASE coalesce(r.rythme, 'QUOTIDIEN')
            WHEN 'AUSSITOT' THEN max(a.le) FILTER (WHERE a.sorte <> 'RAPPEL') <= $1::timestamptz - $4::interval
                 OR min(a.le) FILTER (WHERE a.sorte <> 'RAPPEL') <= $1::timestamptz - 5 * $4::interval
            WHEN 'QUOTIDIEN' THEN min(a.le) FILTER (WHERE a.sorte <> 'RAPPEL') < h.heure
                 AND NOT EXISTS (SELECT FROM avis_lettre l WHERE l.uai = a.uai AND l.le >= h.heure)
            END, false) AS tout
    FROM avis a
    JOIN coordonnees_etablissement k ON k.uai = a.uai AND k.courriel IS NOT NULL
    JOIN unnest($2::text[], $3::timestamptz[]) AS h (academie, heure) ON h.academie = a.academie
    LEFT JOIN reglage_avis r ON r.uai = a.uai
    WHERE a.lettre IS NULL AND {_DUE}
      AND NOT EXISTS (SELECT FROM avis_lettre l WHERE l.uai = a.uai AND l.finie_le IS NULL)
    GROUP BY a.uai, r.rythme, h.heure),
dues AS (SELECT uai, tout FROM attendus WHERE rappel OR tout),
nouvelles AS (
    INSERT INTO avis_lettre (uai, version, le)
    SELECT uai, coalesce((SELECT max(version) FROM avis_lettre l WHERE l.uai = dues.uai), 0) + 1, $1 FROM dues
    ON CONFLICT DO NOTHING RETURNING uai, version)
UPDATE avis a SET lettre = n.version FROM nouvelles n JOIN dues d USING (uai)
WHERE a.uai = n.uai AND a.lettre IS NULL AND {_DUE} AND (d.tout OR a.sorte = 'RAPPEL')
"""
_TAKE = """
UPDATE avis_lettre l SET prise_le = $1
FROM (SELECT w.uai, w.version, k.courriel
      FROM avis_lettre w JOIN coordonnees_etablissement k ON k.uai = w.uai AND k.courriel IS NOT NULL
      WHERE w.finie_le IS NULL AND (w.prise_le IS NULL OR w.prise_le < $2)
      ORDER BY w.le, w.uai LIMIT $3 FOR UPDATE OF w SKIP LOCKED) AS due
CROSS JOIN LATERAL (SELECT * FROM etablissement e WHERE e.uai = due.uai LIMIT 1) AS e
LEFT JOIN reglage_avis r ON r.uai = due.uai
WHERE l.uai = due.uai AND l.version = due.version
RETURNING l.id, l.uai, l.version, l.le, due.courriel, e.etablissement_nom, e.etablissement_commune, e.academie,
          coalesce(r.rythme, 'QUOTIDIEN') AS rythme
"""
# A letter of uncertain fate that comes back was taken.
_FINISH = """
UPDATE avis_lettre l SET finie_le = $4, sort = t.sort, motif = t.motif
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (id, sort, motif)
WHERE l.id = t.id AND (l.finie_le IS NULL OR l.sort = 'ENVOYEE' AND t.sort = 'REVENUE')
"""
_FAITS = f"""
SELECT a.uai, a.academie, a.sorte, a.session, a.le, a.lettre, t.finie_le, t.sort, t.motif, c.convocation_id,
       coalesce(m.libelle, '') AS libelle, coalesce(m.voie, '') AS voie, d.debut, d.fin, v.manquent, w.actes,
       coalesce(q.motif, '') AS motif_rappel, coalesce(q.texte, '') AS texte,
       coalesce(CASE a.sorte
           WHEN 'EMPECHEMENT' THEN e.etat = 'OUVERT' AND c.status = 'ACTIVE'
           WHEN 'REFUS_SANTORIN' THEN c.status = 'ACTIVE' AND x.etat = 'REJETEE'
           WHEN 'MAIL_ECHEC' THEN n.etat IN ('ECHOUEE', 'REVENUE') AND r.version IS NULL
           WHEN 'INTERVENTION' THEN w.actes > 0
           WHEN 'RAPPEL' THEN q.motif = ANY (b.motifs)
           WHEN 'ECHEANCE' THEN d.ouverte AND d.fin > $1 AND extract(epoch FROM d.fin)::bigint = a.version
                AND v.manquent > 0
           WHEN 'OUVERTURE' THEN d.ouverte AND coalesce(d.fin > $1, true)
           ELSE NOT coalesce(d.ouverte AND coalesce(d.fin > $1, true), false) END, false)
           AND NOT EXISTS (SELECT FROM session_declaree s WHERE s.session = a.session AND s.archivee_le IS NOT NULL)
           AS vrai
FROM avis a
LEFT JOIN avis_lettre t ON t.uai = a.uai AND t.version = a.lettre
LEFT JOIN empechement e ON e.id = CASE WHEN a.sorte = 'EMPECHEMENT' THEN a.reference::uuid END
LEFT JOIN convocation c ON c.convocation_id = CASE WHEN a.sorte = 'EMPECHEMENT' THEN e.convocation_id
    WHEN a.sorte IN ('REFUS_SANTORIN', 'MAIL_ECHEC') THEN a.reference::uuid END
LEFT JOIN mission m ON m.mission_id = c.mission_id
LEFT JOIN acces x ON x.convocation_id = c.convocation_id AND x.convocation_version = c.version
LEFT JOIN notification n ON n.convocation_id = c.convocation_id AND n.convocation_version = c.version
LEFT JOIN remise r ON r.convocation_id = c.convocation_id AND r.version = c.version
LEFT JOIN rappel q ON q.id = CASE WHEN a.sorte = 'RAPPEL' THEN a.reference::bigint END
-- OFFSET 0: else the view would be computed for the nation, and joined.
LEFT JOIN LATERAL (
    SELECT s.motifs FROM retard_etablissement s
    WHERE a.sorte = 'RAPPEL' AND s.uai = a.uai AND s.session = a.session OFFSET 0) AS b ON true
LEFT JOIN LATERAL (
    SELECT o.* FROM (SELECT a.session, a.uai, a.academie) AS l
    CROSS JOIN LATERAL ({_EN_VIGUEUR.format(o="(SELECT * FROM ouverture WHERE par <> '')")}) AS o
    WHERE a.sorte IN ('ECHEANCE', 'OUVERTURE', 'FERMETURE')) AS d ON true
CROSS JOIN LATERAL (SELECT count(*)::int AS manquent FROM mission m
                    WHERE a.sorte = 'ECHEANCE' AND m.uai = a.uai AND m.session = a.session AND {_SANS_PERSONNE}) AS v
CROSS JOIN LATERAL (SELECT coalesce(sum(convoquees + modifiees + annulees + autres), 0)::int AS actes
                    FROM actes_d_intervention k
                    WHERE k.id = CASE WHEN a.sorte = 'INTERVENTION' THEN a.reference::uuid END) AS w
"""


class Tenue(NamedTuple):
    """What held for a reach before it was decided anew; `ouverte` None: nothing did."""

    portee: str
    code: str
    ouverte: bool | None
    debut: datetime | None
    fin: datetime | None


class Finie(NamedTuple):
    """What became of a letter."""

    id: UUID
    sort: str
    motif: str | None


class LettreRow(Row):
    """A letter in hand, and where it goes."""

    id: UUID
    uai: str
    version: int
    le: datetime
    courriel: str
    etablissement_nom: str
    etablissement_commune: str
    academie: str
    rythme: str


class FaitRow(Row):
    """A fact, what is true of it now, and the letter that tells it."""

    uai: str
    academie: str
    sorte: str
    session: str
    le: datetime
    lettre: int | None
    finie_le: datetime | None
    sort: str | None
    motif: str | None
    convocation_id: UUID | None
    libelle: str
    voie: str
    debut: datetime | None
    fin: datetime | None
    manquent: int
    actes: int
    motif_rappel: str
    texte: str
    vrai: bool


async def add_empechement(connection: Connection, convocation_id: UUID) -> None:
    """The open report of a convocation."""
    await connection.execute(_EMPECHEMENT, convocation_id)


async def add_of_convocations(
    connection: Connection, sorte: str, causes: Sequence[tuple[UUID, int]], le: datetime
) -> None:
    """Convocation and version of each cause."""
    if causes:
        await connection.execute(_OF_CONVOCATIONS, sorte, [one[0] for one in causes], [one[1] for one in causes], le)


async def add_ouvertures(connection: Connection, session: str, avant: Sequence[Tenue], le: datetime) -> None:
    """Of the decisions that were just written; `avant`: what held before, for each reach that was decided."""
    version = int(le.timestamp() * 1_000_000)
    columns = [list(column) for column in zip(*avant, strict=True)]
    await connection.execute(_OUVERTURES, session, *columns, version, le)


async def add_echeances(connection: Connection, now: datetime, ahead: timedelta) -> None:
    """Of services that close within `ahead`, where missions have nobody."""
    await connection.execute(_ECHEANCES, now, ahead)


async def add_rappels(connection: Connection, ids: Sequence[int]) -> None:
    """Of the reminders that were just written."""
    await connection.execute(_RAPPELS, list(ids))


async def add_interventions(connection: Connection, ids: Sequence[UUID]) -> None:
    """Of those that have just ended."""
    await connection.execute(_INTERVENTIONS, list(ids))


async def gather(connection: Connection, now: datetime, heures: Mapping[str, datetime], settling: timedelta) -> None:
    """A letter for each établissement that is to be told now. `heures`: when the daily one was last due."""
    await connection.execute(_GATHER, now, list(heures), list(heures.values()), settling)


async def take(connection: Connection, now: datetime, held: timedelta, size: int) -> list[LettreRow]:
    """Letters to send, the oldest first, which are nobody else's for so long."""
    return await connection.fetch(_TAKE, now, now - held, size, record_class=LettreRow)


async def finish(connection: Connection, done: Sequence[Finie], now: datetime) -> None:
    """What became of letters; the first word counts, but for one that came back."""
    if done:
        await connection.execute(_FINISH, *map(list, zip(*done, strict=True)), now)


async def facts_of(connection: Connection, letters: Sequence[tuple[str, int]], now: datetime) -> list[FaitRow]:
    """The facts of letters, the oldest first."""
    query = f"{_FAITS} WHERE (a.uai, a.lettre) IN (SELECT * FROM unnest($2::text[], $3::int[])) ORDER BY a.id"
    uais, versions = [one[0] for one in letters], [one[1] for one in letters]
    return await connection.fetch(query, now, uais, versions, record_class=FaitRow)


async def recent(connection: Connection, uai: str, now: datetime, size: int) -> list[FaitRow]:
    """An établissement's facts of thirty days, the latest first."""
    query = f"{_FAITS} WHERE a.uai = $2 AND a.le > $1::timestamptz - {_DAYS} ORDER BY a.le DESC, a.id DESC LIMIT $3"
    return await connection.fetch(query, now, uai, size, record_class=FaitRow)


async def set_rythme(connection: Connection, uai: str, rythme: str, *, par: str, le: datetime) -> None:
    """From now on."""
    query = """
    INSERT INTO reglage_avis (uai, rythme, par, le) VALUES ($1, $2, $3, $4)
    ON CONFLICT (uai) DO UPDATE SET rythme = excluded.rythme, par = excluded.par, le = excluded.le
    """
    await connection.execute(query, uai, rythme, par, le)


async def give_up(connection: Connection, before: datetime, now: datetime, motif: str) -> int:
    """Letters that have waited since; returns how many."""
    query = "UPDATE avis_lettre SET finie_le = $2, sort = 'ECHOUEE', motif = $3 WHERE finie_le IS NULL AND le < $1"
    done: str = await connection.execute(query, before, now, motif)
    return int(done.removeprefix("UPDATE "))
