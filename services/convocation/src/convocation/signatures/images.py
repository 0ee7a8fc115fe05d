"""The image of a signature (R24, D41): a file is decoded in a process made for it, and only its pixels come back."""

import asyncio
import struct
import sys
from pathlib import Path

from convocation.signatures.image_worker import BOX, MAX_BYTES, REFUSED_ANIMATION, REFUSED_FORMAT, REFUSED_PIXELS
from convocation.signatures.refus import ImageRefusee

TIMEOUT_SECONDS = 10.0
_WORKER = Path(__file__).with_name("image_worker.py")
_MAX_PNG_BYTES = 2 * 3 * BOX[0] * BOX[1]
_ILLISIBLE = "L’image n’est pas lisible : enregistrez-la à nouveau en PNG ou en JPEG."
_PHRASES = {
    REFUSED_FORMAT: "Le fichier n’est pas une image PNG ou JPEG.",
    REFUSED_PIXELS: "L’image a plus de 4 millions de points : réduisez-la.",
    REFUSED_ANIMATION: "L’image est animée ou en contient plusieurs : enregistrez-en une seule.",
}


_at_once = asyncio.Semaphore(2)  # a decoder may take 400 MB


async def clean_signature(data: bytes) -> bytes:
    """A new PNG, RGB on white, within 1,000 × 400, without metadata. Raises ImageRefusee."""
    if not data:
        raise ImageRefusee("Le fichier est vide.")
    if len(data) > MAX_BYTES:
        raise ImageRefusee("L’image dépasse 1 Mo : enregistrez-la plus petite.")
    async with _at_once:
        code, png = await _decode(data)
    if code != 0:
        raise ImageRefusee(_PHRASES.get(code, _ILLISIBLE))
    if not _is_plain(png):
        raise ImageRefusee(_ILLISIBLE)
    return png


async def _decode(data: bytes) -> tuple[int, bytes]:
    """The worker's exit code and output. It gets no environment variable: ours hold secrets."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_WORKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            png = await _exchange(process, data)
            return await process.wait(), png
    except TimeoutError:
        raise ImageRefusee(_ILLISIBLE) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()  # to the end of its output: until then asyncio does not say that it ended


async def _exchange(process: asyncio.subprocess.Process, data: bytes) -> bytes:
    """Read no more than the largest answer: a decoder that was taken over may write for ever."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(data)
    process.stdin.close()
    try:
        await process.stdout.readexactly(_MAX_PNG_BYTES)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    raise ImageRefusee(_ILLISIBLE)


def _is_plain(png: bytes) -> bool:
    """Whether it has only the chunks that we write: the worker is trusted no more than the file."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        return False
    names, position = [], 8
    while position + 12 <= len(png):
        length, name = struct.unpack_from(">I4s", png, position)
        names.append(name)
        position += 12 + length
    if position != len(png) or names[0] != b"IHDR" or names[-1] != b"IEND" or set(names[1:-1]) != {b"IDAT"}:
        return False
    width, height = struct.unpack_from(">II", png, 16)
    return bool(0 < width <= BOX[0] and 0 < height <= BOX[1])
