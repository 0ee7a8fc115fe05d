"""The extract as a PDF, read back with poppler, never with what wrote it (0061)."""

import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from convocation.conservation.sql import LIEUX
from convocation.extraits.rendering import _TABLES, Extraits
from testkit.programs import find_program

LE = datetime(2026, 6, 1, 14, 5, tzinfo=ZoneInfo("Europe/Paris"))
KEPT = {
    "convocation": {
        "intervenant": [{"numero": "3141592", "nom": "BŒUF", "prenom": "Élodie", "actif": True, "uai": ""}],
        "audit": [{"action": "intervenants.ecrire", "motif": "#evil[mariage]", "apres": {"courriel": "e@x.invalid"}}],
        "entree": [{"entree_id": "e", "fin_le": "2026-01-30T18:48:58.248774+00:00", "jour": "2026-07-14"}],
        "document": [{"version": 1, "octets": "\\x" + "25" * 3_000}],
    },
    "notifier": {},
}


@pytest.fixture(scope="module")
def pdf():
    return Extraits().render("3141592", KEPT, LE)


def text_of(pdf):
    command = [find_program("pdftotext", "poppler-utils"), "-layout", "-enc", "UTF-8", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def test_it_says_by_service_and_table_what_is_kept_and_when_it_was_made(pdf):
    text = text_of(pdf)
    for said in (
        *("Données gardées sur la personne 3141592", "Convocations et annuaire", "Fiche de l’annuaire – 1 ligne"),
        *("BŒUF", "Élodie", "Actif", "oui", "e@x.invalid", "1er juin 2026", "3001 octets"),
    ):
        assert said in text, said
    assert "Mails" not in text, "nothing is kept there"


def test_columns_and_moments_are_told_in_words(pdf):
    text = " ".join(text_of(pdf).split())
    for said in (
        "Numéro 3141592",
        "Prénom Élodie",
        "vendredi 30 janvier 2026 à 19 h 48 (heure de Paris)",
        "mardi 14 juillet 2026",
    ):
        assert said in text, said
    for name in ("Entree id", "Numero", "2026-01-30"):
        assert name not in text, name


def test_what_a_person_wrote_is_text_and_never_code(pdf):
    assert "#evil[mariage]" in text_of(pdf)


def test_it_is_accessible_and_the_same_again(pdf):
    info = subprocess.run([find_program("pdfinfo", "poppler-utils"), "-"], input=pdf, capture_output=True, check=True)
    assert b"Tagged:          yes" in info.stdout
    assert Extraits().render("3141592", KEPT, LE) == pdf


def test_every_place_where_something_of_a_person_stands_has_a_name_in_french():
    assert {lieu.table for lieu in LIEUX} - set(_TABLES) == set()
