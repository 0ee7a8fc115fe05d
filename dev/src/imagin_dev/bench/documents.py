"""`imagin bench documents`: convocations as PDF, one and in a stream, beside an empty page of the same compiler."""

import asyncio
import io
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

from PIL import Image, ImageDraw
from typst import Compiler, Fonts

from convocation.operations import COMPILERS, Document, Documents, NatureVersion, Signataire
from imagin_dev.bench.requests import percentiles

_LE = datetime(2027, 1, 18, 14, 5, tzinfo=UTC)
_EMPTY = b'#set document(title: "x")\n#set text(lang: "fr")\n#sys.inputs.nom'


async def documents(count: int) -> dict[str, Any]:
    """Milliseconds of one document and of an empty page, and how many a second in a stream of `count` each."""
    together, one = Documents(COMPILERS), Documents()
    bare = Compiler(font_paths=Fonts(include_system_fonts=False))

    def empty(number: int) -> None:
        names = {"nom": str(number)}
        bare.compile(input=_EMPTY, format="pdf", sys_inputs=names, pdf_standards=["ua-1"], timestamp=_LE)

    signature = _signature()

    def render(to: Documents) -> Callable[[int], Any]:
        return lambda number: to.render([_document(number, signature)])

    def many_empty() -> None:
        for number in range(count):
            empty(number)

    def stream(to: Documents) -> Awaitable[Any]:
        return to.render_each(count, lambda number: _document(number, signature))

    figures: dict[str, Any] = {"bench": "documents", "count": count, "signature_bytes": len(signature)}
    figures["bare"] = await percentiles(count, _in_thread(empty))
    figures["bare"]["per_second"] = await _rate(count, asyncio.to_thread(many_empty))
    figures["one"] = await percentiles(count, _in_thread(render(one)))
    figures["stream_1"] = {"per_second": await _rate(count, stream(one))}
    figures[f"stream_{COMPILERS}"] = {"per_second": await _rate(count, stream(together))}
    for name in ("stream_1", f"stream_{COMPILERS}"):
        figures[name]["ratio"] = round(figures[name]["per_second"] / figures["bare"]["per_second"], 3)
    return figures


def _in_thread(render: Callable[[int], Any]) -> Callable[[int], Any]:
    async def send(number: int) -> None:
        await asyncio.to_thread(render, number)

    return send


async def _rate(count: int, work: Awaitable[Any]) -> float:
    """How many a second; `work` makes `count`."""
    began = perf_counter()
    await work
    return round(count / (perf_counter() - began), 1)


def _signature() -> bytes:
    """An invented one, as large as a scanned one may be: 1,000 × 400, about 40 kB."""
    image = Image.new("RGB", (3_000, 1_200), "white")
    points = [(200 + 13 * step, 600 + 300 * math.sin(step / 9) + 40 * math.cos(step * 7)) for step in range(190)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 90), width=14)
    file = io.BytesIO()
    image.resize((1_000, 400), Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()


def _document(number: int, signature: bytes) -> Document:
    """Another person each."""
    return Document(
        nature=NatureVersion.CONVOCATION,
        version=1,
        reference=f"{number + 1000:08X}-1",
        civilite="Mme",
        nom=f"EXEMPLE-{number}",
        prenom="Anaïs",
        numero=f"{number + 1000:07}",
        session="2027-E3C1",
        type_libelle="Epreuve commune de contrôle continu",
        libelle="Humanités, littérature et philosophie",
        voie="GENERALE",
        qualite="Correcteur Santorin",
        numerisation=False,
        dates=(date(2027, 2, 15),),
        observation="Réunion d’entente à 9 h en salle B12.",
        motif=None,
        etablissement_nom="LYCEE FICTIF",
        etablissement_commune="LYON",
        uai="0699001J",
        academie="Lyon",
        signataire=Signataire("Jeanne", "EXEMPLE", "Proviseure", signature),
        contact="l’établissement (LYCEE FICTIF, LYON)",
        verification_url=f"https://imagin.exemple.invalid/verifier/{number + 1000:043}",
        etablie_le=_LE,
    )
