"""Decode one image in a process with tight limits: it can open no file, no socket and no process (D41).

Standard input: the file as it was uploaded. Standard output: a PNG made anew. Exit code: why it was refused.
"""

import resource
import sys
import warnings
from io import BytesIO

MAX_BYTES = 1_000_000
MAX_PIXELS = 4_000_000
BOX = (1000, 400)
REFUSED_FORMAT, REFUSED_PIXELS, REFUSED_ANIMATION = 64, 65, 66

_LIMITS = (
    (resource.RLIMIT_AS, 400 * 2**20),
    (resource.RLIMIT_CPU, 2),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NPROC, 0),
    (resource.RLIMIT_NOFILE, 0),
)


class Refused(Exception):
    """With the exit code that says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def limit() -> None:
    """Load all that a decoder needs, then set the limits: from here on nothing can be opened."""
    # TIFF: how EXIF is written; MPO: several pictures in a JPEG, so that the refusal can say so
    from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin  # noqa: F401, PLC0415

    Image.preinit()
    for name, value in _LIMITS:
        try:
            resource.setrlimit(name, (value, value))
        except (ValueError, OSError):
            if sys.platform != "darwin":  # macOS accepts no RLIMIT_AS; the other limits hold there
                raise


def clean(data: bytes) -> bytes:
    """The pixels alone, on white, within BOX. Raises Refused, or whatever a decoder raises."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415  # not in the service's own process

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        source = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
    except UnidentifiedImageError as error:
        raise Refused(REFUSED_FORMAT) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused(REFUSED_PIXELS) from error
    if source.width * source.height > MAX_PIXELS:
        raise Refused(REFUSED_PIXELS)
    if source.format not in {"PNG", "JPEG"} or getattr(source, "n_frames", 1) != 1:
        raise Refused(REFUSED_ANIMATION)
    source.load()
    upright = ImageOps.exif_transpose(source)
    if upright.mode.startswith("I"):  # 16 bits of grey: a plain conversion would cut them off at 255
        upright = upright.convert("I").point(lambda grey: grey / 257).convert("L")
    colours = upright.convert("RGBA")
    colours.thumbnail(BOX)
    fresh = Image.new("RGB", colours.size, "white")
    fresh.paste(colours, mask=colours.getchannel("A"))
    png = BytesIO()
    fresh.save(png, "PNG", optimize=True)
    return png.getvalue()


def main() -> int:
    limit()
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return REFUSED_PIXELS
    try:
        png = clean(data)
    except Refused as refused:
        return refused.code
    sys.stdout.buffer.write(png)
    return 0


if __name__ == "__main__":
    sys.exit(main())
