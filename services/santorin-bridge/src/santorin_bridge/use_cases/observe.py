"""What the bridge looks at by itself, for dashboards and alerts; it mends nothing (D22)."""

from collections import Counter

import structlog

from chassis.database import Connection
from santorin_bridge.domain.ecart import Ecart
from santorin_bridge.metrics import DIFFERENCES, RECONCILED_AT, REFUSED, UNANSWERED, UNANSWERED_AGE_SECONDS
from santorin_bridge.persistence import attente, reconciliation
from santorin_bridge.use_cases.reconcile import Sources, reconcile

log = structlog.get_logger()


async def observe_differences(connection: Connection, sources: Sources, *, settle_seconds: float) -> None:
    """Reconcile, unless somebody does; `imagin reconcile santorin` tells which convocations differ."""
    async with reconciliation.alone(connection) as mine:
        if not mine:
            return
        bilan = await reconcile(connection, sources, settle_seconds=settle_seconds)
    counts = Counter(cause for vues in bilan.ecarts for cause in vues.causes)
    for cause in Ecart:
        DIFFERENCES.labels(cause.name).set(counts[cause])
    RECONCILED_AT.set_to_current_time()
    if counts:
        log.warning(
            "reconciliation.differences", count=len(bilan.ecarts), cause=", ".join(sorted(one.name for one in counts))
        )


async def measure_silence(connection: Connection) -> None:
    """How long SANTORIN has not answered, and how many rights it refuses."""
    row = await attente.silence(connection)
    UNANSWERED.set(row.attendus)
    UNANSWERED_AGE_SECONDS.set(row.age_seconds)
    REFUSED.set(row.refusees)
