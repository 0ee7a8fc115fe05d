"""The demo's console: the operators' own, as a process beside the services."""

import asyncio
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from imagin_dev.stack import Stack
from imagin_ops.services import SERVICES
from testkit.ports import free_ports
from testkit.processes import ServiceProcess

_PROGRAM = Path(sys.executable).with_name("imagin-ops")
_RUNBOOK = Path(__file__).parents[4] / "docs" / "exploitation" / "alertes.md"


class DemoConsole:
    """`async with`: `url` answers once it has been imported, a second later; nobody waits for it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        [self._port] = free_ports(1)
        self._process: ServiceProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        environment = {
            **{f"{service.prefix}OPS_URL": self._stack.ops_url(service) for service in SERVICES},
            "CONSOLE_HTTP_PORT": str(self._port),
            "CONSOLE_RUNBOOK_FILE": str(_RUNBOOK),
        }
        self._process = ServiceProcess(
            [str(_PROGRAM), "console"],
            environment=environment,
            port=self._port,
            log=self._stack.folder / "console.log",
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            await asyncio.to_thread(self._process.terminate)
