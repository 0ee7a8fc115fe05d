"""Files of spreadsheets: recognised letters, and whatever the cells, read as they are or told."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from francais.colonnes import Colonnes, lettre_de_colonne, nom_de_colonne
from francais.encodages import LIBELLES, EncodageInconnu, encodage
from francais.tableaux import lire
from francais.textes import sans_invisibles

COLONNES = Colonnes(connues=("nom", "code"), noms={"nom"}, formules={"nom"})
NOMS = ["René", "Hélène", "ZOÉ", "Anaïs", "François", "CÔME", "LEFÈVRE", "N’DIAYE", "GARCÍA", "Müller", "MUÑOZ", "Noël"]


@pytest.mark.parametrize("name", LIBELLES)
@given(noms=st.lists(st.sampled_from(NOMS), min_size=1, max_size=8))
def test_an_encoding_is_recognised_or_asked_for_and_never_taken_for_another(name, noms):
    try:
        lignes = [one.encode(name) for one in noms]
    except UnicodeEncodeError:
        return  # cp850 has no ’
    try:
        assert encodage([b"nom", *lignes]) == name or b"".join(lignes).isascii()
    except EncodageInconnu as inconnu:
        assert "CSV UTF-8" in str(inconnu)


@pytest.mark.parametrize("name", LIBELLES)
def test_a_file_of_ordinary_names_is_recognised(name):
    assert encodage([one.encode(name) for one in ("nom", "René", "Hélène LEFÈVRE", "François", "Zoé")]) == name


def test_a_line_of_utf8_with_accents_says_the_encoding_of_all():
    assert encodage(["é".encode(), b"\xe9"]) == "utf-8"


def test_columns_have_names_and_letters():
    assert [nom_de_colonne(one) for one in ("Numéro", " UAIs secondaires", "\ufeffn\u00adom", "N°")] == [
        *("numero", "uais_secondaires", "nom", "n"),
    ]
    assert [lettre_de_colonne(one) for one in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_an_unclosed_quote_hides_no_line_after_it():
    read = list(lire(b'nom;code\n"A;1\nB;2\nC;3\n', COLONNES).rangs)
    assert [(one.ligne, one.valeurs, bool(one.fautes)) for one in read] == [
        (2, {}, True),
        (3, {"nom": "B", "code": "2"}, False),
        (4, {"nom": "C", "code": "3"}, False),
    ]


@given(
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=8),
    st.sampled_from([";", ",", "\t"]),
)
def test_what_a_program_writes_is_read_as_it_is_or_told(rows, separator):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("nom", "code"), *rows])
    octets = file.getvalue().encode("utf-8", "replace")
    rangs = list(lire(octets, COLONNES).rangs)
    if any(rang.fautes or rang.remarques for rang in rangs):
        return

    def cell(text):
        return unicodedata.normalize("NFC", sans_invisibles(text)).strip()

    wanted = [(cell(nom), cell(code)) for nom, code in rows if nom.strip() or code.strip()]
    assert [(rang.valeurs["nom"], rang.valeurs["code"]) for rang in rangs] == wanted


@given(st.binary(max_size=400))
def test_no_bytes_raise(octets):
    for file in (octets, b"nom;code\n" + octets):
        for rang in lire(file, COLONNES).rangs:
            assert rang.valeurs or rang.fautes
