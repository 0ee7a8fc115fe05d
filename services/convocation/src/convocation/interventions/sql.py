"""SQL of the rectorat's acting for établissements (0064)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.database import Connection, Row
from convocation.commun.recherche import mots
from convocation.missions.reads import Etablissement

_INSERT = """
INSERT INTO intervention (uai, academie, session, motif, par, par_nom, debut) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_END = "UPDATE intervention SET fin = $3 WHERE par = $1 AND ($2::text IS NULL OR uai = $2) AND fin IS NULL"
_OVERDUE = (
    "UPDATE intervention SET fin = debut + $2::interval WHERE fin IS NULL AND debut <= $1::timestamptz - $2::interval"
)
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('intervention'), hashtext($1))"
_HOLD = "SELECT id FROM intervention WHERE par = $1 AND uai = $2 AND fin IS NULL FOR UPDATE"
_BEGUN = """
SELECT max(debut) FROM intervention
WHERE par = $1 AND uai = $2 AND session = $3 AND motif = $4 AND debut > $5 AND fin IS NULL
"""
_PAGE = """
SELECT i.id, i.uai, i.academie, i.session, i.motif, i.par_nom, i.debut, i.fin, e.etablissement_nom,
       e.etablissement_commune, a.convoquees, a.modifiees, a.annulees, a.autres, (count(*) OVER ())::int AS total
FROM intervention i
JOIN actes_d_intervention a USING (id)
CROSS JOIN LATERAL (SELECT * FROM etablissement e WHERE e.uai = i.uai LIMIT 1) AS e
WHERE ($1::text[] IS NULL OR i.uai = ANY ($1)) AND ($2::text[] IS NULL OR i.academie = ANY ($2))
ORDER BY i.debut DESC, i.id LIMIT $3 OFFSET $4
"""
_TROUVES = """
SELECT * FROM (
    SELECT DISTINCT ON (uai) uai, etablissement_nom, etablissement_commune, academie FROM mission
    WHERE ($1::text[] IS NULL OR academie = ANY ($1))
      AND substr(recherche, strpos(recherche, uai)) LIKE ALL ($2::text[])
    ORDER BY uai, session DESC) AS trouves
ORDER BY etablissement_commune, etablissement_nom, uai LIMIT $3
"""
_TO_TELL = "UPDATE intervention SET dite = true WHERE NOT dite AND fin IS NOT NULL RETURNING id"


class InterventionRow(Row):
    """One, with what was done in it; `total`: how many there are. `fin` None: it goes on."""

    id: UUID
    uai: str
    academie: str
    session: str
    motif: str
    par_nom: str
    debut: datetime
    fin: datetime | None
    etablissement_nom: str
    etablissement_commune: str
    convoquees: int
    modifiees: int
    annulees: int
    autres: int
    total: int


class _Id(Row):
    id: UUID


async def insert(
    connection: Connection,
    uai: str,
    academie: str,
    *,
    session: str,
    motif: str,
    par: str,
    par_nom: str,
    debut: datetime,
) -> None:
    """A new one; `par_nom`: the name that its acts bear."""
    await connection.execute(_INSERT, uai, academie, session, motif, par, par_nom, debut)


async def alone(connection: Connection, par: str) -> None:
    """Nobody else begins as `par` until the transaction's end: two browsers would each leave one open."""
    await connection.execute(_ONE_AT_A_TIME, par)


async def begun(
    connection: Connection, par: str, uai: str, *, session: str, motif: str, since: datetime
) -> datetime | None:
    """When `par` began the very same, which goes on, after `since`."""
    found: datetime | None = await connection.fetchval(_BEGUN, par, uai, session, motif, since)
    return found


async def hold(connection: Connection, par: str, uai: str) -> bool:
    """Whether `par` still acts for this établissement; it is not ended before the transaction's end."""
    return await connection.fetchval(_HOLD, par, uai) is not None


async def end(connection: Connection, par: str, uai: str | None, fin: datetime) -> bool:
    """What `par` began for this établissement, or for whichever; False where nothing was open."""
    return await connection.execute(_END, par, uai, fin) != "UPDATE 0"


async def end_overdue(connection: Connection, now: datetime, duree: timedelta) -> None:
    """Those that nobody ended: they end where their time did."""
    await connection.execute(_OVERDUE, now, duree)


async def to_tell(connection: Connection) -> list[UUID]:
    """Those that are over, each once."""
    return [row.id for row in await connection.fetch(_TO_TELL, record_class=_Id)]


async def etablissements(
    connection: Connection, academies: Sequence[str] | None, texte: str, limite: int
) -> list[Etablissement]:
    """Those whose UAI, name and commune have all the words; none where there is no word."""
    words = [f"%{word}%" for word in mots(texte)]  # letters and digits only: nothing to escape
    if not words:
        return []
    return await connection.fetch(_TROUVES, academies, words, limite, record_class=Etablissement)


async def page(
    connection: Connection, uais: Sequence[str] | None, academies: Sequence[str] | None, *, taille: int, page: int
) -> list[InterventionRow]:
    """The latest first; None is no restriction."""
    return await connection.fetch(_PAGE, uais, academies, taille, (page - 1) * taille, record_class=InterventionRow)
