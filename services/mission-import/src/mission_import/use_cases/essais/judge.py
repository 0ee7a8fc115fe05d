"""What would become of closings now: the version guard, the académie's policy and the differential; nothing written.

One way for a file and for a record: who asks says what to do with a conflict.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.database import Connection
from chassis.guard import Known, Verdict, verdict
from event_schemas.academies import local_time
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.domain.differentiel import Ligne, Nature, differentiel
from mission_import.domain.essai import Sort
from mission_import.domain.generation import generate
from mission_import.domain.mission import Cle, Mission
from mission_import.persistence import clotures, convocations, missions, politiques
from mission_import.use_cases.import_closings import cloture_of

_SORTS = {Verdict.DUPLICATE: Sort.DEJA_RECUE, Verdict.STALE: Sort.DEPASSEE}


@dataclass(frozen=True, slots=True)
class Monde:
    """What there is now of these closings; what is judged changes it, for what is judged after it."""

    known: dict[str, Known]
    existing: dict[str, dict[Cle, Mission]]
    people: Mapping[str, Mapping[Cle, int]]
    reviewed: Collection[str]

    @classmethod
    async def of(cls, connection: Connection, states: Sequence[InscriptionsClosed], *, lock: bool = False) -> "Monde":
        """`lock` holds off the topic and files."""
        known = await clotures.known(connection, sorted({one.aggregate for one in states}), lock=lock)
        changed = sorted({one.aggregate for one in states if _later(one, known.get(one.aggregate))})
        return cls(
            known,
            await missions.load(connection, changed),
            await convocations.convoques(connection, changed),
            await politiques.with_validation(connection, {one.etablissement.academie for one in states}),
        )


@dataclass(frozen=True, slots=True)
class Jugement:
    """`sort` is None for a conflict; `lignes` is empty for what is not new."""

    sort: Sort | None
    lignes: tuple[Ligne, ...] = ()


def judge(state: InscriptionsClosed, monde: Monde, now: datetime) -> Jugement:
    """Of one closing, after those that were judged before it."""
    said = verdict(state.version, state.hash, monde.known.get(state.aggregate))
    if said is Verdict.CONFLICT:
        return Jugement(None)
    if said in _SORTS:
        return Jugement(_SORTS[said])
    cloture = cloture_of(state)
    monde.known[state.aggregate] = Known(state.version, state.hash)
    existing = monde.existing.setdefault(state.aggregate, {})
    today = local_time(cloture.etablissement.academie, now).date()
    lignes = tuple(differentiel(cloture, existing, today, monde.people.get(state.aggregate, {})))
    change = any(one.nature is not Nature.INCHANGEE for one in lignes)
    if change and cloture.etablissement.academie in monde.reviewed:
        return Jugement(Sort.A_VALIDER, lignes)
    existing.update({mission.cle: mission for mission in generate(cloture, existing, today)})
    return Jugement(Sort.A_APPLIQUER, lignes)


def _later(state: InscriptionsClosed, held: Known | None) -> bool:
    return held is not None and state.revision > held.version
