"""Reading rights for an answer: up to date, of one snapshot, or refused (D21)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request

from chassis.problem import Problem
from santorin_bridge.persistence import habilitations
from santorin_bridge.web.application import application


@dataclass(frozen=True, slots=True)
class Lecture:
    """Rights as recorded; `as_of`: all that convocation had told by then is in them."""

    as_of: datetime
    rights: list[dict[str, Any]]

    @property
    def etag(self) -> str:
        """Changes with any right, not with time."""
        versions = "|".join(f"{right['convocation_id']}:{right['version']}" for right in self.rights)
        return f'"{hashlib.sha256(versions.encode()).hexdigest()[:32]}"'

    @property
    def body(self) -> dict[str, Any]:
        return {"as_of": self.as_of, "habilitations": self.rights}


async def lire(request: Request, *, numero: str | None = None, mission_id: UUID | None = None) -> Lecture:
    """The rights of a person, on a mission, or of the person on it. Raises Problem 503 when nobody can say."""
    as_of = _as_of(request)  # before reading: the database may know more than that, never less
    async with application(request).pool.acquire() as connection:
        if numero is not None:
            rows = await habilitations.of_person(connection, numero)
        else:
            assert mission_id is not None, "a person or a mission"
            rows = await habilitations.of_mission(connection, mission_id)
    rights = [(json.loads(row.etat), row.douteuse) for row in rows]
    chosen = [one for one in rights if mission_id is None or one[0]["mission"]["mission_id"] == str(mission_id)]
    if any(douteuse for _, douteuse in chosen):
        raise Problem(503, "incertain", "Un évènement sur cette convocation n’a pas pu être appliqué : réessayez.")
    return Lecture(as_of, [right for right, _ in chosen])


def _as_of(request: Request) -> datetime:
    ours = application(request)
    as_of = ours.freshness.as_of
    if as_of is None or ours.clock() - as_of > ours.stale_after:
        told = as_of.isoformat() if as_of else None
        raise Problem(503, "pas-a-jour", "Les habilitations ne sont pas à jour : réessayez.", as_of=told)
    return as_of
