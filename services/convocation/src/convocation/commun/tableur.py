"""Tables as files that spreadsheets open: CSV and XLSX, in which no text is ever taken for a formula."""

import asyncio
import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import datetime
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, Protocol, TypeAlias

import xlsxwriter
from starlette.responses import StreamingResponse

from francais.textes import inerte

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_ROWS, _BLOCK = 1_000, 65_536  # in memory at once: rows while a file is made, bytes while it is sent
Cell: TypeAlias = str | int


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class _Table(Protocol):
    """A file that is being written."""

    def write(self, rows: Sequence[Sequence[Cell]]) -> None: ...

    def close(self) -> None: ...


class _Csv:
    """UTF-8 with its mark, semicolons; a text that a spreadsheet would compute is prefixed by an apostrophe."""

    def __init__(self, file: IO[bytes], headers: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        self._writer = csv.writer(self._text, delimiter=";")
        self._writer.writerow(headers)

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._writer.writerows([_inert(cell) for cell in row] for row in rows)

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _Xlsx:
    """One sheet, its first row frozen; texts are string cells. A row that is written is no more in memory."""

    def __init__(self, file: IO[bytes], title: str, headers: Sequence[str], now: datetime) -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
        self._sheet, bold = self._book.add_worksheet(title[:31]), self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(headers) - 1, 18)
        for column, header in enumerate(headers):
            self._sheet.write_string(0, column, header, bold)
        self._next = 1

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        for number, row in enumerate(rows, self._next):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    self._sheet.write_string(number, column, cell)
                else:
                    self._sheet.write_number(number, column, cell)
        self._next += len(rows)

    def close(self) -> None:
        self._book.close()


def csv_bytes(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """As `spooled`, of rows that are there."""
    file = io.BytesIO()
    return _whole(file, _Csv(file, headers), rows)


def xlsx_bytes(title: str, headers: Sequence[str], rows: Sequence[Sequence[Cell]], now: datetime) -> bytes:
    """As `spooled`, of rows that are there. Blocks for seconds: call it in a thread."""
    file = io.BytesIO()
    return _whole(file, _Xlsx(file, title, headers, now), rows)


def _whole(file: io.BytesIO, table: _Table, rows: Sequence[Sequence[Cell]]) -> bytes:
    table.write(rows)
    table.close()
    return file.getvalue()


def _inert(cell: Cell) -> Cell:
    return inerte(cell) if isinstance(cell, str) else cell


async def spooled(
    wanted: Format, title: str, headers: Sequence[str], rows: AsyncIterable[Sequence[Cell]], now: datetime
) -> tuple[IO[bytes], int]:
    """The table in a file without a name, and how many rows it has, whatever their number in as little memory.

    On the disk, so that whoever reads slowly holds no transaction.
    """
    file = TemporaryFile()  # noqa: SIM115  # `sent` closes it
    table: _Table = _Xlsx(file, title, headers, now) if wanted is Format.XLSX else _Csv(file, headers)
    some, count = list[Sequence[Cell]](), 0
    async for row in rows:
        some.append(row)
        count += 1
        if len(some) == _ROWS:
            await asyncio.to_thread(table.write, some)
            some = []
    await asyncio.to_thread(table.write, some)
    await asyncio.to_thread(table.close)
    return file, count


def sent(file: IO[bytes], wanted: Format, name: str) -> StreamingResponse:
    """`file` as a download, block by block."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{wanted.value}"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_blocks(file), media_type=XLSX if wanted is Format.XLSX else CSV, headers=headers)


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := await asyncio.to_thread(file.read, _BLOCK):
            yield block
