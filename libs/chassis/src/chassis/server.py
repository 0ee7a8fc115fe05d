"""The HTTP servers of a process: the one for everybody, and beside it the one for who runs it.

Told to stop, it first says « not ready » for a while, so that proxies send no more. Nobody holds a connection by
sending slowly (docs/decisions/0037).
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import h11
import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from chassis.settings import ServiceSettings

log = structlog.get_logger()

HEAD_SECONDS = 10.0
"""Within which the line and headers of a request arrive: they fit into one packet or a few."""

BODY_SECONDS, BODY_BYTES_PER_SECOND = 20.0, 10_000
"""How long a body may pause, and the least speed that makes up for it: 8 MB in 14 minutes, a poor mobile network."""

MAX_HEAD_BYTES = 32_768
"""Address and headers together; the attributes that a school's sign-in sends are the longest."""

_TOO_SLOW = h11.Response(status_code=408, headers=[("content-length", "0"), ("connection", "close")])


class Protocol(H11Protocol):
    """uvicorn's, with limits of time on what a client sends; uvicorn alone ends a connection only that idles."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._phase: object = None
        self._deadline = 0.0  # of the loop's clock
        self._waited = False  # for us, at the last look
        self._timer: asyncio.TimerHandle | None = None
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._phase is h11.SEND_BODY and not self.cycle.response_complete:
            earned = self._deadline + len(data) / BODY_BYTES_PER_SECOND
            self._deadline = min(earned, self.loop.time() + BODY_SECONDS)

    def handle_events(self) -> None:
        super().handle_events()
        self._follow()

    def _follow(self) -> None:
        """A head or a body that has begun has a limit, from its beginning on; a request that is whole has none."""
        phase = self.conn.their_state
        if phase is self._phase:
            return
        self._stop()
        self._phase = phase
        if phase in {h11.IDLE, h11.SEND_BODY}:
            self._expect(HEAD_SECONDS if phase is h11.IDLE else BODY_SECONDS)

    def _expect(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds
        self._timer = self.loop.call_at(self._deadline, self._look)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        waits = self.flow.read_paused or self.conn.they_are_waiting_for_100_continue
        if waits or self._waited:  # for us; who waited has the whole time from then on
            self._waited = waits
            self._expect(BODY_SECONDS)
        elif self.loop.time() < self._deadline:
            self._timer = self.loop.call_at(self._deadline, self._look)
        else:
            self._give_up()

    def _give_up(self) -> None:
        if self._phase is h11.IDLE and not self.conn.trailing_data[0]:
            self.timeout_keep_alive_handler()  # nobody has said anything
            return
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            for event in (_TOO_SLOW, h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


def configured(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Config:
    """What a proxy says of who asked is believed from the trusted ones alone; by default from nobody."""
    return uvicorn.Config(
        app,
        http=Protocol,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        proxy_headers=bool(settings.http_trusted_proxies),
        forwarded_allow_ips=settings.http_trusted_proxies,
    )


class CannotListen(Exception):
    """Another process has the port, or the address is not of this machine."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(f"nobody can listen at {config.host}:{config.port}: the log says why")
        self.port = config.port


class _Server(uvicorn.Server):
    """uvicorn without its habit of ending the process. `listening`: done, or CannotListen, once it has tried."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            self.should_exit = True
            self.listening.set_exception(CannotListen(self.config))
        else:
            self.listening.set_result(None)


class Server(_Server):
    """It does not raise the signal again once it has stopped. `draining`: it will stop soon."""

    def __init__(self, config: uvicorn.Config, *, drain_seconds: float) -> None:
        super().__init__(config)
        self.draining = False
        self._drain_seconds = drain_seconds

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Raises CannotListen."""
        await super().serve(sockets)
        self.listening.result()

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


class _OpsServer(_Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the other server hears them for both


@contextlib.asynccontextmanager
async def ops_port(app: ASGIApp, settings: ServiceSettings) -> AsyncIterator[None]:
    """`app` answers at the port of who runs the process, until the body has ended. Raises CannotListen."""
    server = _OpsServer(
        uvicorn.Config(
            app,
            http=Protocol,
            host=settings.ops_http_host,
            port=settings.ops_http_port,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            proxy_headers=False,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        await server.listening
        yield
    finally:
        server.should_exit = True
        await serving
