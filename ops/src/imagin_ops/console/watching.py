"""Looks every two seconds, and keeps the last hour."""

import asyncio
import dataclasses
import logging
from collections.abc import Sequence

from imagin_ops.console.flow import Flow, flow
from imagin_ops.console.samples import History
from imagin_ops.console.sources import LOOK_SECONDS, Alert, Processes, Prometheus, Silent, Source
from imagin_ops.running import Installation
from imagin_ops.services import SERVICES

log = logging.getLogger(__name__)


def source_of(installation: Installation) -> Source:
    """Prometheus where its address is given, else the processes. Exits with 2 where neither is."""
    if installation.prometheus_url:
        return Prometheus(installation.prometheus_url)
    urls = {service.name: installation.ops_ports(service) for service in SERVICES}
    installation.need({f"{service.prefix}OPS_URL": urls[service.name] for service in SERVICES})
    return Processes(urls)


class Watch:
    """What is seen of one installation. `flow` is of the last look, and ready before the first."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._history = History()
        self._alerts: Sequence[Alert] = ()
        self._has_past = False
        self.flow = flow(self._history)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> Flow:
        """See what is now."""
        silent = None
        try:
            if not self._has_past:
                for snapshot in await self._source.past():
                    self._history.add(snapshot)
                self._has_past = True
            snapshot, self._alerts = await asyncio.gather(self._source.look(), self._source.alerts())
            self._history.add(snapshot)
        except Silent as error:
            silent = str(error)
        try:
            self.flow = flow(self._history, self._alerts, silent)
        except (ArithmeticError, LookupError, TypeError, ValueError):  # a figure that no process of ours tells
            log.exception("the measures cannot be counted")
            self.flow = dataclasses.replace(self.flow, silent="ce que disent les processus ne se compte pas")
        return self.flow

    async def close(self) -> None:
        """The connections of its source."""
        await self._source.close()
