"""What would become of one record of the topic of closings, in any of its modes; nothing is written (0058)."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from chassis.cloudevents import Dead, Event, decode
from chassis.database import Connection
from chassis.envelopes import Record, parts, unwrap
from event_schemas.catalogue import EVENT_TYPES, INSCRIPTIONS_CLOSED
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.domain.differentiel import Bilan, count
from mission_import.domain.essai import Sort
from mission_import.use_cases.essais.judge import Monde, judge
from mission_import.use_cases.explain import CONFLIT, explain

MODELS: Mapping[str, type[BaseModel]] = {INSCRIPTIONS_CLOSED: EVENT_TYPES[INSCRIPTIONS_CLOSED].model}


class Devenir(StrEnum):
    """What becomes of a closing that comes by the topic."""

    APPLIQUEE = "APPLIQUEE"
    A_VALIDER = "A_VALIDER"
    REMPLACEE = "REMPLACEE"
    IDENTIQUE = "IDENTIQUE"
    DEPASSEE = "DEPASSEE"
    CONFLIT = "CONFLIT"
    LETTRE_MORTE = "LETTRE_MORTE"


_DEVENIRS = {
    Sort.A_APPLIQUER: Devenir.APPLIQUEE,
    Sort.A_VALIDER: Devenir.A_VALIDER,
    Sort.DEJA_RECUE: Devenir.IDENTIQUE,
    Sort.DEPASSEE: Devenir.DEPASSEE,
}


@dataclass(frozen=True, slots=True)
class Sortie:
    """Of one closing of the record, by its rank from 1; without `cloture` where none can be read.

    `missions`: what would change, of one that is applied or waits. `raisons`: of a dead letter, in words.
    """

    rang: int
    devenir: Devenir
    cloture: InscriptionsClosed | None = None
    missions: Bilan | None = None
    raisons: tuple[str, ...] = ()


async def try_record(connection: Connection, record: Record, now: datetime, *, any_key: bool = False) -> list[Sortie]:
    """One Sortie a closing, in their order, each after those before it; `any_key`: its key is not judged."""
    decoded = await asyncio.to_thread(_decoded, record, any_key=any_key)
    monde = await Monde.of(connection, [one.state for one in decoded if isinstance(one, Event)])
    return _replaced([_sortie(rang, one, monde, now) for rang, one in enumerate(decoded, start=1)])


def _replaced(sorties: list[Sortie]) -> list[Sortie]:
    """What would wait does not where a newer one of the same record waits or is applied."""
    newer: set[str] = set()
    found = []
    for one in reversed(sorties):
        if one.cloture and one.devenir is Devenir.A_VALIDER and one.cloture.aggregate in newer:
            found.append(replace(one, devenir=Devenir.REMPLACEE, missions=None))
        else:
            found.append(one)
        if one.cloture and one.missions:
            newer.add(one.cloture.aggregate)
    return found[::-1]


def _decoded(record: Record, *, any_key: bool) -> list[Event[InscriptionsClosed] | Dead]:
    events = [_with_its_own_key(one) for one in parts(record)] if any_key else parts(record)
    return [decode(one, MODELS) for one in events]


def _with_its_own_key(record: Record) -> Record:
    """As it would be sent under the UAI that its body names; what names none is judged without a key."""
    try:
        return replace(record, key=json.loads(unwrap(record)[1])["uai"].encode())
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return record


def _sortie(rang: int, decoded: Event[InscriptionsClosed] | Dead, monde: Monde, now: datetime) -> Sortie:
    if isinstance(decoded, Dead):
        raisons = tuple(explain(decoded.record, decoded.stage, decoded.reason))
        return Sortie(rang, Devenir.LETTRE_MORTE, raisons=raisons)
    jugement = judge(decoded.state, monde, now)
    if jugement.sort is None:
        return Sortie(rang, Devenir.CONFLIT, decoded.state, raisons=(CONFLIT,))
    missions = count(jugement.lignes) if jugement.sort in {Sort.A_APPLIQUER, Sort.A_VALIDER} else None
    return Sortie(rang, _DEVENIRS[jugement.sort], decoded.state, missions)
