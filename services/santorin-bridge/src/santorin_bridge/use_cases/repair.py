"""The repair of what a reconciliation found (D22): new versions, never the same one; a dry run is to do without."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from typing import Any, Literal
from uuid import UUID

from chassis.database import Connection
from chassis.snapshot import snapshot
from event_schemas.catalogue import HABILITATION
from event_schemas.habilitations import Habilitation
from santorin_bridge.domain.ecart import REJOUER, RELEVER, Cause, Vues
from santorin_bridge.persistence import reconciliation
from santorin_bridge.use_cases.reconcile import Sources, key_of

Replay = Callable[[Sequence[UUID]], Awaitable[int]]
_AT_ONCE = 500


async def repair(
    connection: Connection, sources: Sources, ecarts: Sequence[Vues], causes: Collection[Cause], replay: Replay
) -> Counter[Cause]:
    """Mend the differences of these causes; returns how many of each were treated. Look again afterwards.

    `replay` lets convocation tell the events of these ids again. Within `reconciliation.alone`, after a look.
    """
    treated: Counter[Cause] = Counter()
    for some in _chunks(ecarts):
        of = {cause: [vues.convocation_id for vues in some if cause in vues.causes] for cause in causes}
        again = [UUID(key) for cause in REJOUER & of.keys() for key in of[cause]]
        if again:
            await replay(again)
        async with connection.transaction():
            await _raise(connection, [key for cause in RELEVER & of.keys() for key in of[cause]], status=None)
            await _raise(connection, of.get(Cause.INCONNUE, []), status="REVOKED")
        treated += Counter({cause: len(keys) for cause, keys in of.items()})
    if Cause.SUJET_INCONNU in causes:
        await _take_over(connection, sources, ecarts)
    return treated


def _chunks(ecarts: Sequence[Vues]) -> Iterator[Sequence[Vues]]:
    for start in range(0, len(ecarts), _AT_ONCE):
        yield ecarts[start : start + _AT_ONCE]


async def _raise(connection: Connection, keys: Sequence[str], *, status: Literal["REVOKED"] | None) -> None:
    """The same right, or its revocation, above every version seen; a revoked one follows no convocation any more."""
    rows = []
    for row in await reconciliation.rights(connection, keys):
        right = Habilitation.model_validate_json(row["etat"])
        new = _next(right, row["version"], status or right.status)
        rows.append((new.convocation_id, new.version, 0 if status else row["convocation_version"], new.status, new))
    await reconciliation.raise_versions(connection, [(*row[:4], row[4].to_bytes()) for row in rows])


async def _take_over(connection: Connection, sources: Sources, ecarts: Sequence[Vues]) -> None:
    """What only the topic has becomes ours, revoked."""
    wanted = {vues.convocation_id for vues in ecarts if Cause.SUJET_INCONNU in vues.causes}
    found: dict[str, Habilitation] = {}
    async for records in snapshot(sources.kafka, HABILITATION):
        for record in records:
            key = str(key_of(record))
            if key in wanted and record.value:
                right = Habilitation.model_validate_json(record.value)
                if key not in found or found[key].version <= right.version:
                    found[key] = right
    revoked = [_next(right, right.version, "REVOKED") for right in found.values()]
    await reconciliation.take_over(
        connection,
        [
            (one.convocation_id, one.version, one.intervenant.numero, one.mission.mission_id, one.role, one.to_bytes())
            for one in revoked
        ],
    )


def _next(right: Habilitation, version: int, status: str) -> Habilitation:
    fields: dict[str, Any] = dict(right) | {"version": version + 1, "status": status}
    fields.pop("hash")
    return Habilitation.create(**fields)
