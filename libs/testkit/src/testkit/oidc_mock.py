"""A real OpenID provider that somebody else wrote: oidc-provider-mock, as a process of its own.

It signs in whoever is chosen on its page, for any client. It checks no PKCE, keeps no session and signs nothing but ID
tokens: for those see `testkit.oidc`. In a process, because it imports a part of Authlib that warns.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx2

from testkit.child import Child
from testkit.ports import free_port


class MockProvider:
    """`async with MockProvider(log, users) as provider:`; `users`: claims, of which the page shows `sub`."""

    def __init__(self, log: Path, users: Sequence[Mapping[str, Any]]) -> None:
        self.port = free_port()
        self._log = log
        self._users = users
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """Its issuer."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, seconds: float = 30) -> None:
        """Returns when it answers. Raises AssertionError when it ends before, or does not answer in time."""
        command = [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(self.port)]
        for one in self._users:
            command += ["--user-claims", json.dumps(one)]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore", "NO_COLOR": "1"}
        self._child = Child(command, log=self._log, env=environment)
        deadline = time.monotonic() + seconds
        while not await self._answers():
            if not self._child.alive() or time.monotonic() > deadline:
                raise AssertionError(f"the provider does not answer:\n{self._child.log_tail()}")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self._child is not None:
            await asyncio.to_thread(self._child.terminate)
            self._child = None

    async def sign_in(self, url: str, sub: str) -> dict[str, str]:
        """What the browser brings back when this person is chosen on the page at `url`: code and state."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            page = await client.get(url)
            assert page.status_code == 200, page.text
            chosen = await client.post(url, data={"sub": sub})
        assert chosen.is_redirect, chosen.text
        return {name: values[0] for name, values in parse_qs(urlsplit(chosen.headers["location"]).query).items()}

    async def _answers(self) -> bool:
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
                return (await client.get(f"{self.url}/.well-known/openid-configuration")).status_code == 200
        except httpx2.TransportError:
            return False
