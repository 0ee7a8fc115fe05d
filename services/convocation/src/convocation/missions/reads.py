"""What other rooms read of missions: the sessions there are, the établissements that have missions."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.avertissements.domain import Periode
from convocation.missions.domain import Mission, MissionType

# A window of the owner's: a chef's sessions are those that anybody has missions of (0040).
_SESSIONS = """
SELECT session, coalesce(s.archivee_le IS NOT NULL, false) AS archivee
FROM session_de_mission LEFT JOIN session_declaree s USING (session)
"""
COLUMNS = """mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie, code, libelle,
       candidats, date_debut, status, version,
       EXISTS (SELECT FROM session_declaree s WHERE s.session = mission.session AND s.archivee_le IS NOT NULL)
           AS archivee,
       greatest(
           (SELECT a.debut FROM session_academie a WHERE (a.session, a.academie) = (mission.session, mission.academie)),
           (SELECT s.debut FROM session_declaree s WHERE s.session = mission.session)) AS premier_jour,
       least(
           (SELECT a.fin FROM session_academie a WHERE (a.session, a.academie) = (mission.session, mission.academie)),
           (SELECT s.fin FROM session_declaree s WHERE s.session = mission.session)) AS dernier_jour"""
"""What a statement selects of `mission` for a MissionRow."""
_MISSION = f"SELECT {COLUMNS} FROM mission"
NON_ARCHIVEE = "session NOT IN (SELECT s.session FROM session_declaree s WHERE s.archivee_le IS NOT NULL)"
"""Of a row with a `session`: archives are shown to who asks for them."""


class SessionRow(Row):
    """A session that missions have."""

    session: str
    archivee: bool


class Etablissement(Row):
    """An établissement that has missions, as its latest session names it."""

    uai: str
    etablissement_nom: str
    etablissement_commune: str
    academie: str


class UaiRow(Row):
    """The number of an établissement."""

    uai: str


class AcademieRow(Row):
    """The académie of an établissement."""

    uai: str
    academie: str


class AcademieSeule(Row):
    """An académie."""

    academie: str


class MissionRow(Row):
    """A row of the table, without what it is found by."""

    mission_id: UUID
    session: str
    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    type: str
    voie: str
    code: str
    libelle: str
    candidats: int
    date_debut: date
    status: str
    version: int
    archivee: bool
    premier_jour: date | None
    dernier_jour: date | None


async def sessions(connection: Connection, now: datetime) -> list[str]:
    """The sessions there are missions of, the latest first: it is the one that is shown unless another is asked for.

    A year after the next one comes after them, for it may be declared by mistake, and archives come last.
    """
    found = await connection.fetch(_SESSIONS, record_class=SessionRow)
    rows = sorted(found, key=lambda row: row.session, reverse=True)
    return [row.session for row in sorted(rows, key=lambda row: (row.archivee, int(row.session[:4]) > now.year + 1))]


async def vivantes(connection: Connection, now: datetime) -> list[str]:
    """Those of `sessions` on which one still acts: they are not archived."""
    rows = await connection.fetch(_SESSIONS, record_class=SessionRow)
    alive = {row.session for row in rows if not row.archivee}
    return [one for one in await sessions(connection, now) if one in alive]


async def a_ouvrir(connection: Connection, now: datetime) -> list[str]:
    """Those that the service may be opened for: `vivantes`, then what is declared and has no mission yet."""
    query = "SELECT session, false AS archivee FROM session_declaree WHERE archivee_le IS NULL ORDER BY session DESC"
    alive = await vivantes(connection, now)
    declared = [row.session for row in await connection.fetch(query, record_class=SessionRow)]
    return [*alive, *(one for one in declared if one not in alive)]


async def declaree(connection: Connection, session: str) -> bool:
    """Whether the administrateur has declared the session."""
    query = "SELECT EXISTS (SELECT FROM session_declaree WHERE session = $1)"
    found: bool = await connection.fetchval(query, session)
    return found


async def archivee(connection: Connection, session: str) -> bool:
    """Whether the session is archived."""
    query = "SELECT EXISTS (SELECT FROM session_declaree WHERE session = $1 AND archivee_le IS NOT NULL)"
    found: bool = await connection.fetchval(query, session)
    return found


async def etablissements(connection: Connection, uais: Sequence[str]) -> list[Etablissement]:
    """Name and commune of each UAI that has missions."""
    query = """
    SELECT uai, etablissement_nom, etablissement_commune, academie FROM etablissement
    WHERE uai = ANY($1::text[]) ORDER BY uai
    """
    return await connection.fetch(query, uais, record_class=Etablissement)


async def lycees_de_commune(connection: Connection, academie: str, commune: str) -> list[str]:
    """UAIs of the lycées of a commune, as their missions say."""
    query = "SELECT uai FROM lycee_de_commune WHERE academie = $1 AND commune = $2"
    return [row.uai for row in await connection.fetch(query, academie, commune, record_class=UaiRow)]


async def get(connection: Connection, mission_id: UUID, *, lock: bool = False) -> Mission | None:
    """One mission; `lock` holds off a withdrawal, and other commands on the mission, until the end of the transaction.

    Two commands that convoke the same new person at once would trip over one unique index or the other.
    """
    query = f"{_MISSION} WHERE mission_id = $1" + (" FOR NO KEY UPDATE" if lock else "")
    row = await connection.fetchrow(query, mission_id, record_class=MissionRow)
    return mission_of(row) if row else None


async def of_etablissement(connection: Connection, uai: str, session: str) -> list[Mission]:
    """Those that have candidates, in the order of the lists."""
    query = f"{_MISSION} WHERE uai = $1 AND session = $2 AND status = 'ACTIVE' ORDER BY type, libelle, voie, mission_id"
    return [mission_of(row) for row in await connection.fetch(query, uai, session, record_class=MissionRow)]


async def lock(connection: Connection, mission_ids: Sequence[UUID]) -> dict[UUID, Mission]:
    """Several as `get` locks one, in the order in which everybody locks them."""
    query = f"{_MISSION} WHERE mission_id = ANY($1::uuid[]) ORDER BY mission_id FOR NO KEY UPDATE"
    rows = await connection.fetch(query, mission_ids, record_class=MissionRow)
    return {row.mission_id: mission_of(row) for row in rows}


def mission_of(row: MissionRow) -> Mission:
    """A mission from a row of its table."""
    return Mission(
        mission_id=row.mission_id,
        session=row.session,
        uai=row.uai,
        academie=row.academie,
        etablissement_nom=row.etablissement_nom,
        etablissement_commune=row.etablissement_commune,
        type=MissionType(row.type),
        voie=row.voie,
        code=row.code,
        libelle=row.libelle,
        candidats=row.candidats,
        date_debut=row.date_debut,
        sans_candidat=row.status != "ACTIVE",
        version=row.version,
        archivee=row.archivee,
        periode=Periode(row.premier_jour, row.dernier_jour),
    )


async def academies_de_session(connection: Connection, session: str) -> list[str]:
    """The académies that have missions in it."""
    query = "SELECT DISTINCT academie FROM lieu_de_session WHERE session = $1 ORDER BY academie"
    return [row.academie for row in await connection.fetch(query, session, record_class=AcademieSeule)]


async def departements(connection: Connection, session: str | None, academies: Sequence[str] | None) -> list[str]:
    """The départements that have missions, by their three digits; None is no restriction."""
    query = """
    SELECT DISTINCT left(uai, 3) AS uai FROM lieu_de_session
    WHERE ($1::text IS NULL OR session = $1) AND ($2::text[] IS NULL OR academie = ANY ($2))
    """
    return [row.uai for row in await connection.fetch(query, session, academies, record_class=UaiRow)]


async def academie(connection: Connection, uai: str) -> str | None:
    """The académie of an établissement, as its missions say; None where it has none."""
    found: str | None = await connection.fetchval("SELECT academie FROM etablissement WHERE uai = $1", uai)
    return found


async def academies(connection: Connection, uais: Sequence[str]) -> dict[str, str]:
    """Académie by UAI; the UAIs without any mission are not in it."""
    query = "SELECT uai, academie FROM etablissement WHERE uai = ANY($1::text[])"
    rows = await connection.fetch(query, list(uais), record_class=AcademieRow)
    return {row.uai: row.academie for row in rows}
