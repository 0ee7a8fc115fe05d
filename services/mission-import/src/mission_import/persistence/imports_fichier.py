"""SQL of the files of closings: what waits for its confirmation, and the history."""

import json
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection, Row
from mission_import.domain.differentiel import Bilan
from mission_import.domain.essai import BilanFichier

_SAVE = """
INSERT INTO import_fichier (import_id, academies, par, par_nom, le, sha256, format, encodage, clotures, octets, etat)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'A_CONFIRMER')
ON CONFLICT (par) WHERE etat = 'A_CONFIRMER' DO UPDATE SET
    import_id = excluded.import_id, academies = excluded.academies, par_nom = excluded.par_nom, le = excluded.le,
    sha256 = excluded.sha256, format = excluded.format, encodage = excluded.encodage, clotures = excluded.clotures,
    octets = excluded.octets
"""
_DONE = """
UPDATE import_fichier
SET etat = 'IMPORTE', octets = NULL, confirme_par = $2, confirme_nom = $3, confirme_le = $4, bilan = $5
WHERE import_id = $1
"""
_COLUMNS = (
    "import_id, academies, par, par_nom, le, sha256, format, encodage, clotures, etat,"
    " confirme_par, confirme_nom, confirme_le, bilan AS bilan_json"
)
_PAGE = f"""
SELECT {_COLUMNS}, count(*) OVER () AS total FROM import_fichier
WHERE etat = 'IMPORTE' AND ($1::text[] IS NULL OR academies <@ $1) ORDER BY confirme_le DESC, import_id
LIMIT $2 OFFSET $3
"""


class Depose(NamedTuple):
    """What is kept of a file until its confirmation."""

    import_id: UUID
    academies: list[str]
    sha256: str
    format: str
    encodage: str
    clotures: int
    octets: bytes


class Depot(Row):
    """A file given: A_CONFIRMER, or IMPORTE; `confirme_*` and `bilan` are None before it is confirmed."""

    import_id: UUID
    academies: list[str]
    par: str
    par_nom: str
    le: datetime
    sha256: str
    format: str
    encodage: str
    clotures: int
    etat: str
    confirme_par: str | None
    confirme_nom: str | None
    confirme_le: datetime | None
    bilan_json: str | None

    @property
    def bilan(self) -> BilanFichier | None:
        """What its confirmation did."""
        if self.bilan_json is None:
            return None
        read = json.loads(self.bilan_json)
        return BilanFichier(read["clotures"], Bilan(**read["missions"]))


class DepotGarde(Depot):
    """With the file itself, as long as it waits."""

    octets: bytes | None


class DepotListe(Depot):
    """With the number of files in the list."""

    total: int


async def save(connection: Connection, depose: Depose, acteur: Acteur, le: datetime) -> None:
    """Keep a file; it takes the place of the one of the same person that waits."""
    import_id, academies, *rest = depose
    await connection.execute(_SAVE, import_id, academies, acteur.sub, acteur.nom, le, *rest)


async def forget(connection: Connection, before: datetime) -> None:
    """Files given before that and never confirmed."""
    await connection.execute("DELETE FROM import_fichier WHERE etat = 'A_CONFIRMER' AND le < $1", before)


async def get(connection: Connection, import_id: UUID, *, lock: bool = False) -> DepotGarde | None:
    """A file, with its bytes while it waits."""
    query = f"SELECT {_COLUMNS}, octets FROM import_fichier WHERE import_id = $1"
    return await connection.fetchrow(query + (" FOR UPDATE" if lock else ""), import_id, record_class=DepotGarde)


async def done(connection: Connection, import_id: UUID, acteur: Acteur, le: datetime, bilan: BilanFichier) -> None:
    await connection.execute(_DONE, import_id, acteur.sub, acteur.nom, le, json.dumps(bilan.en_clair()))


async def page(connection: Connection, academies: list[str] | None, page_: int, taille: int) -> list[DepotListe]:
    """Files imported, the latest first; `academies`: all of a file's are among them, None: any."""
    return await connection.fetch(_PAGE, academies, taille, (page_ - 1) * taille, record_class=DepotListe)
