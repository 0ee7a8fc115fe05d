"""Workbooks: each kind of cell as a spreadsheet shows it; what is no workbook of ours is named as what it is."""

import io
import time
import unicodedata
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from francais import classeurs
from francais.classeurs import lire
from francais.colonnes import Colonnes
from francais.textes import sans_invisibles

COLONNES = Colonnes(connues=("nom", "code"), noms={"nom"}, formules={"nom"}, codes={"code"})


def workbook(*rows, formats=(), sheets=1, password=False):
    """Rows of the first sheet; `formats`: how the numbers of each column are shown."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    shown = [book.add_format({"num_format": one}) for one in formats] or [None] * 10
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if callable(value):
                value(sheet, number, column)
            elif isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write(number, column, value, shown[column])
    for _ in range(sheets - 1):
        book.add_worksheet()
    book.close()
    return file.getvalue()


def read(octets):
    tableau = lire(octets, COLONNES)
    return tableau, list(tableau.rangs)


def one(value, shown="General"):
    """What a cell of « code » counts for, its faults and remarks."""
    _, [rang] = read(workbook(("nom", "code"), ("A", value), formats=("General", shown)))
    return rang.valeurs["code"], [phrase for _, _, phrase in rang.fautes], rang.remarques


def formula(value):
    return lambda sheet, row, column: sheet.write_formula(row, column, "=A1", None, value)


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        ("0123", "General", "0123"),
        (123, "00000", "00123"),
        (123.0, "General", "123"),
        (1.5, "General", "1.5"),
        (date(2020, 3, 5), "dd/mm/yyyy", "2020-03-05"),
        (True, "General", "oui"),
        (False, "General", "non"),
        (formula("calculée"), "General", "calculée"),
        (formula(7), "General", "7"),
        ("_x0041_", "General", "_x0041_"),
    ],
)
def test_a_cell_is_read_as_the_spreadsheet_shows_it(value, shown, text):
    assert one(value, shown)[:2] == (text, [])


def test_what_a_cell_cannot_say_is_a_fault_by_line_and_column():
    assert "erreur de tableur" in one(formula("#N/A"))[1][0]
    assert "15 chiffres" in one(1234567890123456)[1][0]


def test_a_formula_that_nobody_computed_is_no_empty_cell():
    octets = workbook(("nom", "code"), ("A", formula("42")))
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as given_, zipfile.ZipFile(file, "w") as made:
        for part in given_.namelist():
            made.writestr(part, given_.read(part).replace(b"<v>42</v>", b""))
    [rang] = read(file.getvalue())[1]
    assert "n’a pas de valeur" in rang.fautes[0][2]


def test_a_code_typed_as_a_number_is_told_once_and_one_whose_zeros_are_shown_is_not():
    rangs = read(workbook(("nom", "code"), ("A", 1), ("B", 2)))[1]
    assert [[column for _, column, _ in rang.remarques] for rang in rangs] == [["code"], []]
    assert one(1, "0000") == ("0001", [], [])


def test_empty_rows_and_columns_are_ignored_and_lines_are_the_sheets():
    tableau, rangs = read(workbook((), ("nom", "code", ""), ("", ""), ("A", "1", "", ""), ("", " "), sheets=2))
    assert [(rang.ligne, rang.valeurs, rang.fautes) for rang in rangs] == [(4, {"nom": "A", "code": "1"}, [])]
    assert "première feuille" in tableau.remarques[0][2]
    beyond = read(workbook(("nom", "code"), ("A", "1", "x")))[1][0]
    assert beyond.fautes[0][1] == "colonne C"


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, octets in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), octets)
    return file.getvalue()


def with_part(name, change):
    """A good workbook whose part is `change`d."""
    file = io.BytesIO()
    good = io.BytesIO(workbook(("nom", "code"), ("A", "1")))
    with zipfile.ZipFile(good) as given_, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given_.namelist():
            octets = given_.read(part)
            made.writestr(part, change(octets) if part == name else octets)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
REFUSED = {
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "ancien classeur (.xls)"),
    "password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "mot de passe",
    ),
    "OpenDocument": (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "(.ods)"),
    "binary workbook": (archive(xl__workbook_bin=b""), "(.xlsb)"),
    "another archive": (archive(lettre_xml=b"<a/>"), "ne peut pas être lu"),
    "cut short": (workbook(("nom", "code"))[:900], "ne peut pas être lu"),
    "bomb": (with_part(SHEET, lambda _: b"0" * (classeurs.MAX_OCTETS + 1)), "trop grand"),
    "entities": (with_part(SHEET, lambda octets: ENTITY + octets.partition(b"?>")[2]), "ne peut pas être lu"),
    "no sheet": (with_part(SHEET, lambda _: b"<a"), "ne peut pas être lu"),
}


@pytest.mark.parametrize(("octets", "phrase"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_workbook_of_ours_is_named_and_says_how_to_save_it(octets, phrase):
    assert classeurs.est_classeur(octets)
    tableau, rangs = read(octets)
    [(ligne, _, told)] = tableau.fautes
    assert (ligne, rangs) == (1, [])
    assert phrase in told
    assert "Enregistrez en XLSX ou CSV." in told or phrase == "trop grand"


@pytest.mark.parametrize("cell", [b's="999"><v>', b't="s"><v>99', b't="n"><v>x', b't="d"><v>x'])
def test_what_the_library_cannot_make_of_a_cell_is_a_fault_of_the_row(cell):
    octets = with_part(SHEET, lambda octets: octets.replace(b'<c r="B2" t="s"><v>', b'<c r="B2" ' + cell))
    [rang] = read(octets)[1]
    assert "ne peut pas être lu" in rang.fautes[0][2]


def test_tags_that_nothing_ends_take_no_longer_than_others():
    """Each would be searched to the end of a block: minutes for a file of 2 kB, with Python's lock."""
    file = with_part(SHEET, lambda _: b'<row hidden="' * 25_000)
    started = time.process_time()
    assert read(file)[0].fautes
    assert time.process_time() - started < 2


def test_a_fault_of_ours_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr(classeurs, "_ZEROS", None)
    with pytest.raises(AttributeError):
        one(1)


def test_a_row_or_a_column_far_away_is_a_fault_and_no_long_wait(monkeypatch):
    monkeypatch.setattr(classeurs, "_MAX_RANG", 10_000)
    for old, new in ((b'r="2"', b'r="99999999999"'), (b'"B2"', b'"ZZZ2"')):
        tableau, rangs = read(with_part(SHEET, lambda octets, old=old, new=new: octets.replace(old, new)))
        assert not tableau.fautes
        assert rangs[-1].fautes


def test_more_rows_than_allowed_are_a_fault(monkeypatch):
    monkeypatch.setattr(classeurs, "MAX_LIGNES", 2)
    rangs = read(workbook(("nom", "code"), *(("A", "1") for _ in range(3))))[1]
    assert "trop de lignes" in rangs[-1].fautes[0][2]
    assert len(rangs) == 3


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=6))
@example([("", "\x1f")])
def test_what_a_program_writes_is_read_as_it_is_or_told(rows):
    _, rangs = read(workbook(("nom", "code"), *rows))
    if any(rang.fautes or rang.remarques for rang in rangs):
        return
    wanted = [[unicodedata.normalize("NFC", sans_invisibles(one)).strip() for one in row] for row in rows]
    assert [[rang.valeurs["nom"], rang.valeurs["code"]] for rang in rangs] == [row for row in wanted if any(row)]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2_000))
def test_no_bytes_raise(octets, place):
    good = workbook(("nom", "code"), ("A", "1"))
    for file in (b"PK\x03\x04" + octets, good[:place] + octets + good[place + len(octets) :]):
        for rang in lire(file, COLONNES).rangs:
            assert rang.valeurs or rang.fautes
