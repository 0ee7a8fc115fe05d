"""A file of people is read in a process that yields to pages, has a limit of memory, and ends with the file."""

import os
import signal
import zipfile
from contextlib import aclosing
from datetime import UTC, datetime
from io import BytesIO

import psutil
import pytest

from convocation.annuaire.imports import lecture
from convocation.annuaire.imports.domain import Regles, lire
from convocation.annuaire.imports.lecture_worker import next_part
from convocation.commun.tableur import csv_bytes, xlsx_bytes
from event_schemas import uai

REGLES = Regles("10", frozenset({"1000"}), uai.valid)
LYCEE = f"0699001{uai.letter('0699001')}"
ENTETE = ["numero", "civilite", "nom", "prenom", "courriel", "uai", "uais_secondaires", "disciplines", "actif"]


def lines(count):
    """Every tenth without a name; the indisponibilités and profils of nobody."""
    return [
        [f"N{one}", "Mme", f"NOM{one}" if one % 10 else "", "Ana", f"n{one}@b.invalid", LYCEE, "", "1000", "oui"]
        for one in range(1, count + 1)
    ]


def children():
    found = psutil.Process().children()
    return [one for one in found if one.status() != psutil.STATUS_ZOMBIE and "lecture_worker" in str(one.cmdline())]


def with_part(octets, name, old, new):
    """The workbook with something else in one of its parts."""
    made, before = BytesIO(), zipfile.ZipFile(BytesIO(octets))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for one in before.infolist():
            content = before.read(one)
            after.writestr(one.filename, content.replace(old, new, 1) if one.filename == name else content)
    return made.getvalue()


@pytest.mark.parametrize(
    "octets",
    [
        csv_bytes(ENTETE, lines(2_500)),
        xlsx_bytes("Annuaire", ENTETE, lines(2_500), datetime(2027, 1, 4, tzinfo=UTC)),
        b"",
        b"PK\x03\x04",
    ],
    ids=["csv", "xlsx", "nothing", "no workbook"],
)
async def test_it_reads_what_this_process_would_in_its_order(octets):
    here = lire(octets, REGLES)
    found = [part async for part in lecture.parts(octets, REGLES)]
    assert found == [*iter(lambda: next_part(here), None)]
    assert not children()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b'<row r="9">' + b"<c/>" * 5_000_000 + b"</row></sheetData>"),
        ("xl/styles.xml", b"<cellXfs", b"<cellXfs>" + b"<xf/>" * 2_000_000 + b"</cellXfs><cellXfs"),
    ],
    ids=["cells", "styles"],
)
async def test_a_small_workbook_that_would_take_gigabytes_is_refused_and_takes_none_of_ours(name, old, new):
    octets = with_part(xlsx_bytes("A", ENTETE, lines(3), datetime(2027, 1, 4, tzinfo=UTC)), name, old, new)
    assert len(octets) < 50_000
    before, found = psutil.Process().memory_info().rss, []
    async for part in lecture.parts(octets, REGLES):
        found.append(part)
        assert psutil.Process().memory_info().rss - before < 50 * 2**20
    assert "trop de mémoire" in found[-1].fautes[-1].phrase


async def test_it_yields_to_pages_and_knows_no_secret_of_ours(monkeypatch):
    monkeypatch.setenv("CONVOCATION_LINK_KEYS", "secret")
    async with aclosing(lecture.parts(csv_bytes(ENTETE, lines(20_000)), REGLES)) as found:
        await anext(found)
        [child] = children()
        assert child.nice() == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
        assert not [name for name in child.environ() if not name.startswith("LC_")]


async def test_whoever_gives_up_leaves_no_process():
    async with aclosing(lecture.parts(csv_bytes(ENTETE, lines(20_000)), REGLES)) as found:
        await anext(found)
        assert children()
    assert not children()


async def test_one_that_is_killed_is_an_error_that_another_try_can_mend():
    with pytest.raises(OSError, match="status -9"):
        await read_and(signal.SIGKILL)


async def test_a_file_that_takes_too_long_is_refused():
    assert "trop de temps" in (await read_and(signal.SIGXCPU))[-1].fautes[-1].phrase


async def read_and(sent):
    """What is read of a file whose process gets a signal after the first part: the one of its limit of time too."""
    found = []
    async for part in lecture.parts(csv_bytes(ENTETE, lines(50_000)), REGLES):
        found.append(part)
        if len(found) == 1:
            [child] = children()
            child.send_signal(sent)
    return found
