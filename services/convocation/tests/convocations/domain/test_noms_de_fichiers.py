"""Names of files are ASCII, and no letter of a name is lost that has one."""

import pytest

from convocation.convocations.presenters import file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("convocation BŒUF LVA Anglais", "convocation-boeuf-lva-anglais"),
        ("Ægir Straße / Née", "aegir-strasse-nee"),
        ("…", ""),
    ],
)
def test_a_file_is_named_in_plain_letters(name, expected):
    assert file_name(name) == expected
