"""Missions of a session that nobody declared, as their events bring them."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from uuid import UUID, uuid5

import pytest

from chassis.cloudevents import Cause, Event
from convocation.missions.reader import RecordMissionsOnMissionEvents
from event_schemas.missions import EtablissementMission, Mission


@dataclass(frozen=True)
class Undeclared:
    """Events, read as the service reads them."""

    pool: object

    async def __call__(self, session, *places, version=1, libelle=None, connection=None):
        states = [self._state(session, uai, code, version, libelle) for uai, code in places]
        if connection is not None:
            await self._apply(connection, states)
            return
        async with self.pool.acquire() as own, own.transaction():
            await self._apply(own, states)

    async def _apply(self, connection, states):
        reader = RecordMissionsOnMissionEvents()
        held = await reader.known(connection, [one.aggregate for one in states])
        await reader.apply(connection, [_event(one) for one in states], frozenset(held))

    @staticmethod
    def _state(session, uai, code, version, libelle):
        place = EtablissementMission(uai=uai, nom=f"LYCEE {uai}", commune="VILLE", academie="10")
        names = {"mission_id": uuid5(UUID(int=0), f"{session}|{uai}|{code}"), "session": session, "code": code}
        return Mission.create(
            **names,
            version=version,
            type="CORRECTION",
            voie="GENERALE",
            libelle=libelle or code,
            candidats=100,
            date_debut=date(2029, 1, 13),
            status="ACTIVE",
            etablissement=place,
        )


def _event(state):
    return Event(state, "t", "i", Cause(), state.aggregate, state.version, state.hash, SimpleNamespace())


@pytest.fixture
def undeclared(world):
    return Undeclared(world.pool)
