"""R24, R40, R43–R46: the PDF, read back with poppler's pdftotext and pdfinfo, never with what wrote it."""

import hashlib
import io
import os
import pickle
import random
import re
import subprocess
import sys
import time
from dataclasses import fields, replace
from datetime import date, datetime

import pytest
import zxingcpp
from PIL import Image

from convocation.convocations.domain import NatureVersion
from convocation.documents.rendering import Document, Documents, Signataire
from francais.imprimable import GLYPHES
from testkit.programs import find_program

RENDERER = Documents()
HOSTILE = (
    '<script>alert(1)</script> #read("/etc/passwd") #panic() *gras* _it_ $x^2$ `code` @ref <ref> \\u{41} // c /* d */ '
    "[x] {y} = titre - a + b ~ --- ... \"q\" 'a' %PDF (a) Tj <</S/JavaScript>> ${jndi:x} {{7*7}} %s"
)
TEXTS = [field.name for field in fields(Document) if field.type in {str, "str"} and field.name != "verification_url"]


@pytest.fixture
def numerisation(document):
    nom = "Numérisation de copies"
    return replace(document, numerisation=True, type_libelle=nom, libelle=nom, qualite=None)


@pytest.fixture
def annulation(document):
    return replace(document, nature=NatureVersion.ANNULATION, version=3, motif="En congé à cette date.")


def poppler(program, pdf, *options):
    """What another program reads in the file. Missing: a failure in CI, elsewhere a skip that says what to install."""
    path = find_program(program, "poppler-utils")
    return subprocess.run([path, *options], input=pdf, capture_output=True, check=True).stdout.decode()


def read_pages(pdf):
    """Each page as one line, in the order of the file; places to break a long word are no part of the text."""
    text = poppler("pdftotext", pdf, "-raw", "-enc", "UTF-8", "-", "-")
    return [" ".join(page.replace("\u200b", "").split()) for page in text.split("\f")[:-1]]


def read(*documents):
    return " ".join(read_pages(RENDERER.render(documents)))


def info(pdf):
    lines = poppler("pdfinfo", pdf, "-enc", "UTF-8", "-").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def digest(*documents):
    return hashlib.sha256(RENDERER.render(documents)).hexdigest()


def test_a_convocation_says_who_is_convoked_to_what_when_and_where(document):
    text = read(document)
    for part in (
        "LYCEE FICTIF LYON UAI : 0699001J Académie : Lyon",
        "Référence : 7F3A22C9-1 Version 1",
        "Convocation Mme Anaïs LEFÈVRE-NGUYỄN Numéro d’intervenant : 0421973",
        "Vous êtes convoquée à la mission suivante.",
        "Mission Epreuve commune de contrôle continu",
        "Épreuve Humanités, littérature et philosophie",
        "Voie Voie générale",
        "Session 2027-E3C1",
        "Qualité Correcteur Santorin",
        "Date lundi 15 février 2027",
        "Lieu LYCEE FICTIF, LYON",
        "Pour toute question, adressez-vous à l’établissement (LYCEE FICTIF, LYON).",
        "Établie le lundi 18 janvier 2027 à 8 h 05",
        "Vérifier cette convocation",
        document.verification_url,
        "Page 1 sur 1",
    ):
        assert part in text


def test_an_ordinary_convocation_is_one_page(document):
    long = replace(document, observation="Une phrase de longueur ordinaire. " * 15, etablissement_nom="LYCEE " * 12)
    assert len(read_pages(RENDERER.render([document]))) == 1
    assert len(read_pages(RENDERER.render([long]))) == 1


def test_r24_the_convocation_bears_the_signature_of_the_chef_d_etablissement(document):
    assert "Jeanne MARTIN Proviseure" in read(document)
    bare = replace(document, signataire=Signataire("Jeanne", "MARTIN", "Proviseure", None))
    listed = [poppler("pdfimages", RENDERER.render([one]), "-list", "-") for one in (document, bare)]
    assert [len(lines.splitlines()) - 2 for lines in listed] == [1, 0]


def test_kg_without_signature_the_convocation_is_that_of_le_chef_d_etablissement(document):
    assert "Le chef d’établissement" in read(replace(document, signataire=None))
    assert "Le chef d’établissement" in read(replace(document, signataire=Signataire("", "", "", None)))


def test_r40_the_texte_d_observation_is_visible_with_its_lines(document):
    assert "Observation Réunion d’entente à 9 h en salle B12." in read(document)
    assert "Observation" not in read(replace(document, observation="  \r\n "))
    assert "un deux trois" in read(replace(document, observation="un\r\ndeux\n\n\ntrois\n"))


def test_r44_a_changed_convocation_says_that_it_cancels_and_replaces(document):
    text = read(replace(document, nature=NatureVersion.MODIFICATION, version=2))
    assert "Convocation modifiée — annule et remplace la version précédente" in text
    assert "Version 2" in text


def test_r45_a_cancellation_says_why_and_obliges_to_nothing(annulation):
    text = read(annulation)
    assert "Annulation de convocation" in text
    assert "Votre convocation à la mission ci-dessous est annulée." in text
    assert "Motif de l’annulation En congé à cette date." in text
    assert "Votre accès à SANTORIN pour cette mission est retiré." in text
    assert "obligatoire" not in text
    assert "Observation" not in text


@pytest.mark.parametrize(
    ("qualite", "but"),
    [
        ("Correcteur Santorin", "corriger les copies"),
        ("Correcteur suppléant", "corriger les copies"),
        ("Coordinateur", "suivre la correction des copies"),
        ("Coordinateur adjoint", "suivre la correction des copies"),
    ],
)
def test_r16_and_r18_it_says_what_one_does_in_santorin_and_that_the_convocation_is_obligatory(document, qualite, but):
    text = read(replace(document, qualite=qualite))
    assert f"Vous accédez à SANTORIN via IMAG’IN pour {but}." in text
    assert "Cette convocation est obligatoire pour vous connecter à SANTORIN" in text


def test_r50_and_r52_a_numerisation_gives_access_to_the_dashboard_and_has_no_qualite(numerisation):
    text = read(replace(numerisation, qualite="Correcteur"))
    assert "au tableau de bord SANTORIN pour numériser les copies." in text
    assert "Mission Numérisation de copies Session" in text
    for absent in ("Qualité", "Épreuve", "Voie"):
        assert absent not in text


def test_dates_are_in_words(document):
    days = (date(2027, 2, 15), date(2027, 2, 16), date(2027, 3, 1))
    text = read(replace(document, dates=days))
    assert "Dates lundi 15 février 2027, mardi 16 février 2027 et lundi 1er mars 2027" in text


def test_who_is_addressed_is_addressed_rightly(document):
    assert "Vous êtes convoqué à" in read(replace(document, civilite="M."))
    assert "Vous êtes convoqué(e) à" in read(replace(document, civilite=""))


def test_an_academie_that_is_only_a_code_is_not_shown(document):
    assert "Académie" not in read(replace(document, academie="10"))


def test_r46_several_documents_are_one_file_and_each_starts_a_page(document):
    documents = [replace(document, nom=f"NOM{rank}", reference=f"R{rank}") for rank in range(12)]
    pdf = RENDERER.render(documents)
    pages = read_pages(pdf)
    assert [f"NOM{rank}" in page and f"R{rank}" in page for rank, page in enumerate(pages)] == [True] * 12
    assert all("Page 1 sur 1" in page for page in pages)
    assert info(pdf)["Title"] == "12 convocations – LYCEE FICTIF"


def test_an_observation_of_2000_characters_goes_on_on_a_second_page(document):
    documents = [replace(document, observation="abcdefghi " * 200), document]
    pages = read_pages(RENDERER.render(documents))
    assert ["Page 1 sur 2" in pages[0], "Page 2 sur 2" in pages[1], "Page 1 sur 1" in pages[2]] == [True] * 3
    assert " ".join(pages).count("abcdefghi") == 200


def test_the_file_is_tagged_and_says_its_title_language_author_and_date(document):
    pdf = RENDERER.render([document])
    told = info(pdf)
    assert told["Title"] == (
        "Convocation – Mme Anaïs LEFÈVRE-NGUYỄN – Humanités, littérature et philosophie, session 2027-E3C1"
    )
    assert told["Author"] == "LYCEE FICTIF"
    assert told["Tagged"] == "yes"
    assert told["JavaScript"] == "no"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(fr-FR)" in pdf
    assert b"D:20270118070500Z" in pdf


def test_no_document_and_a_time_without_zone_are_refused(document):
    with pytest.raises(ValueError, match="no document"):
        RENDERER.render([])
    with pytest.raises(ValueError, match="time zone"):
        RENDERER.render([replace(document, etablie_le=datetime(2027, 1, 18))])


def test_the_same_documents_give_the_same_bytes_in_any_process_place_language_and_time_zone(
    document, annulation, tmp_path
):
    here = digest(document, annulation)
    assert digest(document, annulation) == here
    assert hashlib.sha256(Documents().render([document, annulation])).hexdigest() == here
    code = (
        "import hashlib, pickle, sys; from convocation.documents.rendering import Documents\n"
        "print(hashlib.sha256(Documents().render(pickle.load(sys.stdin.buffer))).hexdigest())"
    )
    environment = os.environ | {"TZ": "Asia/Tokyo", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"}
    given = pickle.dumps([document, annulation])
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=given, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert done.stdout.decode().strip() == here


@pytest.mark.parametrize("name", TEXTS)
def test_markup_in_a_text_of_people_is_printed_and_never_read_as_code(document, annulation, name):
    text = read(replace(annulation if name == "motif" else document, **{name: HOSTILE}))
    assert HOSTILE.replace(" ", "") in text.replace(" ", "")
    assert "root:" not in text


def test_markup_in_the_name_of_who_signs_is_printed_too(document):
    text = read(replace(document, signataire=Signataire(HOSTILE, HOSTILE, HOSTILE, None)))
    assert text.replace(" ", "").count(HOSTILE.replace(" ", "")) == 3


@pytest.mark.parametrize("name", TEXTS)
def test_line_breaks_direction_marks_and_emoji_do_no_harm(document, annulation, name):
    text = "Zoé\r\nBcc: x\u202egro.live\u202c\u2067\x00\x1b[31m \U0001f469\u200d\U0001f3eb 汉字 \ud800 fin"
    shown = read(replace(annulation if name == "motif" else document, **{name: text}))
    assert "Zoé Bcc: xgro.live[31m \ufffd\ufffd \ufffd fin" in shown


NAMES = {
    "Vietnamese": ("Thị Phương", "TRƯƠNG-ĐOÀN"),
    "Azerbaijani": ("Ülkər", "ƏLIYEVA"),
    "Turkish": ("Çağrı", "İŞIK"),
    "Fula": ("Aïcha", "ƁALDE-ŊƊIAYE"),
    "Tahitian": ("Teʻura", "NʼDIAYE"),
    "Greek": ("Ελένη", "ΠΑΠΑΔΟΠΟΎΛΟΥ"),
    "Cyrillic": ("Ђорђе", "ЖИВКОВИЋ"),
    "Armenian": ("Անահիտ", "ՍԱՐԳՍՅԱՆ"),
    "Georgian": ("ნინო", "ბერიძე"),
}


@pytest.mark.parametrize(("prenom", "nom"), NAMES.values(), ids=NAMES)
def test_a_name_is_printed_in_full_in_the_letters_it_is_written_in(document, prenom, nom):
    assert f"Mme {prenom} {nom} Numéro" in read(replace(document, prenom=prenom, nom=nom))


@pytest.mark.parametrize(("prenom", "nom"), [("سميرة", "الخطيب"), ("שרה", "כהן")])
def test_a_name_from_right_to_left_is_printed_in_full_and_moves_nothing_beside_it(document, prenom, nom):
    pdf = RENDERER.render([replace(document, prenom=prenom, nom=nom, observation=f"À {nom} 12 : fin")])
    marks = re.compile("[\u202a-\u202e\u2066-\u2069]")
    person = re.search("Mme (.*?) Numéro", marks.sub("", read_pages(pdf)[0]))[1]
    assert sorted(person.split()) == sorted([prenom, nom])
    from_left_to_right = marks.sub("", poppler("pdftotext", pdf, "-bbox", "-", "-"))
    assert f">À {nom[::-1]} 12<" in from_left_to_right, "the figure after the name stays after it"


def test_a_letter_that_no_font_has_is_its_base_letters_and_a_symbol_is_left_out(document):
    shown = read(replace(document, observation="Bravo 🎓 à ﬁle ① Ａnne q\u20e3, 汉"))
    assert "Bravo à file 1 Anne q, \ufffd" in shown


def test_marks_piled_upon_a_letter_do_not_cover_the_page(document):
    piled = read(replace(document, nom="Z" + "\u0301\u0300" * 200 + "Z"))
    assert len(re.findall("[\u0300\u0301]", piled)) <= 3


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "motif"])
def test_a_word_of_600_letters_stays_on_the_page(document, name):
    pdf = RENDERER.render([replace(document, **{name: "W" * 600})])
    boxes = re.findall(r'xMin="([\d.-]+)".*?xMax="([\d.-]+)"', poppler("pdftotext", pdf, "-bbox", "-", "-"))
    assert len(boxes) > 50
    assert all(0 <= float(left) and float(right) <= 595.3 for left, right in boxes)


def test_every_character_that_is_let_through_has_its_glyph(document):
    allowed = [chr(code) for code in range(0x10000) if re.match(f"[{GLYPHES}]", chr(code))]
    assert len(allowed) > 800
    text = " ".join("a" + char for char in allowed)
    everywhere = dict.fromkeys(("observation", "libelle", "prenom", "etablissement_nom", "contact"), text)
    assert "\u20ac" in read(replace(document, **everywhere, signataire=Signataire(text, "", "", None)))


def test_no_mixture_of_characters_makes_it_fail(document):
    chance = random.Random(3)
    for _ in range(150):
        ranges = (0x300, 0x400, 0x3000, 0x110000)
        text = "".join(chr(chance.randrange(chance.choice(ranges))) for _ in range(400))
        assert RENDERER.render([replace(document, libelle=text, nom=text, observation=text, reference=text)])


def test_the_code_is_read_from_the_printed_page_by_a_reader(document):
    """Long addresses too: an operator's own name makes a larger code."""
    for url in (document.verification_url, document.verification_url.replace("exemple", "exemple" * 9)):
        pdf = RENDERER.render([replace(document, verification_url=url)])
        page = subprocess.run(
            [find_program("pdftoppm", "poppler-utils"), "-r", "110"], input=pdf, capture_output=True, check=True
        )
        [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.stdout)))
        assert (code.text, code.format) == (url, zxingcpp.BarcodeFormat.QRCode)


def test_a_signature_that_was_not_used_lately_makes_room_for_others(document):
    renderer = Documents()
    for number in range(25):
        file = io.BytesIO()
        Image.new("RGB", (40, 20), (number, 0, 0)).save(file, "PNG")
        signed = replace(document, signataire=replace(document.signataire, image=file.getvalue()))
        assert "image" in poppler("pdfimages", renderer.render([signed]), "-list", "-")
    assert len(list(renderer._free.get()._folder.iterdir())) <= 20


def test_a_thousand_documents_are_one_file(document, capsys):
    alone = replace(document, version=77)
    begin = time.perf_counter()
    RENDERER.render([alone])
    one = time.perf_counter() - begin
    begin = time.perf_counter()
    pdf = RENDERER.render([replace(document, nom=f"NOM{rank}") for rank in range(1_000)])
    many = time.perf_counter() - begin
    with capsys.disabled():
        sys.stdout.write(f"\n1,000 documents: {many / one:.0f} times the time of one, {many:.1f} ms each\n")
    assert info(pdf)["Pages"] == "1000"
