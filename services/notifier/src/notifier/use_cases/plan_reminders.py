"""Reminders to who has not acknowledged: planned from what was sent, decided when they go out."""

from collections.abc import Callable, Sequence
from datetime import datetime

from chassis.database import Connection
from event_schemas.academies import NOMS, local_time
from notifier.persistence import rappels


async def plan_reminders(connection: Connection, jours: Sequence[int], clock: Callable[[], datetime]) -> int:
    """Queue what the present day of each académie asks for; returns how many. `jours`: days before, like 7 and 2.

    Whether somebody has acknowledged, and what was cancelled meanwhile, is asked when the mail goes out.
    """
    now = clock()
    midnights = {
        academie: local_time(academie, now).replace(hour=0, minute=0, second=0, microsecond=0) for academie in NOMS
    }
    return await rappels.plan(connection, midnights, jours, now)
