"""Rights → messages for the habilitation topic, and where each stands → AccesChanged.

That SANTORIN can read a right is told in the Kafka transaction that lets it read it; its answers go by the outbox.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, cast

import orjson

from chassis.cloudevents import Cause, encode, event_id
from chassis.database import Connection
from chassis.outbox import Message, Outgoing
from chassis.waiting import Waiting
from event_schemas.acces import Acces
from event_schemas.catalogue import ACCES, ACCES_CHANGED, HABILITATION, HABILITATION_STATE
from event_schemas.convocations import Convocation
from santorin_bridge.domain.habilitation import Droit
from santorin_bridge.domain.reponse import EtatAcces
from santorin_bridge.metrics import CONVOCATION_TO_SANTORIN_SECONDS
from santorin_bridge.persistence import attente, conservation, envois
from santorin_bridge.persistence.conservation import Effacee
from santorin_bridge.persistence.envois import DroitAPublier
from santorin_bridge.persistence.habilitations import AccesSuivant

SOURCE = "/imagin/santorin-bridge/habilitations"  # its ids count apart from those of the outbox's events
_OUTBOX_SOURCE = "/imagin/santorin-bridge"


class _Sent(NamedTuple):
    """`envois`: all that were fetched with this right, those without a right too."""

    envois: Sequence[int]
    convocation_le: datetime | None


class DirtyHabilitations:
    """The relay's source: the current state of each right to publish; sending again can only repeat or advance."""

    name = "habilitations"

    def __init__(self, schemas_url: str = "") -> None:
        self._schemas_url = schemas_url

    async def fetch(self, connection: Connection, limit: int) -> list[Message]:
        while ouverts := await envois.ouverts(connection, limit):
            rows, ids = await envois.droits(connection, ouverts), [one.id for one in ouverts]
            if rows:
                return [message for row in rows for message in _messages(row, ids, self._schemas_url)]
            await envois.fermer(connection, ids)  # all their rights have left them
        return []

    async def clear(self, connection: Connection, sent: Sequence[Message]) -> None:
        await envois.fermer(connection, cast("_Sent", sent[0].token).envois)
        now = time.time()
        for message in sent:
            since = cast("_Sent", message.token).convocation_le
            if since and message.topic == HABILITATION:
                CONVOCATION_TO_SANTORIN_SECONDS.observe(max(0.0, now - since.timestamp()))

    async def waiting(self, connection: Connection) -> list[Waiting]:
        return await attente.rights(connection)


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


def _messages(row: DroitAPublier, fetched: Sequence[int], schemas_url: str) -> Iterator[Message]:
    """The right, and that it is transmitted or withdrawn."""
    ident, text = row.convocation_id.bytes, str(row.convocation_id)
    key, token = text.encode(), _Sent(fetched, row.convocation_le)
    cause = Cause(row.correlation_id, row.causation_id, row.traceparent)

    def headers(ce_type: str, source: str, version: int) -> list[tuple[str, bytes]]:
        return encode(ce_type, source, text, event_id(ident, version), row.changed_at, cause, schemas_url)

    yield Message(HABILITATION, key, row.etat, headers(HABILITATION_STATE, SOURCE, row.version), token)
    if row.annonce is not None:
        told = {
            "convocation_id": text,
            "convocation_version": row.convocation_version,
            "etat": "TRANSMISE" if row.status == "GRANTED" else "RETIREE",
            "habilitation_version": row.version,
            "motif": None,
            "version": row.annonce,
        }
        yield Message(ACCES, key, _body(told), headers(ACCES_CHANGED, _OUTBOX_SOURCE, row.annonce), token)


def corps(convocation_id: str, right: Droit, state: Convocation) -> bytes:
    """The body of the right that follows from `state`: what `Habilitation` would be written as, tested to say the same,
    in a third of the time. Each value was read from a body that was checked, or is counted by us.
    """
    return _body(
        {
            "convocation_id": convocation_id,
            "convocation_version": right.convocation_version,
            "intervenant": state.intervenant.__dict__,
            "mission": state.mission.__dict__,
            "role": right.role,
            "role_par_defaut": right.role_par_defaut,
            "status": right.status,
            "valide_au": right.valide_au,
            "valide_du": right.valide_du,
            "version": right.version,
        }
    )


def _body(content: dict[str, object]) -> bytes:
    """With its hash, which is over the canonical JSON of these fields."""
    canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return b'%b,"hash":"%b"}' % (canonical[:-1], sha256(canonical).hexdigest().encode())


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
