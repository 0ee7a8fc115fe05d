"""SQL of the files of people: where each one stands (R36)."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection, Pool, Row
from event_schemas.academies import local_time

_INSERT = """
INSERT INTO import_annuaire (import_id, academie, par, par_role, par_nom, le, sha256, octets, etat, total)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
"""
_STATE = """
SELECT import_id, academie, par_nom, le, sha256, etat, lignes_lues, total, bilan AS bilan_json, erreurs AS erreurs_json,
       remarques AS remarques_json
FROM import_annuaire
"""
_TO_DO = "SELECT import_id FROM import_annuaire WHERE etat IN ('DEPOSE', 'EN_COURS') ORDER BY le"
_CLAIM = """
UPDATE import_annuaire SET tentatives = tentatives + 1, lignes_lues = 0
WHERE import_id = $1 AND etat IN ('DEPOSE', 'EN_COURS')
RETURNING import_id, academie, par, par_role, par_nom, sha256, octets, etat, tentatives, total
"""
_CONFIRM = """
UPDATE import_annuaire SET etat = 'EN_COURS', par = $2, par_role = $3, par_nom = $4, lignes_lues = 0, tentatives = 0
WHERE import_id = $1 AND etat = 'VERIFIE'
"""
_END = """
UPDATE import_annuaire SET etat = $2, bilan = $3, erreurs = $4, remarques = $5, lignes_lues = total,
                           octets = CASE WHEN $2 = 'VERIFIE' THEN octets END
WHERE import_id = $1
"""
_ABANDON = """
UPDATE import_annuaire SET etat = 'EN_ERREUR', octets = NULL, erreurs = $2 WHERE etat = 'VERIFIE' AND le < $1
"""


class Import(Row):
    """Where a file stands, without its bytes."""

    import_id: UUID
    academie: str
    par_nom: str
    le: datetime
    sha256: str
    etat: str
    lignes_lues: int
    total: int
    bilan_json: str | None
    erreurs_json: str | None
    remarques_json: str | None

    @property
    def depose_le(self) -> datetime:
        """As the académie's clocks showed it."""
        return local_time(self.academie, self.le)

    @property
    def bilan(self) -> dict[str, int] | None:
        """How many people it creates, changes, leaves; None until it was checked."""
        return json.loads(self.bilan_json) if self.bilan_json else None

    @property
    def erreurs(self) -> list[dict[str, object]] | None:
        """The first faults, by line; None until it was checked."""
        return json.loads(self.erreurs_json) if self.erreurs_json else None

    @property
    def remarques(self) -> list[dict[str, object]] | None:
        """The first things to look at, by line; None until it was checked."""
        return json.loads(self.remarques_json) if self.remarques_json else None


class AFaire(Row):
    """A file that waits."""

    import_id: UUID


class Tache(Row):
    """A file that this process works at."""

    import_id: UUID
    academie: str
    par: str
    par_role: str
    par_nom: str
    sha256: str
    octets: bytes
    etat: str
    tentatives: int
    total: int


async def insert(
    connection: Connection,
    import_id: UUID,
    academie: str,
    acteur: Acteur,
    le: datetime,
    fichier: tuple[str, bytes, int],
    etat: str,
) -> None:
    """Keep a file (sha256, bytes, lines) to be checked (DEPOSE) or checked and written (EN_COURS)."""
    sha256, octets, total = fichier
    who = (acteur.sub, acteur.role.value, acteur.nom)
    await connection.execute(_INSERT, import_id, academie, *who, le, sha256, octets, etat, total)


async def get(connection: Connection, import_id: UUID) -> Import | None:
    """Where it stands."""
    return await connection.fetchrow(f"{_STATE} WHERE import_id = $1", import_id, record_class=Import)


async def latest(connection: Connection, academies: Sequence[str]) -> list[Import]:
    """The ten latest of these académies."""
    query = f"{_STATE} WHERE academie = ANY($1::text[]) ORDER BY le DESC LIMIT 10"
    return await connection.fetch(query, academies, record_class=Import)


async def claim(connection: Connection) -> Tache | None:
    """The oldest file that waits and that no other process works at, or None.

    The lock is the session's: when this process dies, PostgreSQL releases it, and another process resumes the file.
    """
    for row in await connection.fetch(_TO_DO, record_class=AFaire):
        lock = "SELECT pg_try_advisory_lock(hashtextextended($1::text, 170))"
        if await connection.fetchval(lock, str(row.import_id)):
            return await connection.fetchrow(_CLAIM, row.import_id, record_class=Tache)
    return None


async def progress(connection: Connection | Pool, import_id: UUID, lignes: int) -> None:
    await connection.execute("UPDATE import_annuaire SET lignes_lues = $2 WHERE import_id = $1", import_id, lignes)


async def confirm(connection: Connection, import_id: UUID, acteur: Acteur) -> bool:
    """« Importer »: False when it is not waiting for it."""
    who = (acteur.sub, acteur.role.value, acteur.nom)
    return bool(await connection.execute(_CONFIRM, import_id, *who) == "UPDATE 1")


async def end(
    connection: Connection,
    import_id: UUID,
    etat: str,
    bilan: dict[str, int] | None,
    erreurs: list[dict[str, object]],
    remarques: list[dict[str, object]],
) -> None:
    """VERIFIE keeps the bytes for « Importer »; TERMINE and EN_ERREUR forget them."""
    told = (json.dumps(one, ensure_ascii=False) for one in (erreurs, remarques))
    await connection.execute(_END, import_id, etat, json.dumps(bilan) if bilan else None, *told)


async def abandon(connection: Connection, before: datetime, erreurs: list[dict[str, object]]) -> None:
    """Forget the people of files that nobody imported."""
    await connection.execute(_ABANDON, before, json.dumps(erreurs, ensure_ascii=False))
