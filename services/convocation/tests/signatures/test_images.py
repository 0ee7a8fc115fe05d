"""D41: hostile and wrong files, made here; what is accepted comes back as a PNG with nothing in it but pixels."""

import asyncio
import gzip
import io
import os
import random
import signal
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from convocation.signatures import image_worker, images
from convocation.signatures.images import clean_signature
from convocation.signatures.refus import ImageRefusee

SCRIPT = b"<script>alert('signature')</script>"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="macOS accepts no RLIMIT_AS")


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def raw_png(width, height, rows, *, depth=8, colour=2, extra=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return SIGNATURE + chunk(b"IHDR", header) + extra + body


def small_png(extra=b""):
    return raw_png(2, 2, b"\0" + b"\x10" * 6 + b"\0" + b"\x20" * 6, extra=extra)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def stroke(mode="RGB", size=(300, 120)):
    image = Image.effect_noise(size, 60)
    return image.convert(mode) if mode != "P" else image.convert("P", palette=Image.Palette.ADAPTIVE)


def segment(jpeg, marker):
    """Where a JPEG's segment begins and how long it is, with its marker."""
    start = jpeg.index(b"\xff" + marker)
    return start, 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big")


def without(jpeg, marker):
    start, length = segment(jpeg, marker)
    return jpeg[:start] + jpeg[start + length :]


def patched(jpeg, marker, offset, value):
    start = segment(jpeg, marker)[0] + offset
    return jpeg[:start] + value + jpeg[start + len(value) :]


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("signature.png", small_png())
    return file.getvalue()


def exif(orientation):
    made = Image.Exif()
    made[0x0112], made[0x010E] = orientation, SCRIPT.decode()
    return made


def with_text(compressed=False):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT.decode(), zip=compressed)
    info.add_itxt("Title", SCRIPT.decode())
    return info


PNG, JPEG = saved(stroke(), "PNG"), saved(stroke(), "JPEG")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'
BOMB = zlib.compress(b"\0" * 100_000_000, 9)

REFUSED = {
    "empty": b"",
    "one_byte_over_the_limit": PNG + b"\0" * (1_000_001 - len(PNG)),
    "random_bytes": random.Random(1).randbytes(10_000),
    "png_signature_alone": SIGNATURE,
    "png_signature_then_random_bytes": SIGNATURE + random.Random(2).randbytes(5_000),
    "jpeg_marker_alone": b"\xff\xd8\xff",
    "text": b"Jeanne MARTIN, proviseure",
    "svg": SVG,
    "svg_with_declaration": b'<?xml version="1.0"?>' + SVG,
    "svg_compressed": gzip.compress(SVG),
    "html": b"<!doctype html><html>" + SCRIPT + b"</html>",
    "gif": saved(stroke("L"), "GIF"),
    "webp": saved(stroke(), "WEBP"),
    "bmp": saved(stroke(), "BMP"),
    "tiff": saved(stroke(), "TIFF"),
    "ico": saved(stroke(), "ICO"),
    "ppm": saved(stroke(), "PPM"),
    "jpeg_2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(100),
    "avif": b"\x00\x00\x00\x20ftypavif" + bytes(100),
    "psd": b"8BPS\x00\x01" + bytes(100),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    "pdf": saved(stroke(), "PDF"),
    "zip_with_a_png_inside": archive(),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(200),
    "html_before_a_png": b"<html>" + PNG,
    "byte_order_mark_before_a_png": b"\xef\xbb\xbf" + PNG,
    "gif_that_is_also_a_png": b"GIF89a" + PNG,
    "bomb_of_400_megapixels": raw_png(20_000, 20_000, b"\0" * (2_501 * 20_000), depth=1, colour=0),
    "hardly_more_than_4_megapixels": raw_png(2_001, 2_000, b"\0" * (252 * 2_000), depth=1, colour=0),
    "header_of_4_billion_pixels_a_side": raw_png(0x7FFFFFFF, 0x7FFFFFFF, b""),
    "jpeg_header_of_65535_a_side": patched(JPEG, b"\xc0", 5, b"\xff\xff\xff\xff"),
    "no_width": raw_png(0, 10, b""),
    "no_height": raw_png(10, 0, b""),
    "jpeg_without_width": patched(JPEG, b"\xc0", 7, b"\0\0"),
    "png_cut_in_its_pixels": PNG[: len(PNG) // 2],
    "png_cut_after_its_header": PNG[:33],
    "jpeg_cut_in_its_pixels": JPEG[: len(JPEG) // 2],
    "jpeg_cut_after_its_tables": JPEG[:300],
    "wrong_checksum_of_the_header": PNG[:29] + b"\0\0\0\0" + PNG[33:],
    "pixels_that_are_not_compressed": PNG[:41] + b"\xff" * 40 + PNG[81:],
    "fewer_pixels_than_announced": raw_png(100, 100, b"\0" * 50),
    "colour_type_that_does_not_exist": raw_png(2, 2, b"\0" * 14, colour=7),
    "depth_that_does_not_exist": raw_png(2, 2, b"\0" * 14, depth=3),
    "bomb_in_the_colour_profile": small_png(chunk(b"iCCP", b"x\0\0" + BOMB)),
    "bomb_in_a_text": small_png(chunk(b"zTXt", b"x\0\0" + BOMB)),
    "animation": saved(stroke(), "PNG", save_all=True, append_images=[stroke("L").convert("RGB").rotate(90)]),
    "several_pictures_in_a_jpeg": saved(stroke(), "MPO", save_all=True, append_images=[stroke()]),
    "jpeg_without_quantization_tables": without(without(JPEG, b"\xdb"), b"\xdb"),
    "jpeg_with_an_impossible_huffman_table": patched(JPEG, b"\xc4", 5, b"\xff" * 16),
    "jpeg_with_an_unknown_precision": patched(JPEG, b"\xc0", 4, b"\x05"),
    "jpeg_with_no_component": patched(JPEG, b"\xc0", 9, b"\0"),
}

ACCEPTED = {
    "rgb": PNG,
    "black_and_white": saved(stroke("1"), "PNG"),
    "grey": saved(stroke("L"), "PNG"),
    "grey_with_transparency": saved(stroke("LA"), "PNG"),
    "palette": saved(stroke("P"), "PNG"),
    "palette_with_transparency": saved(stroke("P"), "PNG", transparency=0),
    "transparency": saved(stroke("RGBA"), "PNG"),
    "16_bits_of_grey": raw_png(2, 1, b"\0\x80\0\xff\xff", depth=16, colour=0),
    "16_bits_of_colour": raw_png(1, 1, b"\0" + b"\x80\0" * 3, depth=16, colour=2),
    "16_bits_with_transparency": raw_png(1, 1, b"\0" + b"\x80\0" * 4, depth=16, colour=6),
    "jpeg": JPEG,
    "jpeg_grey": saved(stroke("L"), "JPEG"),
    "jpeg_cmyk": saved(stroke("CMYK"), "JPEG"),
    "jpeg_progressive": saved(stroke(), "JPEG", progressive=True),
    "script_in_texts": saved(stroke(), "PNG", pnginfo=with_text()),
    "script_in_compressed_texts": saved(stroke(), "PNG", pnginfo=with_text(compressed=True)),
    "script_in_a_chunk_of_its_own": small_png(chunk(b"scRp", SCRIPT)),
    "script_in_exif_of_a_png": saved(stroke(), "PNG", exif=exif(1)),
    "script_in_exif_of_a_jpeg": saved(stroke(), "JPEG", exif=exif(1)),
    "script_in_the_comment_of_a_jpeg": saved(stroke(), "JPEG", comment=SCRIPT),
    "script_as_colour_profile": saved(stroke(), "PNG", icc_profile=SCRIPT),
    "png_that_is_also_a_zip": PNG + archive(),
    "png_that_is_also_a_page": PNG + b"<html>" + SCRIPT,
    "jpeg_that_is_also_a_program": JPEG + b"<?php system($_GET['c']); ?>" + SCRIPT,
    "just_within_the_limit_of_bytes": PNG + b"\0" * (1_000_000 - len(PNG)),
    "just_within_the_limit_of_pixels": raw_png(2_000, 2_000, b"\0" * (251 * 2_000), depth=1, colour=0),
    "one_pixel": raw_png(1, 1, b"\0\0\0\0"),
    "one_line_of_4_million_pixels": raw_png(4_000_000, 1, b"\0" * 500_001, depth=1, colour=0),
    "one_column": raw_png(1, 100_000, b"\0\0" * 100_000, depth=1, colour=0),
}


def pixels(png):
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image.mode, image.size, image.getpixel((0, 0))


def chunks(png):
    found, position = [], 8
    while position < len(png):
        length, name = struct.unpack_from(">I4s", png, position)
        found.append(name)
        position += 12 + length
    return found


def test_the_corpus_is_large():
    assert len(REFUSED) >= 40
    assert len(ACCEPTED) >= 25


@pytest.mark.parametrize("name", REFUSED)
async def test_a_hostile_or_wrong_file_is_refused_with_a_sentence(name):
    with pytest.raises(ImageRefusee) as refusal:
        await clean_signature(REFUSED[name])
    assert refusal.value.slug == "image-refusee"
    assert refusal.value.phrase.endswith(".")
    assert "Traceback" not in refusal.value.phrase


@pytest.mark.parametrize("name", ACCEPTED)
async def test_a_png_or_jpeg_comes_back_as_pixels_and_nothing_else(name):
    png = await clean_signature(ACCEPTED[name])
    mode, (width, height), _ = pixels(png)
    assert mode == "RGB"
    assert 1 <= width <= 1_000
    assert 1 <= height <= 400
    assert png.startswith(SIGNATURE)
    assert set(chunks(png)) == {b"IHDR", b"IDAT", b"IEND"}
    for word in (b"script", b"alert", b"PK\x03\x04", b"php", b"Exif"):
        assert word not in png


async def test_the_same_image_gives_the_same_bytes_and_cleaning_twice_changes_no_pixel():
    once = await clean_signature(PNG)
    assert once == await clean_signature(PNG)
    assert pixels(await clean_signature(once)) == pixels(once)


async def test_what_is_transparent_becomes_white_and_16_bits_keep_their_grey():
    assert pixels(await clean_signature(saved(Image.new("RGBA", (9, 9)), "PNG")))[2] == (255, 255, 255)
    assert pixels(await clean_signature(ACCEPTED["16_bits_of_grey"]))[2] == (127, 127, 127)


async def test_a_photograph_taken_sideways_is_set_upright():
    png = await clean_signature(saved(stroke(size=(300, 120)), "JPEG", exif=exif(6)))
    assert pixels(png)[1] == (120, 300)


async def test_a_large_image_keeps_its_proportions():
    assert pixels(await clean_signature(saved(Image.new("L", (2_000, 400)), "PNG")))[1] == (1_000, 200)
    assert pixels(await clean_signature(saved(Image.new("L", (500, 800)), "PNG")))[1] == (250, 400)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("empty", "vide"),
        ("one_byte_over_the_limit", "1 Mo"),
        ("svg", "PNG ou JPEG"),
        ("gif", "PNG ou JPEG"),
        ("tiff", "PNG ou JPEG"),
        ("bomb_of_400_megapixels", "4 millions de points"),
        ("hardly_more_than_4_megapixels", "4 millions de points"),
        ("animation", "animée"),
        ("several_pictures_in_a_jpeg", "plusieurs"),
        ("png_cut_in_its_pixels", "pas lisible"),
    ],
)
async def test_the_sentence_says_what_is_wrong(name, word):
    with pytest.raises(ImageRefusee) as refusal:
        await clean_signature(REFUSED[name])
    assert word in refusal.value.phrase


def another_worker(monkeypatch, tmp_path, code):
    file = tmp_path / "worker.py"
    file.write_text(f"import os, sys, time\ndata = sys.stdin.buffer.read()\nout = sys.stdout.buffer\n{code}\n")
    monkeypatch.setattr(images, "_WORKER", file)


async def test_a_decoder_that_never_ends_is_killed(monkeypatch, tmp_path):
    trace = tmp_path / "pid"
    another_worker(monkeypatch, tmp_path, f"open({str(trace)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    monkeypatch.setattr(images, "TIMEOUT_SECONDS", 1.0)
    async with asyncio.timeout(20):
        with pytest.raises(ImageRefusee):
            await clean_signature(PNG)
    with pytest.raises(ProcessLookupError):
        os.kill(int(trace.read_text()), 0)


@pytest.mark.parametrize(
    "code",
    [
        "while True: out.write(bytes(65536))",
        "out.write(b'<svg/>')",
        "out.write(data)",
        "out.write(data[:-1])",
        "sys.exit(3)",
        "os.kill(os.getpid(), 11)",
    ],
)
async def test_a_decoder_that_was_taken_over_is_believed_no_more_than_the_file(monkeypatch, tmp_path, code):
    another_worker(monkeypatch, tmp_path, code)
    with pytest.raises(ImageRefusee):
        await clean_signature(small_png(chunk(b"tEXt", b"x\0" + SCRIPT)))


async def test_the_decoder_gets_no_variable_of_the_service(monkeypatch, tmp_path):
    monkeypatch.setenv("IMAGIN_TOKEN_KEY", "secret")
    another_worker(monkeypatch, tmp_path, "out.write(repr(dict(os.environ)).encode())")
    code, output = await images._decode(PNG)
    assert code == 0
    assert b"IMAGIN" not in output


def limited(code):
    """What `code` does in a process with the worker's limits."""
    folder = str(Path(image_worker.__file__).parent)
    start = f"import socket, sys; sys.path.insert(0, {folder!r}); import image_worker; image_worker.limit()\n"
    return subprocess.run([sys.executable, "-c", start + code], capture_output=True, timeout=30, check=False)


def test_the_decoder_can_open_no_file_and_no_socket():
    for code in ("open('/etc/hostname')", "socket.socket()"):
        done = limited(f"try:\n    {code}\nexcept OSError:\n    print('refused')")
        assert done.stdout.strip() == b"refused", done.stderr


@ONLY_LINUX
def test_the_decoder_gets_400_megabytes_and_two_seconds():
    assert b"MemoryError" in limited("bytearray(450 * 2**20)").stderr
    assert limited("bytearray(100 * 2**20)").returncode == 0
    assert limited("while True: pass").returncode in {-signal.SIGXCPU, -signal.SIGKILL}


def test_the_service_itself_loads_no_decoder():
    code = "import sys, convocation.signatures.images; print([name for name in sys.modules if name.startswith('PIL')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
