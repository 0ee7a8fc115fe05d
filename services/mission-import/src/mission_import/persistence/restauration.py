"""SQL of a restored database: missions as they were told since the backup."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Connection, Row
from event_schemas.catalogue import MISSION
from event_schemas.missions import Mission

# The last told of each mission that this database does not hold. Its closing comes again by its own topic; revision 0
# lets that know that there are missions already.
_NAMES = """mission_id, cloture, session, uai, etablissement_nom, etablissement_commune, academie, type, voie, code,
            libelle, candidats, date_debut, status, version"""
_TABLE = "CREATE TEMP TABLE dite (LIKE mission INCLUDING DEFAULTS, PRIMARY KEY (mission_id)) ON COMMIT DROP"
_ADD = f"""
INSERT INTO dite ({_NAMES})
SELECT t.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                       $9::text[], $10::text[], $11::text[], $12::int[], $13::date[], $14::text[], $15::bigint[])
               AS t (mission_id, cloture, session, uai, nom, commune, academie, type, voie, code, libelle, candidats,
                     date_debut, status, version)
LEFT JOIN mission m USING (mission_id) WHERE m.version IS NULL OR m.version < t.version
ON CONFLICT (mission_id) DO UPDATE
SET etablissement_nom = excluded.etablissement_nom, etablissement_commune = excluded.etablissement_commune,
    academie = excluded.academie, libelle = excluded.libelle, candidats = excluded.candidats,
    date_debut = excluded.date_debut, status = excluded.status, version = excluded.version
WHERE dite.version < excluded.version
"""
_CLOTURES = """
INSERT INTO cloture (cloture, session, uai, academie, revision, hash)
SELECT DISTINCT ON (cloture) cloture, session, uai, academie, 0, '' FROM dite ON CONFLICT DO NOTHING
"""
_TAKE = f"""
INSERT INTO mission ({_NAMES}) SELECT {_NAMES} FROM dite
ON CONFLICT (mission_id) DO UPDATE
SET etablissement_nom = excluded.etablissement_nom, etablissement_commune = excluded.etablissement_commune,
    academie = excluded.academie, libelle = excluded.libelle, candidats = excluded.candidats,
    status = excluded.status, version = excluded.version
RETURNING mission_id::text || ' ' || uai || ' ' || code AS mission
"""
_RAISE = f"""
UPDATE mission m SET version = vu.version + 1 FROM vu
WHERE vu.topic = '{MISSION}' AND vu.id = m.mission_id AND m.version < vu.version
RETURNING m.cloture, m.mission_id::text || ' ' || m.uai || ' ' || m.code AS mission
"""
_UNKNOWN = f"""
SELECT vu.id::text AS mission FROM vu WHERE vu.topic = '{MISSION}'
AND NOT EXISTS (SELECT FROM mission m WHERE m.mission_id = vu.id) ORDER BY 1
"""
_HELD = """
SELECT convocation_id AS id, version FROM convocation_active WHERE convocation_id > $1 ORDER BY convocation_id LIMIT $2
"""


class Nommee(Row):
    """A mission for the operator: "id UAI épreuve", or its id alone."""

    mission: str


class Relevee(Row):
    """A mission whose version was raised, and its closing."""

    cloture: str
    mission: str


class Tenue(Row):
    """The version that this database has of a convocation."""

    id: UUID
    version: int


async def begin(connection: Connection) -> None:
    """The transaction's table of what was told."""
    await connection.execute(_TABLE)


async def add(connection: Connection, missions: Sequence[Mission]) -> None:
    """Keep what this database does not hold."""
    last: dict[UUID, Mission] = {}
    for one in missions:
        if one.mission_id not in last or last[one.mission_id].version < one.version:
            last[one.mission_id] = one
    if last:
        await connection.execute(_ADD, *map(list, zip(*map(_row, last.values()), strict=True)))


async def take(connection: Connection) -> list[str]:
    """The missions are as they were told; returns those that were not."""
    await connection.execute(_CLOTURES)
    return [row.mission for row in await connection.fetch(_TAKE, record_class=Nommee)]


async def raise_versions(connection: Connection) -> list[Relevee]:
    """Missions of which others have a version that no event tells any more: above it."""
    return await connection.fetch(_RAISE, record_class=Relevee)


async def unknown(connection: Connection) -> list[str]:
    """Missions that only others have."""
    return [row.mission for row in await connection.fetch(_UNKNOWN, record_class=Nommee)]


async def held(connection: Connection, after: UUID, size: int) -> list[Tenue]:
    """The next `size` convocations that this database has, after the id `after`."""
    return await connection.fetch(_HELD, after, size, record_class=Tenue)


def _row(state: Mission) -> tuple[object, ...]:
    place = state.etablissement
    return (
        state.mission_id,
        f"{state.session}|{place.uai}",
        state.session,
        place.uai,
        place.nom,
        place.commune,
        place.academie,
        state.type,
        state.voie,
        state.code,
        state.libelle,
        state.candidats,
        state.date_debut,
        state.status,
        state.version,
    )
