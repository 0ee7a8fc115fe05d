"""SQL of the review: what waits, what was decided, every revision of a closing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.database import Connection, update_all

_LOCK = """
SELECT c.cloture FROM cloture c
WHERE c.cloture IN (SELECT r.cloture FROM cloture_recue r
                    WHERE r.etat = 'A_VALIDER' AND r.academie = $1 AND r.session = $2)
ORDER BY c.cloture FOR UPDATE
"""
_WAITING = "SELECT * FROM cloture_recue WHERE etat = 'A_VALIDER' AND academie = $1 AND session = $2 ORDER BY cloture"
_REVISIONS = """
SELECT r.*, f.sha256 AS fichier_sha256, f.confirme_par AS fichier_par, f.confirme_nom AS fichier_nom
FROM cloture_recue r LEFT JOIN import_fichier f USING (import_id) WHERE r.cloture = $1 ORDER BY r.revision DESC
"""
_DECIDE = """
UPDATE cloture_recue r SET etat = t.etat, bilan = coalesce(t.bilan, r.bilan), decidee_par = t.par, decidee_le = t.le,
    motif = t.motif
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::jsonb[], $5::text[], $6::timestamptz[], $7::text[])
     AS t (cloture, revision, etat, bilan, par, le, motif)
WHERE r.cloture = t.cloture AND r.revision = t.revision AND r.etat = 'A_VALIDER'
"""
_LIST = """
SELECT r.session, r.uai, r.academie, r.revision, r.etat, r.recue_le, r.bilan, r.ce_id, r.decidee_le, r.motif,
       (SELECT a.nom FROM audit a WHERE a.objet = 'cloture|' || r.cloture || '|' || r.revision AND a.le = r.decidee_le
        ORDER BY a.id DESC LIMIT 1) AS decideur,
       r.etablissement, count(*) OVER () AS total
FROM cloture_recue r
WHERE ($1::text[] IS NULL OR r.academie = ANY($1)) AND ($2::text IS NULL OR r.session = $2)
  AND ($3::text IS NULL OR r.etat = $3)
  AND ($4 = '' OR strpos(lower(r.uai || ' ' || r.etablissement), lower($4)) > 0)
ORDER BY r.recue_le DESC, r.cloture, r.revision DESC LIMIT $5 OFFSET $6
"""

_COUNTS = """
SELECT academie, session, count(*) AS clotures FROM cloture_recue
WHERE etat = 'A_VALIDER' AND ($1::text[] IS NULL OR academie = ANY($1))
GROUP BY academie, session ORDER BY academie, session
"""
_CHOICES = "SELECT DISTINCT academie, session FROM cloture_recue WHERE $1::text[] IS NULL OR academie = ANY($1)"
_ACTES = """
SELECT le, nom, objet, apres, motif FROM audit WHERE objet = ANY($1::text[]) AND action = 'imports.decider'
ORDER BY le DESC, id DESC
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one revision that waited."""

    cloture: str
    revision: int
    etat: str
    bilan: str | None
    par: str
    le: datetime
    motif: str | None = None


async def cloture(connection: Connection, session: str, uai: str, *, lock: bool = False) -> Any | None:
    """The closing; `lock` holds off newer revisions and other decisions until the end of the transaction."""
    query = "SELECT * FROM cloture WHERE cloture = $1" + (" FOR UPDATE" if lock else "")
    return await connection.fetchrow(query, f"{session}|{uai}")


async def revisions(connection: Connection, cloture_: str) -> list[dict[str, Any]]:
    """Every revision received, the latest first; `fichier_*`: of the file it came from, if from one."""
    rows = await connection.fetch(_REVISIONS, cloture_)
    return [_with_bilan(row) for row in rows]


async def waiting(connection: Connection, academie: str, session: str, *, lock: bool = True) -> list[dict[str, Any]]:
    """What waits of an académie and session; `lock`: the closings locked in id order (D7)."""
    if lock:
        await connection.fetch(_LOCK, academie, session)
    return [_with_bilan(row) for row in await connection.fetch(_WAITING, academie, session)]


async def waiting_by_session(connection: Connection, academies: list[str] | None) -> list[Any]:
    """How many closings wait, by académie and session; `academies` None: all."""
    rows: list[Any] = await connection.fetch(_COUNTS, academies)
    return rows


async def choices(connection: Connection, academies: list[str] | None) -> list[Any]:
    """The académies and sessions of which closings came; `academies` None: all."""
    rows: list[Any] = await connection.fetch(_CHOICES, academies)
    return rows


async def actes(connection: Connection, cloture_: str, revisions_: Sequence[int]) -> list[dict[str, Any]]:
    """Who decided of these revisions and who replayed them, the latest first; `revision` and `apres` of each."""
    rows = await connection.fetch(_ACTES, [f"cloture|{cloture_}|{one}" for one in revisions_])
    return [
        dict(row) | {"apres": json.loads(row["apres"]), "revision": int(row["objet"].rpartition("|")[2])}
        for row in rows
    ]


async def decide(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Raises ConcurrentWrite when one of them does not wait any more."""
    rows = [(one.cloture, one.revision, one.etat, one.bilan, one.par, one.le, one.motif) for one in decisions]
    await update_all(connection, _DECIDE, rows)


async def page(
    connection: Connection,
    academies: list[str] | None,
    *,
    session: str | None = None,
    etat: str | None = None,
    texte: str = "",
    page_: int = 1,
    taille: int = 50,
) -> list[dict[str, Any]]:
    """A page of revisions received, the latest first, with `total`; `academies` None: all."""
    offset = (page_ - 1) * taille
    rows = await connection.fetch(_LIST, academies, session, etat, texte, taille, offset)
    return [_with_bilan(row) for row in rows]


def _with_bilan(row: Any) -> dict[str, Any]:
    return dict(row) | {"bilan": json.loads(row["bilan"]) if row["bilan"] else None}
