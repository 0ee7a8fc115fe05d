"""Many documents are rendered in a process of their own: typst's threads in ours would take cores from pages (0067)."""

import asyncio
import contextlib
import pickle
import sys
from collections.abc import Sequence
from tempfile import TemporaryDirectory

import structlog

from convocation.documents.rendering import Document
from convocation.metrics import RENDERING_FAILURES, RenderingFailure

log = structlog.get_logger()

_AT_ONCE = 10
"""Asked for together: somebody else's wait no longer than these take."""

_IDLE_SECONDS = 60.0
_HUNG_SECONDS = 60.0
"""A thousand times what they take: also where nothing of a processor is left for it."""
_LARGEST_PIPE = 2**20
_DYING_SECONDS = 1.0


class NotRendered(Exception):
    """By the name of the error in the process, or what became of the process."""


def _told(cause: RenderingFailure, **more: str | int | None) -> NotRendered:
    """To those who watch. Nothing of what the process wrote: it may name people."""
    RENDERING_FAILURES.labels(cause.value).inc()
    log.warning("rendering.failed", cause=cause.value, **more)
    return NotRendered(more.get("error") or cause.value)


class RenderingProcess:
    """Started when it is first needed; it ends when nobody has needed it for a minute, or with us."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def render_each(self, documents: Sequence[Document]) -> list[bytes]:
        """A file each, in their order. Raises NotRendered."""
        rendered: list[bytes] = []
        for start in range(0, len(documents), _AT_ONCE):
            async with self._turn:
                rendered += await self._render(documents[start : start + _AT_ONCE])
        return rendered

    async def _render(self, documents: Sequence[Document]) -> list[bytes]:
        if self._idle is not None:
            self._idle.cancel()
        try:
            async with asyncio.timeout(_HUNG_SECONDS):
                made = await self._exchange(pickle.dumps(documents))
        except TimeoutError:
            raise self._failed(RenderingFailure.HUNG) from None
        except asyncio.IncompleteReadError:
            raise self._failed(RenderingFailure.ENDED, status=await self._exit_code()) from None
        except OSError:
            raise self._failed(RenderingFailure.NOT_STARTED) from None
        except BaseException:  # half an answer may stand in the pipe
            self.end()
            raise
        self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self.end)
        if isinstance(made, str):
            raise _told(RenderingFailure.REFUSED, error=made)
        return made

    def _failed(self, cause: RenderingFailure, **more: int | None) -> NotRendered:
        """The next ones are rendered by a new process."""
        self.end()
        return _told(cause, **more)

    async def _exit_code(self) -> int | None:
        """Of the process that has closed its output, a signal as a negative number. None while it is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DYING_SECONDS):
                return await self._process.wait() if self._process else None
        return None

    async def _exchange(self, asked: bytes) -> list[bytes] | str:
        process = self._process
        if process is None or process.returncode is not None:
            process = await self._start()
        assert process.stdin
        assert process.stdout
        process.stdin.write(asked)
        length = int.from_bytes(await process.stdout.readexactly(4))
        made: list[bytes] | str = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301  # as its parent
        return made

    async def _start(self) -> asyncio.subprocess.Process:
        """It gets no environment variable: ours hold secrets. What it leaves in its folder goes with it."""
        self.end()
        self._folder = TemporaryDirectory(prefix="imagin-rendering-", ignore_cleanup_errors=True)
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "convocation.documents.rendering_worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"TMPDIR": self._folder.name},
            limit=_LARGEST_PIPE,
        )
        return process

    def end(self) -> None:
        """Kill it, if it is there: nothing is lost that is not asked for again."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        if folder is not None:
            folder.cleanup()
