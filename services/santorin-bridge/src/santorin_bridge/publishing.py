"""Rights → messages for the habilitation topic; where a right stands → AccesChanged, for the outbox."""

from collections.abc import Sequence
from typing import cast

from chassis import outbox
from chassis.cloudevents import Cause, encode, event_id
from chassis.database import Connection
from chassis.outbox import Message, Outgoing, Waiting
from event_schemas.acces import Acces
from event_schemas.catalogue import ACCES, ACCES_CHANGED, HABILITATION, HABILITATION_STATE
from santorin_bridge.domain.reponse import EtatAcces
from santorin_bridge.metrics import CONVOCATION_TO_SANTORIN_SECONDS
from santorin_bridge.persistence import conservation, habilitations
from santorin_bridge.persistence.conservation import Effacee
from santorin_bridge.persistence.habilitations import AccesSuivant, Dirty, Publiee

SOURCE = "/imagin/santorin-bridge/habilitations"  # its ids count apart from those of the outbox's events


class DirtyHabilitations:
    """The relay's source: the current state of each key to publish; sending again can only repeat or advance."""

    name = "habilitations"

    def __init__(self, schemas_url: str = "") -> None:
        self._schemas_url = schemas_url

    async def fetch(self, connection: Connection, limit: int) -> list[Message]:
        return [_message(row, self._schemas_url) for row in await habilitations.dirty(connection, limit)]

    async def clear(self, connection: Connection, sent: Sequence[Message]) -> None:
        """What SANTORIN can read now is told as transmitted or withdrawn, in the same transaction."""
        rows = [cast("Dirty", message.token) for message in sent]
        async with connection.transaction():
            published = await habilitations.published(connection, rows)
            # after a crash SANTORIN may have answered before we noted that it was sent: the answer says more
            # and a right that reconciliation revoked for want of a convocation is nobody's news
            told = [_told(row) for row in published if row.convocation_version and not row.answered]
            await outbox.append(connection, told)
        for row in published:
            if row.waited is not None:
                CONVOCATION_TO_SANTORIN_SECONDS.observe(max(0.0, row.waited))

    async def waiting(self, connection: Connection) -> list[Waiting]:
        return await habilitations.waiting(connection, HABILITATION)


class ErasedHabilitations:
    """The relay's source: rights that were deleted, each a record without value under its key."""

    name = "effacements"

    async def fetch(self, connection: Connection, limit: int) -> list[Message]:
        rows = await conservation.erased(connection, limit)
        return [Message(HABILITATION, str(row.convocation_id).encode(), None, [], row) for row in rows]

    async def clear(self, connection: Connection, sent: Sequence[Message]) -> None:
        await conservation.sent(connection, [cast("Effacee", message.token).convocation_id for message in sent])

    async def waiting(self, connection: Connection) -> list[Waiting]:
        return await conservation.waiting(connection, HABILITATION)


def _message(row: Dirty, schemas_url: str) -> Message:
    key = str(row.convocation_id)
    cause = Cause(row.correlation_id, row.causation_id, row.traceparent)
    ce_id = event_id(row.convocation_id.bytes, row.version)
    headers = encode(HABILITATION_STATE, SOURCE, key, ce_id, row.changed_at, cause, schemas_url)
    return Message(HABILITATION, key.encode(), row.etat, headers, row)


def _told(row: Publiee) -> Outgoing:
    cause = Cause(row.correlation_id, row.causation_id, row.traceparent)
    return publish(row, "TRANSMISE" if row.status == "GRANTED" else "RETIREE", None, cause)


def publish(acces: AccesSuivant, etat: EtatAcces, motif: str | None, cause: Cause) -> Outgoing:
    """AccesChanged: `etat` is where the right stands now."""
    state = Acces.create(
        convocation_id=acces.convocation_id,
        version=acces.acces_version,
        habilitation_version=acces.version,
        convocation_version=acces.convocation_version,
        etat=etat,
        motif=motif,
    )
    key = acces.convocation_id
    return Outgoing(ACCES, ACCES_CHANGED, str(key), key, state.version, state.to_bytes(), cause)
