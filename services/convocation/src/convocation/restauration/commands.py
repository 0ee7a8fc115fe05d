"""What a restored database says is told again above every version that was seen; what it does not know is ended."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis import outbox
from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.outbox import Outgoing
from chassis.restoring import Held, Restoration
from convocation.convocations.domain import NatureVersion
from convocation.convocations.publishing import TYPES
from convocation.restauration import sql
from convocation.restauration.domain import MOTIF, Decision, Etat, Sort, decider
from convocation.restauration.sql import Depassee, Dite
from event_schemas.catalogue import CONVOCATION, COURRIEL
from event_schemas.convocations import Convocation

_NATURES = {ce_type: nature for nature, ce_type in TYPES.items()}
_PAGE = 1_000
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class _Ecrite:
    """A state to write, and whether the database did not have the convocation."""

    decision: Decision
    etat: Convocation
    nouvelle: bool

    @property
    def nature(self) -> str:
        return self.decision.nature.value

    @property
    def motif(self) -> str | None:
        return MOTIF if self.decision.sort is Sort.PERDUE else None


async def catch_up(restoration: Restoration) -> Mapping[str, list[str]]:
    """Returns what is done, as "convocation UAI épreuve" each. Raises StillRunning, TopicUnavailable."""
    connection = restoration.connection
    await restoration.begin()
    await sql.begin(connection)
    async for page in restoration.told(CONVOCATION):
        await sql.add(connection, [_dite(event) for event in page])
    async for _ in restoration.told(COURRIEL):
        pass  # their versions are noted
    for topic in (CONVOCATION, COURRIEL):
        await restoration.note_held(topic)
    await restoration.forget_sent()
    done: dict[Sort, list[str]] = defaultdict(list)
    rows = await sql.behind(connection, _FIRST, _PAGE)
    while rows:
        await _write(restoration, rows, done)
        rows = await sql.behind(connection, rows[-1].convocation_id, _PAGE)
    await sql.count_courriels_on(connection)
    return {sort: done[sort] for sort in Sort if sort in done}


async def held(connection: Connection, topic: str) -> AsyncIterator[list[Held]]:
    """The versions that this service has of another's aggregates."""
    page = await sql.held(connection, topic, _FIRST, _PAGE)
    while page:
        yield [(row.id, row.version) for row in page]
        page = await sql.held(connection, topic, page[-1].id, _PAGE)


def _dite(event: Event[Convocation]) -> Dite:
    return Dite(event.aggregate, event.version, _NATURES[event.type].value, event.body, event.time)


async def _write(restoration: Restoration, rows: Sequence[Depassee], done: dict[Sort, list[str]]) -> None:
    connection = restoration.connection
    written = []
    for row in rows:
        ecrite = _decide(row)
        if ecrite is None:
            done[Sort.INTROUVABLE].append(str(row.convocation_id))
        else:
            done[ecrite.decision.sort].append(_words(ecrite.etat))
            written.append(ecrite)
    await sql.create(connection, [(one.etat, one.nature, one.motif) for one in written if one.nouvelle])
    await sql.raise_versions(connection, [(one.etat, one.nature) for one in written if not one.nouvelle])
    await sql.remember(connection, [one.etat.convocation_id for one in written], restoration.now)
    await outbox.append(connection, [_event(one) for one in written if one.decision.dite])


def _decide(row: Depassee) -> _Ecrite | None:
    tenue = Convocation.model_validate_json(row.evenement) if row.evenement else None
    derniere = Convocation.model_validate_json(row.derniere) if row.derniere else None
    if row.connue and tenue is None:  # written before events were kept
        return None
    decision = decider(_etat(tenue, row.nature), _etat(derniere, row.derniere_nature), row.vue)
    source = derniere if tenue is None or (decision and not decision.dite) else tenue
    if decision is None or source is None:
        return None
    return _Ecrite(decision, _at(source, decision) if decision.dite else source, nouvelle=not row.connue)


def _etat(state: Convocation | None, nature: str | None) -> Etat | None:
    if state is None or nature is None:
        return None
    contenu = state.model_dump(exclude={"version", "hash"})
    return Etat(state.version, state.status == "ACTIVE", NatureVersion(nature), contenu)


def _at(state: Convocation, decision: Decision) -> Convocation:
    fields = {name: value for name, value in state if name != "hash"}
    status = "ACTIVE" if decision.active else "CANCELLED"
    return Convocation.create(**fields | {"version": decision.version, "status": status})


def _words(etat: Convocation) -> str:
    return f"{etat.convocation_id} {etat.mission.uai} {etat.mission.code}"


def _event(one: _Ecrite) -> Outgoing:
    key, version = one.etat.convocation_id, one.etat.version
    return Outgoing(CONVOCATION, TYPES[one.decision.nature], str(key), key, version, one.etat.to_bytes())
