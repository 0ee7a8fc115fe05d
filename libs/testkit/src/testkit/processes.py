"""One of our services as a real process: started from its module, ready by its own word, hurt like a real one."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import httpx2

from testkit.child import Child
from testkit.ports import free_ports

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "VIRTUAL_ENV")


class ServiceProcess:
    """Started by its making. `environment` holds its settings; of ours it inherits what names folders and tools."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], port: int, ops_port: int = 0, log: Path
    ) -> None:
        self.name = log.stem
        self.port = port
        self.ops_port = ops_port
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._child = Child(command, log=log, env={**inherited, "PYTHONUNBUFFERED": "1", **environment})

    @classmethod
    def of(
        cls,
        package: str,
        environment: Mapping[str, str],
        *,
        log: Path,
        ports: Sequence[int] = (),
    ) -> Self:
        """`python -m <package>`, told by its settings the two ports where it answers to all and to operators."""
        port, ops_port = ports or free_ports(2)
        command = [sys.executable, "-m", package]
        prefix = package.upper()
        settings = {
            f"{prefix}_HTTP_PORT": str(port),
            f"{prefix}_OPS_HTTP_PORT": str(ops_port),
            f"{prefix}_HTTP_DRAIN_SECONDS": "0",  # there is no proxy before it that would need time
            **environment,
        }
        return cls(command, environment=settings, port=port, ops_port=ops_port, log=log)

    async def __aenter__(self) -> Self:
        try:
            await self.wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.terminate)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ops_url(self) -> str:
        """Where its metrics are."""
        return f"http://127.0.0.1:{self.ops_port}"

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._child.returncode

    @property
    def log(self) -> Path:
        return self._child.log

    def alive(self) -> bool:
        return self._child.alive()

    async def wait_ready(self, timeout: float = 30) -> None:  # noqa: ASYNC109  # the message must name it
        """Returns when /health/ready answers 200; fails at once when the process ended."""
        deadline = time.monotonic() + timeout
        answer = "nothing listens"
        async with httpx2.AsyncClient(base_url=self.url, timeout=min(5, timeout), trust_env=False) as client:
            while time.monotonic() < deadline:
                if not self.alive():
                    raise AssertionError(f"{self.name} ended with {self.returncode}:\n{self.log_tail()}")
                try:
                    response = await client.get("/health/ready")
                except httpx2.TransportError as error:
                    answer = type(error).__name__
                else:
                    if response.status_code == 200:
                        return
                    answer = f"{response.status_code} {response.text[:300]}"
                await asyncio.sleep(0.05)
        raise AssertionError(f"{self.name} not ready within {timeout:g} s ({answer}):\n{self.log_tail()}")

    async def wait_ended(self, timeout: float = 30) -> int:  # noqa: ASYNC109  # the message must name it
        """The exit code of a process that ends by itself (a kill point); negative: the signal."""
        deadline = time.monotonic() + timeout
        while self._child.alive():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} still runs after {timeout:g} s:\n{self.log_tail()}")
            await asyncio.sleep(0.02)
        return self._child.wait(0)

    def send(self, number: signal.Signals) -> None:
        self._child.send(number)

    def kill(self) -> None:
        """SIGKILL: nothing is closed, nothing committed."""
        self._child.kill()

    def terminate(self, grace: float = 20) -> int:
        """SIGTERM and the exit code; killed when it does not end in time."""
        return self._child.terminate(grace=grace)

    def pause(self) -> None:
        """SIGSTOP: as a long garbage collection or a frozen machine."""
        self._child.pause()

    def resume(self) -> None:
        self._child.resume()

    def rss_bytes(self) -> int:
        return self._child.rss_bytes()

    def log_tail(self, lines: int = 30) -> str:
        return self._child.log_tail(lines)
