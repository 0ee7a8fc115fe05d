"""Names of files that go anywhere, each once."""

import pytest

from convocation.commun.recherche import cle
from convocation.papiers.domain import nom_de_fichier, sans_doublon


def named(nom, prenom="Anne", mission="HG"):
    return nom_de_fichier(cle(nom), cle(prenom), cle(mission))


@pytest.mark.parametrize(
    ("nom", "prenom", "expected"),
    [
        ("BŒUF", "Élodie", "BOEUF_Elodie_Hg"),
        ("N’DIAYE", "Jean-Noël", "N-DIAYE_Jean-Noel_Hg"),
        ("../../etc/passwd", "=cmd|x", "ETC-PASSWD_Cmd-X_Hg"),
        ('a\\b:c*?"<>|\r\n\0', "😀", "A-B-C_X_Hg"),
        ("سميرة", "汉", "X_X_Hg"),
    ],
)
def test_a_name_of_a_file_is_plain_ascii_whatever_the_persons_is(nom, prenom, expected):
    assert named(nom, prenom) == expected


def test_a_name_of_a_file_is_never_too_long():
    assert len(named("W" * 300, "W" * 300, "W" * 300)) < 200


def test_two_of_one_name_are_two_files_on_every_disk():
    assert sans_doublon(["A_B", "a_b", "A_B_2", "A_B"]) == ["A_B", "a_b_2", "A_B_2_2", "A_B_3"]
