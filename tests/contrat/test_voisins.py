"""Inputs that users of other projects reported, tried here: docs/architecture/tried-inputs.md has the links."""

import io
import zipfile
from datetime import UTC, date, datetime
from unicodedata import normalize

import pytest
import xlsxwriter
from starlette.datastructures import FormData

from convocation.annuaire.forms import lire_fiche
from convocation.annuaire.imports import domain as annuaire
from convocation.annuaire.schemas import IntervenantIn
from mission_import.use_cases.read_file import read_file

PERSON = {
    "numero": "7",
    "civilite": "Mme",
    "nom": "EXEMPLE",
    "prenom": "Zoé",
    "courriel": "zoe@ac-exemple.invalid",
    "uai": "0699001J",
    "uais_secondaires": "",
    "disciplines": "0202",
    "actif": "oui",
}
REGLES = annuaire.Regles("10", frozenset({"0202"}), lambda one: one == "0699001J", frozenset())
HIDDEN = {"hidden": True}


def csv(encoding="utf-8", separator=";", **fields):
    lines = [separator.join(one) for one in (PERSON, (PERSON | fields).values())]
    return "\r\n".join(lines).encode(encoding)


def book(change=lambda *_: None, **options):
    """A sheet of two people; `change(book, sheet)` makes it odd."""
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, options)
    sheet = made.add_worksheet("annuaire")
    write(sheet)
    change(made, sheet)
    made.close()
    return file.getvalue()


def write(sheet, **fields):
    for line, row in enumerate([PERSON, (PERSON | fields).values(), (PERSON | {"numero": "8"}).values()]):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell)


def hide_the_first(made, sheet):
    other = made.add_worksheet("bonne")
    write(other, nom="BONNE")
    other.activate()
    other.set_first_sheet()
    sheet.hide()


def merge(_, sheet):
    sheet.merge_range(1, 7, 2, 7, "0202")


def strict():
    """As Excel's « Strict Open XML » has it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as good, zipfile.ZipFile(file, "w") as made:
        for part in good.namelist():
            octets = good.read(part).replace(b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/")
            made.writestr(part, octets)
    return file.getvalue()


def rich(made, sheet):
    sheet.write_rich_string(1, 2, made.add_format({"bold": True}), "LE", " GOFF")


def dated(made, sheet):
    sheet.write_string(0, 9, "indisponibilites")
    sheet.write_datetime(1, 9, datetime(2020, 3, 5), made.add_format({"num_format": "dd/mm/yy"}))  # cells have none


TOLD = {
    "hidden row": (book(lambda _, sheet: sheet.set_row(2, None, None, HIDDEN)), "sont masquées"),
    "hidden column": (book(lambda _, sheet: sheet.set_column(7, 7, None, None, HIDDEN)), "sont masquées"),
    "merged cells": (book(merge), "sont fusionnées"),
    "scientific notation": (csv(numero="1E+05"), "notation scientifique"),
    "scientific notation in French": (csv(numero="1,23E+11"), "notation scientifique"),
    "Excel's Unicode text": (csv("utf-16", "\t"), "UTF-16"),
    "strict workbook": (strict(), "d’une sorte que le service ne connaît pas"),
    "one name only": (csv(prenom=""), "La valeur manque"),
    "figures of another width": (csv(numero="１２"), "lettres sans accent et chiffres"),
    "quotes around the local part": (csv(courriel="'a b'@x.invalid"), "n’a pas la forme"),
    "a day as a spreadsheet counts": (csv(actif="43895"), "« oui » ou « non »"),
}


@pytest.mark.parametrize(("octets", "phrase"), TOLD.values(), ids=TOLD)
def test_what_is_not_read_as_it_looks_is_told(octets, phrase):
    told = [one.phrase for one in annuaire.lire(octets, REGLES) if not isinstance(one, annuaire.Ligne)]
    assert any(phrase in one for one in told), told


READ = {
    "hidden first sheet": (book(hide_the_first), "nom", "BONNE"),
    "partly bold": (book(rich), "nom", "LE GOFF"),
    "days from 1904": (book(dated, date_1904=True), "indisponibilites", date(2020, 3, 5)),
    "no-break space beside a code": (csv(uai="0699001J\u00a0", numero="\u202f7"), "uai", "0699001J"),
    "decomposed accents": (csv(nom=normalize("NFD", "LEFÈVRE")), "nom", "LEFÈVRE"),
    "plus and capitals in an address": (csv(courriel="Zoe+IMAGIN@X.invalid"), "courriel", "Zoe+IMAGIN@X.invalid"),
    "a number that looks like a power": (csv(numero="1E5"), "numero", "1E5"),
}


@pytest.mark.parametrize(("octets", "column", "value"), READ.values(), ids=READ)
def test_what_is_read_is_what_is_seen(octets, column, value):
    found = list(annuaire.lire(octets, REGLES))
    people = [one.personne for one in found if isinstance(one, annuaire.Ligne)]
    assert people, found
    kept = getattr(people[0], column)
    assert kept[0].debut == value if column == "indisponibilites" else kept == value


def test_a_name_with_decomposed_accents_is_the_same_by_form_and_by_program():
    decomposed = {name: normalize("NFD", value) for name, value in (PERSON | {"nom": "LEFÈVRE"}).items()}
    assert lire_fiche(FormData(decomposed)).nom == "LEFÈVRE"
    fields = {name: decomposed[name] for name in ("numero", "civilite", "nom", "prenom", "courriel", "uai")}
    assert IntervenantIn(**fields).nom == "LEFÈVRE"


def test_a_workbook_of_closings_is_named_as_what_it_is():
    [fault] = read_file(book(), datetime(2020, 1, 11, tzinfo=UTC), lambda _: True).fautes.premieres
    assert "C’est un classeur" in fault.phrase
