"""SQL of the missions' read side: each mission as mission-import told it last."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from uuid import UUID

from chassis.cloudevents import Event
from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known
from convocation.commun.recherche import cle
from event_schemas.missions import Mission

_KNOWN = """
SELECT mission_id, version, hash FROM mission WHERE mission_id = ANY($1::uuid[]) ORDER BY mission_id FOR UPDATE
"""


_COLUMNS = (
    "mission_id",
    "session",
    "uai",
    "academie",
    "etablissement_nom",
    "etablissement_commune",
    "type",
    "voie",
    "code",
    "libelle",
    "candidats",
    "date_debut",
    "status",
    "version",
    "hash",
    "recherche",
)


_CHANGE = """
UPDATE mission m
SET academie = t.academie, etablissement_nom = t.nom, etablissement_commune = t.commune, libelle = t.libelle,
    candidats = t.candidats, date_debut = t.date_debut, status = t.status, version = t.version, hash = t.hash,
    recherche = t.recherche
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::date[], $8::text[],
            $9::bigint[], $10::text[], $11::text[])
     AS t (mission_id, academie, nom, commune, libelle, candidats, date_debut, status, version, hash, recherche)
WHERE m.mission_id = t.mission_id AND m.version < t.version
"""


class _Tenue(Row):
    mission_id: UUID
    version: int
    hash: str


async def known(connection: Connection, missions: list[str]) -> dict[str, Known]:
    """Version and hash held of each mission, its row locked."""
    rows = await connection.fetch(_KNOWN, missions, record_class=_Tenue)
    return {str(row.mission_id): Known(row.version, row.hash) for row in rows}


async def save(connection: Connection, events: Sequence[Event[Mission]], held: Collection[str]) -> None:
    """Write the last state of each mission; `held`: those there are. Raises ConcurrentWrite."""
    latest = {event.aggregate: event.state for event in events}
    await copy_new(connection, "mission", _COLUMNS, [_row(one) for key, one in latest.items() if key not in held])
    await update_all(connection, _CHANGE, [_changed(one) for key, one in latest.items() if key in held])


def _row(state: Mission) -> tuple[object, ...]:
    etablissement = state.etablissement
    return (
        state.mission_id,
        state.session,
        etablissement.uai,
        etablissement.academie,
        etablissement.nom,
        etablissement.commune,
        state.type,
        state.voie,
        state.code,
        state.libelle,
        state.candidats,
        state.date_debut,
        state.status,
        state.version,
        state.hash,
        _recherche(state),
    )


def _changed(state: Mission) -> tuple[object, ...]:
    etablissement = state.etablissement
    return (
        state.mission_id,
        etablissement.academie,
        etablissement.nom,
        etablissement.commune,
        state.libelle,
        state.candidats,
        state.date_debut,
        state.status,
        state.version,
        state.hash,
        _recherche(state),
    )


@lru_cache(maxsize=4_096)
def _cle(*parts: str) -> str:
    """Missions share their épreuve with other lycées, and their lycée with others."""
    return cle(" ".join(parts))


def _recherche(state: Mission) -> str:
    """The words a mission is found by, folded."""
    place = state.etablissement
    return f"{_cle(state.libelle, state.code)} {_cle(place.uai, place.nom, place.commune)}"
