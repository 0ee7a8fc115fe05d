"""What waits for our own services in vain is given up."""

from datetime import datetime, timedelta

import structlog

from chassis.database import Connection
from convocation.echanges import sql

log = structlog.get_logger()
_TRIED = timedelta(days=3)


async def forget_adresses(connection: Connection, now: datetime) -> None:
    """Old addresses that could not be told for three days, because their server always says « later »."""
    count = await sql.forget_adresses(connection, now - _TRIED)
    if count:
        log.warning("adresses.given_up", count=count)
