"""The HTTP server of a process: told to stop, it first says « not ready » for a while, so that proxies send no more."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import structlog
import uvicorn
from fastapi import FastAPI

from chassis.settings import ServiceSettings

log = structlog.get_logger()


def configured(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """What a proxy says of who asked is believed from the trusted ones alone; by default from nobody."""
    return uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=65_536,
        proxy_headers=bool(settings.http_trusted_proxies),
        forwarded_allow_ips=settings.http_trusted_proxies,
    )


class Server(uvicorn.Server):
    """uvicorn without its habit of raising the signal again once it has stopped. `draining`: it will stop soon."""

    def __init__(self, config: uvicorn.Config, *, drain_seconds: float) -> None:
        super().__init__(config)
        self.draining = False
        self._drain_seconds = drain_seconds

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._drain, loop)
        loop.add_signal_handler(signal.SIGINT, self.handle_exit, signal.SIGINT, None)  # somebody waits for it
        yield

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        """A second SIGTERM does not wait."""
        if self.draining or not self._drain_seconds:
            self.handle_exit(signal.SIGTERM, None)
            return
        self.draining = True
        log.info("service.drains", seconds=self._drain_seconds)
        loop.call_later(self._drain_seconds, self.handle_exit, signal.SIGTERM, None)
