"""Tables as files that spreadsheets open: CSV and XLSX, in which no text is ever taken for a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import xlsxwriter

from francais.textes import inerte

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell: TypeAlias = str | int


def csv_bytes(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with its mark, semicolons; a text that a spreadsheet would compute is prefixed by an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";")
    writer.writerow(headers)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _inert(cell: Cell) -> Cell:
    return inerte(cell) if isinstance(cell, str) else cell


def xlsx_bytes(title: str, headers: Sequence[str], rows: Sequence[Sequence[Cell]], now: datetime) -> bytes:
    """One sheet, its first row frozen; texts are string cells. Blocks for seconds: call it in a thread."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
    sheet, bold = book.add_worksheet(title[:31]), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headers) - 1, 18)
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            else:
                sheet.write_number(number, column, cell)
    book.close()
    return file.getvalue()
