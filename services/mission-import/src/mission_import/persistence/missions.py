"""SQL of the missions; they are only read and written under their closing's lock."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.database import Connection
from mission_import.domain.inscriptions import Etablissement
from mission_import.domain.mission import Cle, Mission, MissionType, Status

_LOAD = "SELECT * FROM mission WHERE cloture = ANY($1::text[])"

_SAVE = """
INSERT INTO mission (mission_id, cloture, session, uai, etablissement_nom, etablissement_commune, academie,
                     type, voie, code, libelle, candidats, date_debut, status, version)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::text[], $10::text[], $11::text[], $12::int[], $13::date[], $14::text[],
                     $15::bigint[])
ON CONFLICT (mission_id) DO UPDATE
SET etablissement_nom = excluded.etablissement_nom, etablissement_commune = excluded.etablissement_commune,
    academie = excluded.academie, libelle = excluded.libelle, candidats = excluded.candidats,
    status = excluded.status, version = excluded.version
"""


async def load(connection: Connection, clotures: list[str]) -> dict[str, dict[Cle, Mission]]:
    """The missions of each closing, by their identity in it."""
    found: dict[str, dict[Cle, Mission]] = {}
    for row in await connection.fetch(_LOAD, clotures):
        mission = _mission(row)
        found.setdefault(row["cloture"], {})[mission.cle] = mission
    return found


def _mission(row: Any) -> Mission:
    return Mission(
        session=row["session"],
        etablissement=Etablissement(
            row["uai"], row["etablissement_nom"], row["etablissement_commune"], row["academie"]
        ),
        type=MissionType(row["type"]),
        cle=Cle(row["voie"], row["code"]),
        libelle=row["libelle"],
        candidats=row["candidats"],
        date_debut=row["date_debut"],
        status=Status(row["status"]),
        version=row["version"],
    )


async def save(connection: Connection, missions: Mapping[UUID, Mission]) -> None:
    """Write the last state of each mission."""
    if not missions:
        return
    rows = [_row(mission_id, mission) for mission_id, mission in missions.items()]
    await connection.execute(_SAVE, *map(list, zip(*rows, strict=True)))


def _row(mission_id: UUID, mission: Mission) -> tuple[Any, ...]:
    etablissement = mission.etablissement
    return (
        *(mission_id, f"{mission.session}|{etablissement.uai}", mission.session, etablissement.uai),
        *(etablissement.nom, etablissement.commune, etablissement.academie),
        *(mission.type.value, mission.cle.voie, mission.cle.code, mission.libelle, mission.candidats),
        *(mission.date_debut, mission.status.value, mission.version),
    )
