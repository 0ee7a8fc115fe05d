"""SQL of mails that convocation asks for: again what did not arrive, and answers to an empêchement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.cloudevents import Event
from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known
from event_schemas.courriels import CourrielDemande
from notifier.persistence.notifications import supersede

_KNOWN = """
SELECT convocation_id, version, hash FROM courriel_demande WHERE convocation_id = ANY($1::uuid[])
ORDER BY convocation_id FOR UPDATE
"""
_COLUMNS = ("convocation_id", "version", "hash")
_CHANGE = """
UPDATE courriel_demande d SET version = t.version, hash = t.hash
FROM unnest($1::uuid[], $2::int[], $3::text[]) AS t (convocation_id, version, hash)
WHERE d.convocation_id = t.convocation_id AND d.version < t.version
"""
# As if it came now: five days of patience, and the date that the mail bears, begin again. What was sent is asked for
# again when a later mail about it, a reminder or an answer, did not arrive, or when the person lost it.
_RESTART = """
UPDATE notification n SET etat = 'PENDING', motif = NULL, mail_id = NULL, essais = 0, recue_le = $6, changee_le = $6,
       pas_avant = $7, demande = k.demande, correlation_id = k.correlation_id, traceparent = k.traceparent
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[])
     AS k (convocation_id, version, demande, correlation_id, traceparent)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = 0
  AND n.etat IN ('SENT', 'FAILED', 'BOUNCED')
"""
# Whose convocation is not known here yet is told alone.
_ANSWER = """
INSERT INTO notification (convocation_id, version, jours, hash, nature, numero, academie, correlation_id, traceparent,
                          recue_le, changee_le, pas_avant)
SELECT k.convocation_id, k.version, -k.demande, '', 'REPONSE', coalesce(n.numero, k.convocation_id::text),
       coalesce(n.academie, ''), k.correlation_id, k.traceparent, $6, $6, $7
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[])
     AS k (convocation_id, version, demande, correlation_id, traceparent)
LEFT JOIN LATERAL (SELECT numero, academie FROM notification h WHERE h.convocation_id = k.convocation_id AND h.jours = 0
                   ORDER BY h.version DESC LIMIT 1) AS n ON true
"""


class _KnownRow(Row):
    convocation_id: UUID
    version: int
    hash: str


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """The last request held of each convocation, its row locked."""
    rows = await connection.fetch(_KNOWN, convocations, record_class=_KnownRow)
    return {str(row.convocation_id): Known(row.version, row.hash) for row in rows}


async def save(connection: Connection, events: Sequence[Event[CourrielDemande]], held: Collection[str]) -> None:
    """The guard's rows; `held`: those there are. Raises ConcurrentWrite."""
    rows = {event.aggregate: (UUID(event.aggregate), event.version, event.hash) for event in events}
    await copy_new(connection, "courriel_demande", _COLUMNS, [row for key, row in rows.items() if key not in held])
    await update_all(connection, _CHANGE, [row for key, row in rows.items() if key in held])


async def restart(
    connection: Connection, asked: Sequence[Event[CourrielDemande]], now: datetime, pas_avant: datetime
) -> None:
    """The mail of each waits to go out again, as a mail of its own, unless a later version does."""
    ids = [one.state.convocation_id for one in asked]
    await connection.execute(_RESTART, ids, *_asked(asked), now, pas_avant)
    await supersede(connection, ids, now)


async def answer(
    connection: Connection, asked: Sequence[Event[CourrielDemande]], now: datetime, pas_avant: datetime
) -> None:
    """Answers to an empêchement wait to go out, unless a later version does."""
    ids = [one.state.convocation_id for one in asked]
    await connection.execute(_ANSWER, ids, *_asked(asked), now, pas_avant)
    await supersede(connection, ids, now)


def _asked(asked: Sequence[Event[CourrielDemande]]) -> tuple[list[int], list[int], list[str], list[str | None]]:
    """Which version each is about, which request it is, and what it follows from."""
    return (
        [one.state.convocation_version for one in asked],
        [one.version for one in asked],
        [one.correlation_id for one in asked],
        [one.cause.traceparent for one in asked],
    )
