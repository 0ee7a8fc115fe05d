"""A file of people is read by a process of its own: what a workbook makes a library do happens outside (0068)."""

import asyncio
import pickle
import signal
import sys
from collections.abc import AsyncGenerator

from convocation.annuaire.imports.domain import Faute, Regles
from convocation.annuaire.imports.lecture_worker import LENGTH, Part

_WORKER = "convocation.annuaire.imports.lecture_worker"
_TROP_LONG = "Le fichier demande trop de temps pour être lu. Enregistrez-le en CSV."


async def parts(octets: bytes, regles: Regles) -> AsyncGenerator[Part]:
    """What stands in the file, in its order. Raises OSError where the process cannot start or ends before its time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        _WORKER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it may name people
        env={},  # ours holds secrets
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(pickle.dumps((octets, regles)))
        while length := int.from_bytes(await process.stdout.readexactly(LENGTH)):
            yield Part(*pickle.loads(await process.stdout.readexactly(length)))  # noqa: S301  # written by our child
    except asyncio.IncompleteReadError:
        status = await process.wait()
        if status != -signal.SIGXCPU:
            raise ChildProcessError(f"status {status}") from None
        yield Part([], [Faute(1, "", _TROP_LONG)], [])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
