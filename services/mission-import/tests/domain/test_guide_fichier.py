"""docs/import-clotures.md: its examples are read, its table has the columns there are, its limits are ours."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mission_import.domain.fichier import MAX_FAUTES, MAX_LIGNES, MAX_OCTETS
from mission_import.domain.fichier_csv import COLONNES
from mission_import.use_cases.read_file import read_file

GUIDE = (Path(__file__).parents[4] / "docs/import-clotures.md").read_text()


def example(language):
    [text] = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return text


@pytest.mark.parametrize("language", ["jsonl", "csv"])
def test_the_examples_of_the_guide_are_files_without_a_fault(language):
    lecture = read_file(
        example(language).encode(), datetime(2020, 1, 11, tzinfo=UTC), lambda academie: academie == "10"
    )
    assert lecture.fautes.premieres == []
    assert [one.state.uai for one in lecture.closings] == ["0699001J", "0699002K"]


def test_the_guide_documents_the_header_and_the_limits_there_are():
    assert example("csv").splitlines()[0] == ";".join(COLONNES)
    table = [
        name for cell in re.findall(r"^\| (`.+?) \|", GUIDE, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    ]
    assert table == list(COLONNES)
    for number in (MAX_OCTETS, MAX_LIGNES, MAX_FAUTES):
        assert f"{number:,}".replace(",", " ") in GUIDE
