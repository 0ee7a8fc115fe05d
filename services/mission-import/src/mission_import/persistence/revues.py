"""SQL of the review: what waits, what was decided, every revision of a closing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.database import Connection, Row, update_all
from francais.plis import cle
from mission_import.domain.differentiel import Bilan
from mission_import.domain.reponse import Place

_LOCK = """
SELECT c.cloture FROM cloture c
WHERE c.cloture IN (SELECT r.cloture FROM cloture_recue r
                    WHERE r.etat = 'A_VALIDER' AND r.academie = $1 AND r.session = $2)
ORDER BY c.cloture FOR UPDATE
"""
_RECUES = """
SELECT r.cloture, r.session, r.uai, r.academie, r.revision, r.etat, r.recue_le, r.bilan AS bilan_json, r.decidee_par,
       r.decidee_le, r.motif, r.ce_id, r.correlation_id, r.contenu, r.topic_partition, r.topic_offset,
       r.topic_rang,
       f.sha256 AS fichier_sha256, f.confirme_par AS fichier_par, f.confirme_nom AS fichier_nom
FROM cloture_recue r LEFT JOIN import_fichier f USING (import_id)
"""
_WAITING = f"{_RECUES} WHERE r.etat = 'A_VALIDER' AND r.academie = $1 AND r.session = $2 ORDER BY r.cloture"
_APPLIED = """
SELECT r.uai, r.revision FROM unnest($3::text[], $4::bigint[]) AS t (uai, revision)
JOIN cloture_recue r USING (uai, revision) WHERE r.academie = $1 AND r.session = $2 AND r.etat = 'APPLIQUEE'
"""
_REVISIONS = f"{_RECUES} WHERE r.cloture = $1 ORDER BY r.revision DESC"
_DECIDE = """
UPDATE cloture_recue r SET etat = t.etat, bilan = coalesce(t.bilan, r.bilan), decidee_par = t.par, decidee_le = t.le,
    motif = t.motif
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::jsonb[], $5::text[], $6::timestamptz[], $7::text[])
     AS t (cloture, revision, etat, bilan, par, le, motif)
WHERE r.cloture = t.cloture AND r.revision = t.revision AND r.etat = 'A_VALIDER'
"""
_LIST = """
SELECT r.session, r.uai, r.academie, r.revision, r.etat, r.recue_le, r.bilan AS bilan_json, r.decidee_le, r.motif,
       (SELECT a.nom FROM audit a WHERE a.objet = 'cloture|' || r.cloture || '|' || r.revision AND a.le = r.decidee_le
        ORDER BY a.id DESC LIMIT 1) AS decideur,
       r.etablissement, count(*) OVER () AS total
FROM cloture_recue r
WHERE ($1::text[] IS NULL OR r.academie = ANY($1)) AND ($2::text IS NULL OR r.session = $2)
  AND ($3::text IS NULL OR r.etat = $3)
  AND NOT EXISTS (SELECT FROM unnest($4::text[]) AS t (mot)
                  WHERE strpos(coalesce(r.recherche, upper(r.uai || ' ' || r.etablissement)), t.mot) = 0)
ORDER BY r.recue_le DESC, r.cloture, r.revision DESC LIMIT $5 OFFSET $6
"""

_COUNTS = """
SELECT academie, session, count(*) AS clotures FROM cloture_recue
WHERE etat = 'A_VALIDER' AND ($1::text[] IS NULL OR academie = ANY($1))
GROUP BY academie, session ORDER BY academie, session
"""
# Its present revision: an older one that was refused is history.
_SUSPENDED = """
SELECT r.academie, r.etat, count(*) AS clotures, extract(epoch FROM now() - min(r.recue_le))::float8 AS age_seconds
FROM cloture_recue r JOIN cloture c USING (cloture, revision)
WHERE r.etat IN ('A_VALIDER', 'REFUSEE') GROUP BY r.academie, r.etat
"""
_CHOICES = "SELECT DISTINCT academie, session FROM cloture_recue WHERE $1::text[] IS NULL OR academie = ANY($1)"
_ACTES = """
SELECT le, nom, split_part(objet, '|', 4)::bigint AS revision,
       coalesce(apres ->> 'rejeu', apres ->> 'etat') AS fait, motif
FROM audit WHERE objet = ANY($1::text[]) AND action = 'imports.decider'
ORDER BY le DESC, id DESC
"""


class ClotureTenue(Row):
    """A closing; its missions follow `revision_appliquee`, 0 where they follow none yet."""

    cloture: str
    academie: str
    revision_appliquee: int


class Revision(Row):
    """A revision received; `decidee_le` and `motif` are None where nobody decided."""

    session: str
    uai: str
    academie: str
    revision: int
    etat: str
    recue_le: datetime
    bilan_json: str | None
    decidee_le: datetime | None
    motif: str | None

    @property
    def bilan(self) -> Bilan | None:
        """What it did, or would have done; None for the oldest ones."""
        return Bilan(**json.loads(self.bilan_json)) if self.bilan_json else None


class RevisionEntiere(Revision):
    """A revision with all that is kept of it; `fichier_*`: of the file it came from, None from the topic."""

    cloture: str
    ce_id: str
    correlation_id: str | None
    topic_partition: int | None
    topic_offset: int | None
    topic_rang: int | None
    contenu: bytes
    decidee_par: str | None
    fichier_sha256: str | None
    fichier_par: str | None
    fichier_nom: str | None

    @property
    def place(self) -> Place | None:
        """Where it stood on its topic."""
        return Place.of(self.topic_partition, self.topic_offset, self.topic_rang)


class RevisionListee(Revision):
    """A line of the list, and how many there are (`total`)."""

    etablissement: str
    decideur: str | None
    total: int


class Appliquee(Row):
    """A revision that the missions follow, or have followed."""

    uai: str
    revision: int


class Attente(Row):
    """How many closings wait."""

    academie: str
    session: str
    clotures: int


class Suspens(Row):
    """Closings of an académie that wait (A_VALIDER) or were refused (REFUSEE); `age_seconds`: of the oldest."""

    academie: str
    etat: str
    clotures: int
    age_seconds: float


class Choix(Row):
    """An académie and session of which closings came."""

    academie: str
    session: str


class ActeDecision(Row):
    """Who decided of a revision or replayed it; `fait`: the state it came to, or the result of the replay."""

    le: datetime
    nom: str
    revision: int
    fait: str
    motif: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one revision that waited; `bilan`: what that did of the missions."""

    cloture: str
    revision: int
    etat: str
    bilan: Bilan | None
    par: str
    le: datetime
    motif: str | None = None


async def cloture(connection: Connection, session: str, uai: str, *, lock: bool = False) -> ClotureTenue | None:
    """The closing; `lock` holds off newer revisions and other decisions until the end of the transaction."""
    query = "SELECT cloture, academie, revision_appliquee FROM cloture WHERE cloture = $1"
    return await connection.fetchrow(
        query + (" FOR UPDATE" if lock else ""), f"{session}|{uai}", record_class=ClotureTenue
    )


async def revisions(connection: Connection, cloture_: str) -> list[RevisionEntiere]:
    """Every revision received, the latest first."""
    return await connection.fetch(_REVISIONS, cloture_, record_class=RevisionEntiere)


async def waiting(connection: Connection, academie: str, session: str, *, lock: bool = True) -> list[RevisionEntiere]:
    """What waits of an académie and session; `lock`: the closings locked in id order (D7)."""
    if lock:
        await connection.execute(_LOCK, academie, session)
    return await connection.fetch(_WAITING, academie, session, record_class=RevisionEntiere)


async def applied(connection: Connection, academie: str, session: str, seen: Mapping[str, int]) -> list[str]:
    """The UAI of those revisions (UAI → revision) that are applied."""
    uais, revisions_ = list(seen), list(seen.values())
    rows = await connection.fetch(_APPLIED, academie, session, uais, revisions_, record_class=Appliquee)
    return sorted(row.uai for row in rows)


async def waiting_by_session(connection: Connection, academies: list[str] | None) -> list[Attente]:
    """How many closings wait, by académie and session; `academies` None: all."""
    return await connection.fetch(_COUNTS, academies, record_class=Attente)


async def suspended(connection: Connection) -> list[Suspens]:
    """Closings whose present revision is not applied."""
    return await connection.fetch(_SUSPENDED, record_class=Suspens)


async def choices(connection: Connection, academies: list[str] | None) -> list[Choix]:
    """The académies and sessions of which closings came; `academies` None: all."""
    return await connection.fetch(_CHOICES, academies, record_class=Choix)


async def actes(connection: Connection, cloture_: str, revisions_: Sequence[int]) -> list[ActeDecision]:
    """Who decided of these revisions and who replayed them, the latest first."""
    objets = [f"cloture|{cloture_}|{one}" for one in revisions_]
    return await connection.fetch(_ACTES, objets, record_class=ActeDecision)


async def decide(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Raises ConcurrentWrite when one of them does not wait any more."""
    rows = [(one.cloture, one.revision, one.etat, _json(one.bilan), one.par, one.le, one.motif) for one in decisions]
    await update_all(connection, _DECIDE, rows)


def _json(bilan: Bilan | None) -> str | None:
    return json.dumps(bilan._asdict()) if bilan else None


async def page(
    connection: Connection,
    academies: list[str] | None,
    *,
    session: str | None = None,
    etat: str | None = None,
    texte: str = "",
    page_: int = 1,
    taille: int = 50,
) -> list[RevisionListee]:
    """A page of revisions received, the latest first, that have each word of `texte`; `academies` None: all."""
    offset = (page_ - 1) * taille
    words = cle(texte).split()
    return await connection.fetch(_LIST, academies, session, etat, words, taille, offset, record_class=RevisionListee)
