"""SQL of the missions; they are only read and written under their closing's lock."""

from collections.abc import Iterable
from datetime import date
from itertools import starmap
from uuid import UUID

from chassis.database import Connection, Row, copy_new, update_all
from mission_import.domain.inscriptions import Etablissement
from mission_import.domain.mission import Cle, Mission, MissionType, Status

_LOAD = """
SELECT cloture, session, uai, etablissement_nom, etablissement_commune, academie, type, voie, code, libelle, candidats,
       date_debut, status, version
FROM mission WHERE cloture = ANY($1::text[])
"""

_COLUMNS = (
    "mission_id",
    "cloture",
    "session",
    "uai",
    "etablissement_nom",
    "etablissement_commune",
    "academie",
    "type",
    "voie",
    "code",
    "libelle",
    "candidats",
    "date_debut",
    "status",
    "version",
)
_CHANGE = """
UPDATE mission m
SET etablissement_nom = t.nom, etablissement_commune = t.commune, academie = t.academie, libelle = t.libelle,
    candidats = t.candidats, status = t.status, version = t.version
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::bigint[])
     AS t (mission_id, nom, commune, academie, libelle, candidats, status, version)
WHERE m.mission_id = t.mission_id AND m.version < t.version
"""


class _Mission(Row):
    cloture: str
    session: str
    uai: str
    etablissement_nom: str
    etablissement_commune: str
    academie: str
    type: str
    voie: str
    code: str
    libelle: str
    candidats: int
    date_debut: date
    status: str
    version: int


async def load(connection: Connection, clotures: list[str]) -> dict[str, dict[Cle, Mission]]:
    """The missions of each closing, by their identity in it."""
    found: dict[str, dict[Cle, Mission]] = {}
    for row in await connection.fetch(_LOAD, clotures, record_class=_Mission):
        mission = _mission(row)
        found.setdefault(row.cloture, {})[mission.cle] = mission
    return found


def _mission(row: _Mission) -> Mission:
    return Mission(
        session=row.session,
        etablissement=Etablissement(row.uai, row.etablissement_nom, row.etablissement_commune, row.academie),
        type=MissionType(row.type),
        cle=Cle(row.voie, row.code),
        libelle=row.libelle,
        candidats=row.candidats,
        date_debut=row.date_debut,
        status=Status(row.status),
        version=row.version,
    )


async def create(connection: Connection, missions: Iterable[tuple[UUID, Mission]]) -> None:
    """Write missions that were not there."""
    await copy_new(connection, "mission", _COLUMNS, starmap(_row, missions))


def _row(mission_id: UUID, mission: Mission) -> tuple[object, ...]:
    etablissement = mission.etablissement
    return (
        mission_id,
        f"{mission.session}|{etablissement.uai}",
        mission.session,
        etablissement.uai,
        etablissement.nom,
        etablissement.commune,
        etablissement.academie,
        mission.type,
        mission.cle.voie,
        mission.cle.code,
        mission.libelle,
        mission.candidats,
        mission.date_debut,
        mission.status,
        mission.version,
    )


async def change(connection: Connection, missions: Iterable[tuple[UUID, Mission]]) -> None:
    """Write the last state of missions that were there; identity and start date stay (R11)."""
    await update_all(connection, _CHANGE, list(starmap(_changed, missions)))


def _changed(mission_id: UUID, mission: Mission) -> tuple[object, ...]:
    etablissement = mission.etablissement
    return (
        mission_id,
        etablissement.nom,
        etablissement.commune,
        etablissement.academie,
        mission.libelle,
        mission.candidats,
        mission.status,
        mission.version,
    )
