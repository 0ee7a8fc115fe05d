"""The repair of what a reconciliation found (D22): always a new version, above everything that a reader may hold."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from typing import Any, Literal
from uuid import UUID

from chassis.database import Connection
from chassis.snapshot import snapshot
from event_schemas.catalogue import HABILITATION
from event_schemas.habilitations import Habilitation
from santorin_bridge.domain.ecart import REJOUER, RELEVER, Ecart, Vues
from santorin_bridge.persistence import reconciliation
from santorin_bridge.persistence.reconciliation import Relevee, Reprise
from santorin_bridge.use_cases.reconcile import Sources, key_of, readable

Replay = Callable[[Sequence[UUID]], Awaitable[int]]
_AT_ONCE = 500


async def repair(
    connection: Connection, sources: Sources, ecarts: Sequence[Vues], causes: Collection[Ecart], replay: Replay
) -> Counter[Ecart]:
    """Mend the differences of these causes; returns how many of each were treated. Look again afterwards.

    `replay` lets convocation tell the events of these ids again. Within `reconciliation.alone`, after a look.
    """
    wanted = frozenset(causes)
    chosen = [vues for vues in ecarts if wanted.intersection(vues.causes)]
    await _take_over(connection, sources, chosen, revoke=Ecart.SUJET_INCONNU in wanted)
    for some in _chunks(chosen):
        again = _of(some, REJOUER & wanted)
        async with connection.transaction():
            await reconciliation.align(connection, again)
            await reconciliation.forget(connection, _of(some, {Ecart.STATUT} & wanted))
            await _raise(connection, sorted(set(_of(some, RELEVER & wanted)) - set(again)), status=None)
            await _raise(connection, _of(some, {Ecart.INCONNUE} & wanted), status="REVOKED")
        if again:
            await replay([UUID(key) for key in again])
    return Counter(cause for vues in chosen for cause in vues.causes if cause in wanted)


def _of(ecarts: Sequence[Vues], causes: Collection[Ecart]) -> list[str]:
    return [vues.convocation_id for vues in ecarts if not set(causes).isdisjoint(vues.causes)]


def _chunks(ecarts: Sequence[Vues]) -> Iterator[Sequence[Vues]]:
    for start in range(0, len(ecarts), _AT_ONCE):
        yield ecarts[start : start + _AT_ONCE]


async def _raise(connection: Connection, keys: Sequence[str], *, status: Literal["REVOKED"] | None) -> None:
    """The same right, or its revocation, above every version seen; a revoked one follows no convocation any more."""
    rows = []
    for row in await reconciliation.rights(connection, keys):
        right = Habilitation.model_validate_json(row.etat)
        new = _next(right, row.version, status or right.status)
        follows = 0 if status else row.convocation_version
        rows.append(Relevee(new.convocation_id, new.version, follows, new.status, new.to_bytes()))
    await reconciliation.raise_versions(connection, rows)


async def _take_over(connection: Connection, sources: Sources, ecarts: Sequence[Vues], *, revoke: bool) -> None:
    """What only the topic has is recorded: as it is where convocation will tell the rest, else revoked."""
    convoked = {vues.convocation_id: vues.convocation is not None for vues in ecarts if vues.droit is None}
    rows = []
    for right in (await _of_topic(sources, convoked) if convoked else {}).values():
        as_it_is = convoked[str(right.convocation_id)]
        if as_it_is or revoke:
            one = right if as_it_is else _next(right, right.version, "REVOKED")
            rows.append(
                Reprise(
                    one.convocation_id,
                    one.version,
                    one.version if as_it_is else 0,
                    one.status,
                    one.intervenant.numero,
                    one.mission.mission_id,
                    one.role,
                    one.to_bytes(),
                )
            )
    await reconciliation.take_over(connection, rows)


async def _of_topic(sources: Sources, wanted: Collection[str]) -> dict[str, Habilitation]:
    """The rights of these convocations as a reader of the topic holds them; unreadable records are none."""
    found: dict[str, Habilitation] = {}
    async for records in snapshot(sources.kafka, HABILITATION):
        for record in records:
            key = str(key_of(record))
            right = readable(record) if key in wanted else None
            if right is not None and (key not in found or found[key].version <= right.version):
                found[key] = right
    return found


def _next(right: Habilitation, version: int, status: str) -> Habilitation:
    fields: dict[str, Any] = dict(right) | {"version": version + 1, "status": status}
    fields.pop("hash")
    return Habilitation.create(**fields)
