"""Whatever stands in the cells of a file: no exception, and each is kept as it is, or told by line and column.

IMAGIN_TEST_CELLULES says how many cells are generated for each file.
"""

import csv
import io
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from convocation.annuaire.imports import domain as annuaire
from event_schemas import uai
from mission_import.domain import fichier_csv, lecture_fichier
from mission_import.use_cases.read_file import read_file

CELLS = int(os.environ.get("IMAGIN_TEST_CELLULES", "6000"))
ROWS = 8
NOW = datetime(2020, 1, 11, 8, tzinfo=UTC)
PERSON = {
    "numero": "N00042",
    "civilite": "Mme",
    "nom": "N’DIAYE-ÉLOUAN",
    "prenom": "Zoé",
    "courriel": "zoe.n@ac-exemple.invalid",
    "uai": "0699001J",
    "uais_secondaires": "0699002K",
    "disciplines": "0202 1000",
    "actif": "oui",
    "stagiaire": "non",
    "profils": "professeur de philosophie",
    "indisponibilites": "05/03/2020 au 06/03/2020",
}
CLOSING = {
    "session": "2020-E3C1",
    "uai": "0699001J",
    "revision": "1",
    "cloturee_le": "",
    "academie": "09",
    "nom": "Lycée des Essais",
    "commune": "Villefictive",
    "voie": "GENERALE",
    "code": "HG",
    "libelle": "Histoire-géographie",
    "type": "E3C",
    "candidats_inscrits": "30",
}
ODD = [
    *(
        "\u00a0",
        "\u202f",
        "\u200b",
        "\u00ad",
        "\u2060",
        "\ufeff",
        "\u200d",
        "\u202e",
        "\ufffd",
        "\u2028",
        "\x85",
        "\x00",
    ),
    *(
        "\x00",
        "\x07",
        "\x1c",
        "\t",
        "\r",
        "\n",
        "\r\n",
        '"',
        '""',
        "'",
        "’",
        "ʼ",
        ";",
        ",",
        "|",
        "=",
        "+",
        "-",
        "@",
        "\\",
    ),
    *(
        "0",
        "00",
        "٣",
        "１",
        "²",
        "½",
        "e\u0301",
        "ﬁ",
        "Ω",
        "Å",
        "İ",
        "ı",
        "ß",
        "ǅ",
        "Ł",
        "ə",
        "한",
        "ا",
        "🎓",
        "_x000A_",
    ),
    *(" ", "  ", " au ", "1E5", "1,0", "NULL", "#N/A", "oui", "VRAI"),
]
REGLES = annuaire.Regles("10", frozenset({"0202", "1000"}), uai.valid, frozenset({"professeur de philosophie"}))


@st.composite
def altered(draw, plain):
    """The plain value with something odd in it."""
    place = draw(st.integers(0, len(plain)))
    return plain[:place] + draw(st.sampled_from(ODD)) + plain[place + draw(st.integers(0, 1)) :]


def tables(plain):
    """Rows of which most cells are as they should be; their first column says which row it is."""
    text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
    row = [st.one_of(*[st.just(one)] * 8, altered(one), text) for one in plain.values()]
    return st.lists(st.tuples(*row), min_size=ROWS, max_size=ROWS).map(
        lambda rows: [(one[0].replace("N00042", f"N0004{place}"), *one[1:]) for place, one in enumerate(rows)]
    )


def generated(plain):
    """Without shrinking, which takes minutes: what fails is one cell, and said."""
    examples = max(1, CELLS // (ROWS * len(plain)))
    phases = (Phase.generate,)
    checks = list(HealthCheck)
    return lambda test: settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=checks)(
        given(tables(plain))(test)
    )


@dataclass
class Written:
    """A file; `lines`: the physical line of each row. `numbers`: cells that a spreadsheet made numbers of."""

    octets: bytes
    lines: list[int]
    numbers: bool = False


def as_csv(names, rows):
    file, lines = io.StringIO(), []
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        lines.append(file.getvalue().count("\n") + 1)
        writer.writerow(row)
    return Written(file.getvalue().encode(), lines)


def as_xlsx(names, rows):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate([names, *rows]):
        for column, cell in enumerate(row):
            if line and re.fullmatch("[0-9]{1,9}", cell):
                sheet.write_number(line, column, int(cell))
            else:
                sheet.write_string(line, column, cell)
    book.close()
    return Written(file.getvalue(), list(range(2, len(rows) + 2)), numbers=True)


def plain_text(text):
    """As a cell counts where nothing is told: on one line, accents composed, trimmed."""
    return unicodedata.normalize("NFC", " ".join(text.splitlines()) if "\n" in text else text).strip()


def letters(text):
    return [one for one in text if one.isalnum()]


def tokens(text):
    return set(text.upper().replace("|", " ").split())


def figures(text):
    return {int(one) for one in re.findall("[0-9]+", text)}


def yes(text):
    return text.lower() in {"oui", "1", "true", "vrai", "o"}


SAID = {
    "civilite": lambda text: (
        text.lower().removesuffix(".").removesuffix("onsieur").removesuffix("r").replace("ada", "")
    ),
    "uai": str.upper,
    "uais_secondaires": tokens,
    "disciplines": tokens,
    "actif": yes,
    "stagiaire": yes,
    "profils": letters,
    "indisponibilites": figures,
    "academie": lambda text: text.zfill(2),
    "revision": lambda text: text.lstrip("0"),
    "candidats_inscrits": lambda text: text.lstrip("0"),
}
"""What of a cell must be the same in what is kept; of the other columns all."""


def same(column, cell, kept):
    said = SAID.get(column, str)
    return said(plain_text(cell)) == said(str(kept)) or (column == "courriel" and not cell.isascii())


def judge_directory(rows, written):
    found = list(annuaire.lire(written.octets, REGLES))
    told = {(one.ligne, one.colonne) for one in found if not isinstance(one, annuaire.Ligne)}
    people = {one.ligne: one.personne for one in found if isinstance(one, annuaire.Ligne)}
    lost_zeros = {column for _, column in told} if written.numbers else set()
    for line, row in zip(written.lines, rows, strict=True):
        if line not in people:
            assert not any(one.strip() for one in row) or any(ligne == line for ligne, _ in told), row
            continue
        kept = annuaire.cellules(people[line])
        for column, cell, one in zip(PERSON, row, kept, strict=True):
            if (line, column) not in told and not (cell.startswith("0") and column in lost_zeros):
                assert same(column, cell, one), (column, cell, one)


@generated(PERSON)
def test_no_cell_of_a_csv_of_people_is_changed_in_silence(rows):
    judge_directory(rows, as_csv(list(PERSON), rows))


@generated(PERSON)
def test_no_cell_of_a_workbook_of_people_is_changed_in_silence(rows):
    judge_directory(rows, as_xlsx(list(PERSON), rows))


@generated(CLOSING)
def test_no_cell_of_a_csv_of_closings_is_changed_in_silence(rows):
    written = as_csv(list(CLOSING), rows)
    read_file(written.octets, NOW, lambda _: True)
    found = lecture_fichier.lire(written.octets, "")
    told = {(one.ligne, one.colonne) for one in (*found.fautes.premieres, *found.remarques.premieres)}
    given_ = dict(zip(written.lines, rows, strict=True))
    read = {ligne for one in found.clotures for ligne in one.lignes} | {ligne for ligne, _ in told}
    assert read >= {line for line, row in given_.items() if any(one.strip() for one in row)}
    for brute in found.clotures:
        for rang, line in enumerate(brute.lignes):
            state = brute.corps | brute.corps["etablissement"] | brute.corps["epreuves"][rang]
            for column, cell in zip(fichier_csv.COLONNES, given_[line], strict=True):
                if (line, column) not in told and (line, "") not in told:
                    assert same(column, cell, state[column]), (column, cell, state[column])
