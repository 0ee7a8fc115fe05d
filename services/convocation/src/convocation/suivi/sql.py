"""SQL of what became of each convocation: its right in SANTORIN and its mail."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.cloudevents import Event
from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known
from event_schemas.acces import Acces
from event_schemas.notifications import Notification

_COLUMNS = ("convocation_id", "version", "hash", "convocation_version", "etat", "motif")
_KNOWN = """
SELECT convocation_id, version, hash FROM {table} WHERE convocation_id = ANY($1::uuid[])
ORDER BY convocation_id FOR UPDATE
"""
_CHANGE = """
UPDATE {table} s SET version = t.version, hash = t.hash, convocation_version = t.convocation_version, etat = t.etat,
       motif = t.motif
FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[])
     AS t (convocation_id, version, hash, convocation_version, etat, motif)
WHERE s.convocation_id = t.convocation_id AND s.version < t.version
"""
# Version and hash stay those of the failure: what the notifier tells next is newer.
_WAIT_AGAIN = """
UPDATE notification SET etat = 'EN_ATTENTE', motif = NULL
WHERE convocation_id = $1 AND convocation_version = $2 AND etat IN ('ECHOUEE', 'REVENUE')
"""


class _Tenu(Row):
    convocation_id: UUID
    version: int
    hash: str


class TableDeSuivi:
    """One of the two tables, `acces` or `notification`: they have the same shape."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._known = _KNOWN.format(table=table)
        self._change = _CHANGE.format(table=table)

    async def known(self, connection: Connection, convocations: list[str]) -> dict[str, Known]:
        """Version and hash held, the rows locked."""
        rows = await connection.fetch(self._known, convocations, record_class=_Tenu)
        return {str(row.convocation_id): Known(row.version, row.hash) for row in rows}

    async def save(
        self, connection: Connection, events: Sequence[Event[Acces] | Event[Notification]], held: Collection[str]
    ) -> None:
        """Write the last state of each; `held`: those there are. Raises ConcurrentWrite."""
        rows = {event.aggregate: _row(event.state) for event in events}
        await copy_new(connection, self._table, _COLUMNS, [row for key, row in rows.items() if key not in held])
        await update_all(connection, self._change, [row for key, row in rows.items() if key in held])


def _row(state: Acces | Notification) -> tuple[object, ...]:
    etat = "REVENUE" if isinstance(state, Notification) and state.retour else state.etat
    return state.convocation_id, state.version, state.hash, state.convocation_version, etat, state.motif


async def wait_for_mail_again(connection: Connection, convocation_id: UUID, convocation_version: int) -> bool:
    """The mail of this version, which did not arrive, is waited for once more; False when it is already."""
    return bool(await connection.execute(_WAIT_AGAIN, convocation_id, convocation_version) == "UPDATE 1")
