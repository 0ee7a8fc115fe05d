"""A file of closings: what is read, and every fault at its exact line and column."""

import json
import sys
import tracemalloc
from csv import reader
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from time import perf_counter

import pytest

from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.uai import letter
from mission_import.domain.fichier import MAX_FAUTES, MAX_LIGNES
from mission_import.domain.fichier_csv import COLONNES
from mission_import.use_cases.read_file import read_file

NOW = datetime(2020, 1, 11, 8, tzinfo=UTC)
UAI, AUTRE = "0699001J", "0699002K"
ENTETE = ";".join(COLONNES)
EXAMPLES = Path(__file__).parents[4] / "schemas/examples/fr.cyclades.inscriptions-closed.v1"


def row(**fields):
    values = {
        "session": "2020-E3C1",
        "uai": UAI,
        "revision": "1",
        "cloturee_le": "",
        "academie": "10",
        "nom": "Lycée des Essais",
        "commune": "Villefictive",
        "voie": "GENERALE",
        "code": "HG",
        "libelle": "Histoire-géographie",
        "type": "E3C",
        "candidats_inscrits": "30",
    }
    assert set(fields) <= set(values)
    return ";".join((values | fields).values())


def body(**fields):
    epreuve = {"code": "HG", "libelle": "Histoire-géographie", "type": "E3C", "voie": "GENERALE"}
    return {
        "session": "2020-E3C1",
        "uai": UAI,
        "revision": 1,
        "cloturee_le": "2020-01-10T18:00:00+01:00",
        "etablissement": {"nom": "Lycée des Essais", "commune": "Villefictive", "academie": "10"},
        "epreuves": [epreuve | {"candidats_inscrits": 30}],
    } | fields


def enveloped(data, **attributes):
    return {
        "specversion": "1.0",
        "type": "fr.cyclades.inscriptions-closed.v1",
        "id": "evenement-1",
        "source": "/cyclades",
        "subject": data.get("uai"),
        "data": data,
    } | attributes


def lines(*bodies):
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in bodies).encode()


def csv(*rows):
    return "\n".join([ENTETE, *rows, ""]).encode()


def read(octets, academies=("10",)):
    return read_file(octets, NOW, lambda academie: academie in academies)


def faults(octets, **options):
    found = read(octets, **options).fautes
    assert found.total == len(found.premieres)
    return [(one.ligne, one.colonne, one.phrase) for one in found.en_ordre()]


def places(octets, **options):
    return [(ligne, colonne) for ligne, colonne, _ in faults(octets, **options)]


def states(octets):
    lecture = read(octets)
    assert lecture.fautes.total == 0, lecture.fautes.premieres
    return [one.state for one in lecture.closings]


def test_json_lines_are_read_as_the_topic_carries_them_and_in_their_envelope():
    examples = [json.loads(one.read_bytes()) for one in sorted(EXAMPLES.glob("*.json"))]
    plain = read(lines(*examples), academies=("25",))
    wrapped = read(lines(*(enveloped(one) for one in examples)), academies=("25",))
    assert [one.state for one in plain.closings] == [one.state for one in wrapped.closings]
    assert sorted(one.state.revision for one in plain.closings) == [1, 2, 3]
    assert {one.ce_id for one in wrapped.closings} == {"evenement-1"}
    assert len({one.ce_id for one in plain.closings}) == 3


def test_the_rows_of_one_closing_are_one_wherever_they_stand():
    octets = csv(row(), row(uai=AUTRE), row(code="HLP", candidats_inscrits="12"), row(revision="2"))
    read_ = states(octets)
    assert [(one.uai, one.revision, len(one.epreuves)) for one in read_] == [(UAI, 1, 2), (AUTRE, 1, 1), (UAI, 2, 1)]
    assert [one.candidats_inscrits for one in read_[0].epreuves] == [30, 12]


def test_the_same_closing_in_csv_and_in_json_is_the_same_one():
    [of_csv], [of_json] = states(csv(row())), states(lines(body()))
    assert of_csv.hash == of_json.hash


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_separator_and_end_of_line_is_read(separator, end):
    octets = csv(row()).decode().replace(";", separator).replace("\n", end).encode()
    assert read(octets).fichier.separateur == separator
    assert len(states(octets)) == 1


@pytest.mark.parametrize(
    ("encoded", "told"),
    [
        (lambda text: text.encode(), "UTF-8"),
        (lambda text: text.encode("utf-8-sig"), "UTF-8 avec BOM"),
        (lambda text: text.encode("cp1252"), "Windows-1252"),
    ],
)
def test_the_encoding_is_detected_and_told_and_accents_stay(encoded, told):
    octets = encoded(csv(row(nom="Lycée de l’Œuvre")).decode())
    assert read(octets).fichier.encodage == told
    assert states(octets)[0].etablissement.nom == "Lycée de l’Œuvre"


def test_quotes_hold_separators_and_quotes():
    [state] = states(csv(row(nom='"Lycée ""Les Essais""; annexe"')))
    assert state.etablissement.nom == 'Lycée "Les Essais"; annexe'


def test_a_spreadsheet_that_ate_the_zero_of_an_academie_is_understood():
    assert read(csv(row(academie="9")), academies=("09",)).closings[0].state.etablissement.academie == "09"


def test_every_planted_fault_of_a_csv_is_found_at_its_line_and_column():
    octets = csv(
        row(),  # 2
        row(code="HLP", candidats_inscrits="douze"),  # 3
        row(code="LVA-ANG", candidats_inscrits="-1"),  # 4
        row(code="hg"),  # 5
        row(code="LVB", voie="PRO"),  # 6
        row(code="SES", libelle=""),  # 7
        row(code="HG"),  # 8: twice
        row(code="NUMERISATION"),  # 9
        row(uai="0699001K"),  # 10
        row(uai=AUTRE, revision="0"),  # 11
        row(uai=AUTRE, session="2020"),  # 12
        row(uai=AUTRE, academie="09"),  # 13
        row(uai=AUTRE, revision="2", nom="=HYPERLINK(1)"),  # 14
        row(uai=AUTRE, revision="3", cloturee_le="hier"),  # 15
        row(uai=AUTRE, revision="4") + ";de trop",  # 16
        row(uai=AUTRE, revision="4", nom='"ouvert'),  # 17
        "",  # 18: nothing
        row(uai=AUTRE, revision="5", commune="Ville\x07"),  # 19
        row(uai=AUTRE, revision="6"),  # 20
        row(uai=AUTRE, revision="6", code="HLP", commune="Ailleurs"),  # 21
        row(uai=AUTRE, revision="6", code="SES", candidats_inscrits="2147483648"),  # 22
        row(uai=AUTRE, revision="7", cloturee_le="2020-01-10T18:00:00"),  # 23
    )
    assert places(octets) == [
        (3, "candidats_inscrits"),
        (4, "candidats_inscrits"),
        (5, "code"),
        (6, "voie"),
        (7, "libelle"),
        (8, "code"),
        (9, "code"),
        (10, "uai"),
        (11, "revision"),
        (12, "session"),
        (13, "academie"),
        (14, "nom"),
        (15, "cloturee_le"),
        (16, "colonne M"),
        (17, ""),
        (19, "commune"),
        (21, "commune"),
        (22, "candidats_inscrits"),
        (23, "cloturee_le"),
    ]
    sentences = [phrase for _, _, phrase in faults(octets)]
    assert all(one.endswith(".") and not one[0].islower() for one in sentences), sentences
    assert "La valeur manque." in sentences
    assert "Cet établissement n’est pas de votre académie." in sentences


def test_every_planted_fault_of_json_lines_is_found_at_its_line_and_field():
    two = [*body()["epreuves"], body()["epreuves"][0] | {"candidats_inscrits": -1}]
    octets = lines(
        body(),  # 1
        "pas du json",  # 2
        body(uai=AUTRE, revision="2"),  # 3
        body(uai="0699001K"),  # 4
        "",  # 5: nothing
        body(epreuves=two),  # 6
        "[1]",  # 7
        '{"session": "2020-E3C1", "session": "2020-E3C2"}',  # 8
        enveloped(body(), type="autre"),  # 9
        enveloped(body(), subject=AUTRE),  # 10
        enveloped(body(), id=""),  # 11
        body(etablissement={"nom": "X", "academie": "10"}),  # 12
        body(uai=AUTRE, etablissement={"nom": "X", "commune": "Y", "academie": "09"}),  # 13
        body(epreuves=[]),  # 14: another content than line 1
        enveloped(body()) | {"data": "texte"},  # 15
        "[" * 100_000,  # 16
        '{"revision": ' + "9" * 5_000 + "}",  # 17
        body(uai=AUTRE, revision=3, epreuves=[body()["epreuves"][0] | {"libelle": "a\x00b"}]),  # 18
        enveloped(body(), id="\ud800"),  # 19: half a letter, which no database keeps
    )
    assert places(octets) == [
        (2, ""),
        (3, "revision"),
        (4, "uai"),
        (6, "epreuves.2.code"),
        (6, "epreuves.2.candidats_inscrits"),
        (7, ""),
        (8, ""),
        (9, "type"),
        (10, "subject"),
        (11, "id"),
        (12, "etablissement.commune"),
        (13, "etablissement.academie"),
        (14, "revision"),
        (15, "data"),
        (16, ""),
        (17, ""),
        (18, "epreuves.1.libelle"),
        (19, "id"),
    ]


def test_an_etablissement_of_another_departement_is_not_taken_by_saying_another_academie():
    lille = "059" + "9001" + letter("0599001")
    assert places(csv(row(), row(uai=lille))) == [(3, "uai")]
    assert places(csv(row(), row(uai=lille)), academies=("09", "10")) == []


def test_a_line_of_another_encoding_among_utf8_is_told_and_never_guessed():
    octets = csv(row()) + row(code="HLP").encode("cp1252") + b"\n"
    assert [(ligne, "UTF-8" in phrase) for ligne, _, phrase in faults(octets)] == [(3, True)]
    assert places(b"\xef\xbb\xbf" + ENTETE.encode() + b"\n" + row().encode("cp1252")) == [(2, "")]
    assert places(lines(body()) + b'\n{"nom": "\xe9"}') == [(2, "")]
    undefined = ENTETE.encode() + b"\n" + row().encode("cp1252") + b"\x81"
    assert places(undefined) == [(1, "")]


AS_EXCEL_WRITES = {
    "empty rows and columns": lambda text: text.replace("\n", ";;\n") + ";;;;;;;;;;;;;;\n",
    "the separator told first": lambda text: "sep=;\n" + text,
    "accents and letters nobody sees in the header": lambda text: text.replace("session", "\ufeffSéssion\u00ad", 1),
    "every cell quoted": lambda text: "\n".join(
        ";".join(f'"{cell}"' for cell in line.split(";")) if line else "" for line in text.split("\n")
    ),
    "a lower-case UAI": lambda text: text.replace("0699001J", "0699001j"),
    "letters nobody sees in a name": lambda text: text.replace("Lycée", "Ly\u00adcée\u200b"),
    "a line break in a cell": lambda text: text.replace("Lycée des", '"Lycée\ndes', 1).replace("Essais", 'Essais"', 1),
}


@pytest.mark.parametrize("written", AS_EXCEL_WRITES.values(), ids=AS_EXCEL_WRITES)
def test_a_csv_of_closings_is_read_as_excel_means_it(written):
    plain = csv(row(nom="Lycée des Essais")).decode()
    assert faults(written(plain).encode()) == []
    assert [one.state for one in read(written(plain).encode()).closings] == [
        one.state for one in read(plain.encode()).closings
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
def test_each_encoding_of_excel_is_recognised(encoding):
    octets = csv(row(nom="Lycée François Élève Réaumur, Ève")).decode().encode(encoding)
    [only] = read(octets).closings
    assert only.state.etablissement.nom == "Lycée François Élève Réaumur, Ève"


def test_what_is_taken_away_of_a_name_is_told_by_line():
    remarques = read(csv(row(nom="Ly\u00adcée")).decode().encode()).fichier.remarques.en_ordre()
    assert [(one.ligne, one.colonne, "U+00AD" in one.phrase) for one in remarques] == [(2, "nom", True)]


@pytest.mark.parametrize(
    ("octets", "place"),
    [
        (b"", (1, "")),
        (b"\n\n", (1, "session")),
        (ENTETE.encode(), (1, "")),
        (csv(row()).decode().encode("utf-16"), (1, "")),
        (csv(row()).decode().encode("utf-16-le"), (1, "")),
        (csv(row()).replace(b";type;", b";genre;"), (1, "type")),
        (csv(row()).replace(b";type;", b";code;"), (1, "code")),
        (b'session;"uai\n', (1, "")),
        (b"{", (1, "")),
        (b"\x00\x01\x02", (1, "")),
    ],
)
def test_a_file_that_cannot_be_read_is_told_once_at_its_first_line(octets, place):
    assert place in places(octets)
    assert {ligne for ligne, _ in places(octets)} == {1}


def test_the_time_of_closing_may_be_left_out_as_a_column_and_as_a_value():
    without = [line.split(";") for line in csv(row()).decode().splitlines()]
    octets = "\n".join(";".join(cells[:3] + cells[4:]) for cells in without).encode()
    assert [one.cloturee_le for one in states(octets) + states(csv(row()))] == [NOW, NOW]


def test_faults_are_counted_beyond_those_that_are_shown():
    found = read(csv(*(row(code="X", candidats_inscrits="?", revision=str(n)) for n in range(1, 701)))).fautes
    assert (found.total, len(found.premieres)) == (700, MAX_FAUTES)


def test_a_file_of_too_many_lines_is_refused_before_it_is_read():
    assert places(csv(*["x"] * MAX_LIGNES)) == [(MAX_LIGNES + 1, "")]


@pytest.mark.parametrize("seed", range(10))
def test_no_mutilated_file_is_an_exception(seed):
    good = [csv(row(), row(uai=AUTRE, nom='"a;b"')), lines(body(), enveloped(body(uai=AUTRE)))][seed % 2]
    step = 1 + seed // 2
    for position in range(0, len(good), 7):
        for octet in (0, 10, 34, 59, 123, 125, 44, 255):
            octets = good[:position] + bytes([octet]) + good[position + step :]
            read(octets)


def _uais():
    for number in range(690_001, 690_501):
        digits = f"{number:07}"
        yield digits + letter(digits)


def test_five_thousand_rows_cost_a_small_multiple_of_their_bare_reading():
    codes = [f"EPREUVE-{rang}" for rang in range(10)]
    octets = csv(*(row(uai=one, code=code, voie="COMMUNE") for one in _uais() for code in codes))

    def bare():
        """The least there is to do: cells, and the schema's verdict on each closing."""
        rows = list(reader(StringIO(octets.decode()), delimiter=";"))[1:]
        for start in range(0, len(rows), 10):
            cells = rows[start]
            epreuves = [
                {"voie": one[7], "code": one[8], "libelle": one[9], "type": one[10], "candidats_inscrits": int(one[11])}
                for one in rows[start : start + 10]
            ]
            place = {"academie": cells[4], "nom": cells[5], "commune": cells[6]}
            closing = body(uai=cells[1], etablissement=place, epreuves=epreuves)
            assert InscriptionsClosed.model_validate_json(json.dumps(closing)).hash

    def seconds(work):
        began = perf_counter()
        work()
        return perf_counter() - began

    ratio = min(seconds(lambda: read(octets)) for _ in range(3)) / min(seconds(bare) for _ in range(3))
    tracemalloc.start()
    lecture = read(octets)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(lecture.closings), lecture.fautes.total) == (500, 0)
    told = f"5000 rows, {len(octets)} bytes: {ratio:.1f} times a bare reading, {peak / len(octets):.1f} times its bytes"
    sys.stdout.write(f"{told} in memory\n")
    assert ratio < 8
    assert peak < 40 * len(octets)
