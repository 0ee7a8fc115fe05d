"""SQL of a restored database: what was told since the backup, in a table of the transaction, and what is written."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row
from convocation.commun.recherche import cle
from event_schemas.catalogue import ACCES, CONVOCATION, COURRIEL, MISSION, NOTIFICATION
from event_schemas.convocations import Convocation, MissionRef

PAR = "imagin-ops"

_TABLE = """
CREATE TEMP TABLE dite (convocation_id uuid, version int, nature text NOT NULL, etat bytea NOT NULL,
                        le timestamptz NOT NULL, PRIMARY KEY (convocation_id, version)) ON COMMIT DROP
"""
# Of what was told, only what this database does not hold: later versions, or the same one with other bytes, as where it
# was written to before it caught up.
_ADD = """
INSERT INTO dite
SELECT DISTINCT ON (convocation_id, t.version) convocation_id, t.version, t.nature, t.etat, t.le
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[], $5::timestamptz[])
     WITH ORDINALITY AS t (convocation_id, version, nature, etat, le, rang)
LEFT JOIN convocation c USING (convocation_id)
WHERE c.version IS NULL OR t.version > c.version OR t.version = c.version AND t.etat <> c.evenement
ORDER BY convocation_id, t.version, rang DESC
ON CONFLICT (convocation_id, version) DO UPDATE SET nature = excluded.nature, etat = excluded.etat, le = excluded.le
"""
_BEHIND = f"""
SELECT v.id AS convocation_id, v.version AS vue, c.version IS NOT NULL AS connue, c.nature, c.evenement,
       d.nature AS derniere_nature, d.etat AS derniere
FROM vu v LEFT JOIN convocation c ON c.convocation_id = v.id
LEFT JOIN LATERAL (SELECT * FROM dite WHERE dite.convocation_id = v.id ORDER BY version DESC LIMIT 1) AS d ON true
WHERE v.topic = '{CONVOCATION}' AND v.id > $1
  AND (c.version IS NULL OR c.version < v.version OR d.version IS NOT NULL)
ORDER BY v.id LIMIT $2
"""
# Who convoked did so on a session that was declared.
_SESSIONS = """
INSERT INTO session_declaree (session, libelle, par, le) SELECT DISTINCT session, '', $2, now()
FROM unnest($1::text[]) AS t (session) ON CONFLICT DO NOTHING
"""
# Version 0: the mission's own event, read again afterwards, says the rest.
_MISSIONS = """
INSERT INTO mission (mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie, code,
                     libelle, candidats, date_debut, status, version, hash, recherche)
SELECT id, session, uai, academie, '', '', type, voie, code, libelle, 0, debut, 'ACTIVE', 0, '', recherche
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[],
            $10::text[]) AS t (id, session, uai, academie, type, voie, code, libelle, debut, recherche)
ON CONFLICT DO NOTHING
"""
# Who came into the directory since the backup: as much as the event says, inactive until somebody enters the rest.
# The service makes the words they are found by (annuaire.commands).
_PEOPLE = """
INSERT INTO intervenant (numero, civilite, nom, prenom, courriel, uai, uais_secondaires, disciplines, academie, actif,
                         cle)
SELECT numero, '', nom, prenom, '', uai, '{}', '{}', academie, false, cle
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
     AS t (numero, nom, prenom, uai, academie, cle)
ON CONFLICT DO NOTHING
"""
_CREATE = """
INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite, qualite_par_defaut, profil, dates,
                         observation, motif, version, evenement)
SELECT id, mission, numero, status, nature, qualite, par_defaut, profil, string_to_array(dates, ' ')::date[], '', motif,
       version, evenement
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[],
            $9::text[], $10::text[], $11::int[], $12::bytea[])
     AS t (id, mission, numero, status, nature, qualite, par_defaut, profil, dates, motif, version, evenement)
"""
_RAISE = """
UPDATE convocation c SET version = t.version, nature = t.nature, evenement = t.evenement
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[]) AS t (convocation_id, version, nature, evenement)
WHERE c.convocation_id = t.convocation_id
"""
# What people were told in between stays in the history: their PDF can be checked, and the next mail compares with it.
_HISTORY = """
INSERT INTO convocation_version (convocation_id, version, nature, qualite, qualite_par_defaut, profil, dates,
                                 observation, motif, par, le)
SELECT convocation_id, version, nature, e ->> 'qualite', (e ->> 'qualite_par_defaut')::boolean, e ->> 'profil',
       ARRAY(SELECT jsonb_array_elements_text(e -> 'dates'))::date[], '', NULL, $2, le
FROM (SELECT d.*, convert_from(etat, 'UTF8')::jsonb AS e FROM dite d WHERE convocation_id = ANY($1::uuid[])) AS d
ON CONFLICT DO NOTHING
"""
_PRESENT = """
INSERT INTO convocation_version (convocation_id, version, nature, qualite, qualite_par_defaut, profil, dates,
                                 observation, motif, par, le)
SELECT convocation_id, version, nature, qualite, qualite_par_defaut, profil, dates, observation, motif, $2, $3
FROM convocation WHERE convocation_id = ANY($1::uuid[])
ON CONFLICT DO NOTHING
"""
_COURRIELS = f"""
INSERT INTO courriel_demande (convocation_id, version)
SELECT v.id, v.version FROM vu v JOIN convocation c ON c.convocation_id = v.id WHERE v.topic = '{COURRIEL}'
ON CONFLICT (convocation_id) DO UPDATE SET version = excluded.version WHERE courriel_demande.version < excluded.version
"""
_HELD = {
    MISSION: """SELECT mission_id AS id, version FROM mission WHERE mission_id > $1
                UNION ALL SELECT mission_id, version FROM mission_en_quarantaine WHERE mission_id > $1
                ORDER BY 1 LIMIT $2""",
    ACCES: "SELECT convocation_id AS id, version FROM acces WHERE convocation_id > $1 ORDER BY 1 LIMIT $2",
    NOTIFICATION: """SELECT convocation_id AS id, version FROM notification
                     WHERE convocation_id > $1 ORDER BY 1 LIMIT $2""",
}


class Dite(NamedTuple):
    """A version as its event told it."""

    convocation_id: str
    version: int
    nature: str
    etat: bytes
    le: datetime


class Depassee(Row):
    """A convocation that others know better: the highest version seen, its event here (`connue`), the last one told."""

    convocation_id: UUID
    vue: int
    connue: bool
    nature: str | None
    evenement: bytes | None
    derniere_nature: str | None
    derniere: bytes | None


class Tenue(Row):
    """The version that this database has of an aggregate of another service."""

    id: UUID
    version: int


async def begin(connection: Connection) -> None:
    """The transaction's table of what was told."""
    await connection.execute(_TABLE)


async def add(connection: Connection, rows: Sequence[Dite]) -> None:
    """Keep what this database does not hold; of one version told twice, the last."""
    if rows:
        await connection.execute(_ADD, *_columns(rows))


async def behind(connection: Connection, after: UUID, size: int) -> list[Depassee]:
    """The next `size` convocations that others know better."""
    return await connection.fetch(_BEHIND, after, size, record_class=Depassee)


async def create(connection: Connection, lost: Sequence[tuple[Convocation, str, str | None]]) -> None:
    """Convocations that the backup did not have, with nature and motif; mission and person as their event says."""
    if not lost:
        return
    missions = [(etat.mission, etat.dates[0]) for etat, *_ in lost]
    await connection.execute(_SESSIONS, [one.session for one, _ in missions], PAR)
    await connection.execute(_MISSIONS, *_columns([_mission(one, debut) for one, debut in missions]))
    people = {etat.intervenant.numero: (etat.intervenant, etat.mission.academie) for etat, *_ in lost}
    rows = [
        (one.numero, one.nom, one.prenom, one.uai, academie, cle(f"{one.nom} {one.prenom}"))
        for one, academie in people.values()
    ]
    await connection.execute(_PEOPLE, *_columns(rows))
    await connection.execute(_CREATE, *_columns([_convocation(*one) for one in lost]))


async def raise_versions(connection: Connection, rows: Sequence[tuple[Convocation, str]]) -> None:
    """The same convocations at another version of this nature."""
    if rows:
        raised = [(etat.convocation_id, etat.version, nature, etat.to_bytes()) for etat, nature in rows]
        await connection.execute(_RAISE, *_columns(raised))


async def remember(connection: Connection, convocations: Sequence[UUID], now: datetime) -> None:
    """Their history: what was told since the backup, then the present version."""
    await connection.execute(_HISTORY, convocations, PAR)
    await connection.execute(_PRESENT, convocations, PAR, now)


async def count_courriels_on(connection: Connection) -> None:
    """The next mail asked for is above those that were."""
    await connection.execute(_COURRIELS)


async def held(connection: Connection, topic: str, after: UUID, size: int) -> list[Tenue]:
    """The next `size` aggregates of `topic` that this database has, after the id `after`."""
    return await connection.fetch(_HELD[topic], after, size, record_class=Tenue)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _mission(one: MissionRef, debut: date) -> tuple[object, ...]:
    recherche = cle(f"{one.libelle} {one.code} {one.uai}")
    place = (one.session, one.uai, one.academie, one.type, one.voie, one.code, one.libelle)
    return (one.mission_id, *place, debut, recherche)


def _convocation(etat: Convocation, nature: str, motif: str | None) -> tuple[object, ...]:
    return (
        etat.convocation_id,
        etat.mission.mission_id,
        etat.intervenant.numero,
        etat.status,
        nature,
        etat.qualite,
        etat.qualite_par_defaut,
        etat.profil,
        " ".join(map(str, etat.dates)),
        motif,
        etat.version,
        etat.to_bytes(),
    )
