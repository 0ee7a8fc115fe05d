"""SQL of the closings: the latest revision of each, and all as received."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.cloudevents import Cause
from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known
from event_schemas.inscriptions import InscriptionsClosed
from francais.plis import cle
from mission_import.domain.reponse import Place

_KNOWN = "SELECT cloture, revision, hash FROM cloture WHERE cloture = ANY($1::text[]) ORDER BY cloture"
_ACADEMIES = "SELECT uai, academie FROM cloture WHERE uai = ANY($1::text[])"

_COLUMNS = ("cloture", "session", "uai", "academie", "revision", "hash")
_CHANGE = """
UPDATE cloture c SET academie = t.academie, revision = t.revision, hash = t.hash
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
     AS t (cloture, session, uai, academie, revision, hash)
WHERE c.cloture = t.cloture AND c.revision < t.revision
"""
_APPLIED = """
UPDATE cloture c SET revision_appliquee = t.revision,
    appliquee_le = CASE c.revision_appliquee WHEN t.revision THEN c.appliquee_le ELSE now() END  -- a replay leaves it
FROM unnest($1::text[], $2::bigint[]) AS t (cloture, revision)
WHERE c.cloture = t.cloture AND c.revision_appliquee <= t.revision
"""
_RECEIVED = (
    "cloture",
    "revision",
    "ce_id",
    "contenu",
    "etat",
    "academie",
    "session",
    "uai",
    "correlation_id",
    "bilan",
    "import_id",
    "etablissement",
    "recherche",
    "topic_partition",
    "topic_offset",
    "topic_rang",
)
_REPLACED = """
UPDATE cloture_recue SET etat = 'REMPLACEE' WHERE cloture = ANY($1::text[]) AND etat = 'A_VALIDER'
RETURNING session, uai, revision, ce_id, correlation_id, topic_partition, topic_offset, topic_rang
"""


@dataclass(frozen=True, slots=True)
class Recue:
    """One revision as it came, from the topic (at `place`) or a file (`import_id`); `cause`: of what follows."""

    state: InscriptionsClosed
    cause: Cause
    contenu: bytes
    import_id: UUID | None = None
    place: Place | None = None


class Provenance(Row):
    """Which event a revision received is, and where that stood; None: from a file, or from before."""

    session: str
    uai: str
    revision: int
    ce_id: str
    correlation_id: str | None
    topic_partition: int | None
    topic_offset: int | None
    topic_rang: int | None

    @property
    def place(self) -> Place | None:
        return Place.of(self.topic_partition, self.topic_offset, self.topic_rang)


class _KnownRow(Row):
    cloture: str
    revision: int
    hash: str


class _Place(Row):
    uai: str
    academie: str


async def known(connection: Connection, clotures: list[str], *, lock: bool = True) -> dict[str, Known]:
    """The revision held of each closing, its row locked."""
    rows = await connection.fetch(_KNOWN + (" FOR UPDATE" if lock else ""), clotures, record_class=_KnownRow)
    return {row.cloture: Known(row.revision, row.hash) for row in rows}


async def academies(connection: Connection, uais: list[str]) -> set[tuple[str, str]]:
    """(UAI, académie) of every closing there is of these établissements."""
    return {(row.uai, row.academie) for row in await connection.fetch(_ACADEMIES, uais, record_class=_Place)}


async def save(connection: Connection, recues: Sequence[Recue], held: Collection[str]) -> None:
    """Bring the closings to their latest revision; `held`: those that have one. Raises ConcurrentWrite."""
    latest = {one.state.aggregate: one.state for one in recues}
    await copy_new(connection, "cloture", _COLUMNS, [_row(one) for key, one in latest.items() if key not in held])
    await update_all(connection, _CHANGE, [_row(one) for key, one in latest.items() if key in held])


async def receive(
    connection: Connection, recues: Sequence[Recue], etats: Sequence[str], bilans: Sequence[Mapping[str, int]]
) -> list[Provenance]:
    """Keep what came, byte for byte, each in its state; what waited of these closings is replaced, and returned."""
    keys = sorted({one.state.aggregate for one in recues})
    replaced = await connection.fetch(_REPLACED, keys, record_class=Provenance)
    rows = [
        (
            one.state.aggregate,
            one.state.revision,
            one.cause.causation_id,
            one.contenu,
            etat,
            one.state.etablissement.academie,
            one.state.session,
            one.state.uai,
            one.cause.correlation_id,
            json.dumps(numbers),
            one.import_id,
            one.state.etablissement.nom,
            cle(f"{one.state.uai} {one.state.etablissement.nom} {one.state.etablissement.commune}"),
            *(one.place or (None, None, None)),
        )
        for one, etat, numbers in zip(recues, etats, bilans, strict=True)
    ]
    await copy_new(connection, "cloture_recue", _RECEIVED, rows)
    return replaced


async def applied(connection: Connection, revisions: Mapping[str, int]) -> None:
    """The missions follow these revisions now. Raises ConcurrentWrite."""
    await update_all(connection, _APPLIED, list(revisions.items()))


def _row(state: InscriptionsClosed) -> tuple[object, ...]:
    return state.aggregate, state.session, state.uai, state.etablissement.academie, state.revision, state.hash
