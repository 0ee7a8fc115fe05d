"""One process of ours: own group, own log file, dies with its parent, can be killed, frozen and weighed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

_LAUNCH = str(Path(__file__).with_name("launch.py"))

# "The parent" is a thread for the kernel: all children are started by one thread that lives as long as we do.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class Child:
    """A started process and everything it starts; `owner` is the uid and gid to run as."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        owner: tuple[int, int] | None = None,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.log = log
        self._over = False  # its number may belong to somebody else by now
        uid, gid = owner or (os.geteuid(), os.getegid())
        program = shutil.which(command[0]) or command[0]
        launch = [sys.executable, "-I", "-S", _LAUNCH, str(os.getpid()), str(int(death_signal)), f"{uid}:{gid}"]
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = _spawner.submit(
                subprocess.Popen,
                [*launch, program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                process_group=0,
            ).result()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """To the first process only: it tells its own children."""
        if self.alive():
            self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to all its processes, which are gone when this returns."""
        family = self._family()
        self._signal_all(signal.SIGKILL)
        self._process.wait()
        self._over = True
        _wait_until_dead(family)

    def terminate(self, *, grace: float = 10, number: signal.Signals = signal.SIGTERM) -> int:
        """Asks to stop, waits, kills what is left; returns the exit code."""
        self.resume()
        self.send(number)
        try:
            code = self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        self._signal_all(signal.SIGKILL)
        self._over = True
        return code

    def wait(self, seconds: float) -> int:
        return self._process.wait(seconds)

    def pause(self) -> None:
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_all(signal.SIGCONT)

    def rss_bytes(self) -> int:
        """Resident memory of the process and its children (0 when gone)."""
        return sum(_rss(one) for one in self._family())

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the log, for the message of a failure."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _signal_all(self, number: signal.Signals) -> None:
        """The group, and those who left it: each PostgreSQL backend makes a session of its own."""
        if self._over:
            return
        family = self._family()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
        for one in family[1:]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(number)

    def _family(self) -> list[psutil.Process]:
        if self._process.returncode is not None:
            return []
        try:
            first = psutil.Process(self.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _wait_until_dead(family: list[psutil.Process]) -> None:
    """A zombie that nobody reaps (a container without init) is dead enough: its ports and files are free."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(_lives(one) for one in family):
        time.sleep(0.005)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
