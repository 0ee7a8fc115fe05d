"""The mailbox on a real disk: nothing is lost, deleted or overwritten; what is being written is left alone."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from notifier.domain.retour import Retour
from notifier.gateways.retours import Retours

RETOUR = Retour(UUID(int=1), definitif=True, code="5.1.1")


def lire(octets):
    return RETOUR if octets.startswith(b"retour") else None


@pytest.fixture(params=["maildir", "plat"])
def boite(request, tmp_path):
    """The folder into which messages come; a maildir has three."""
    if request.param == "maildir":
        for name in ("tmp", "new", "cur"):
            (tmp_path / name).mkdir()
        return tmp_path / "new"
    return tmp_path


def folder(boite):
    return boite.parent if boite.name == "new" else boite


async def read(boite, **options):
    lots = [one async for one in Retours(folder(boite), lire, **options).lots()]
    return lots, sum(len(one.retours) for one in lots), sum(one.illisibles for one in lots)


def names(where):
    return sorted(str(file.relative_to(where)) for file in where.rglob("*") if file.is_file())


async def test_messages_are_read_put_aside_once_committed_and_not_read_again(boite):
    (boite / "1.eml").write_bytes(b"retour")
    (boite / "2.eml").write_bytes(b"bonjour")
    for _ in range(2):  # nothing was committed: they are read again
        [lot], retours, others = await read(boite)
        assert (lot.retours, retours, others) == ([RETOUR], 1, 1)
    await lot.ranger()
    assert await read(boite) == ([], 0, 0)
    aside = ["cur/1.eml:2,S", "cur/2.eml:2,FS"] if boite.name == "new" else ["illisibles/2.eml", "lus/1.eml"]
    assert names(folder(boite)) == aside


async def test_nothing_is_lost_among_many_lots_nor_overwritten(boite):
    for rank in range(25):
        (boite / f"{rank:02}").write_bytes(b"retour" if rank % 2 else b"rien")
    lots, retours, others = await read(boite, lot=4)
    assert (len(lots), retours, others) == (7, 12, 13)
    for lot in lots:
        await lot.ranger()
        await lot.ranger()
    for rank in range(25):
        (boite / f"{rank:02}").write_bytes(b"retour" if rank % 2 else b"rien")
    for _ in range(2):
        async for lot in Retours(folder(boite), lire, lot=10).lots():
            await lot.ranger()
    kept = [(folder(boite) / name).read_bytes() for name in names(folder(boite))]
    assert (kept.count(b"retour"), kept.count(b"rien")) == (24, 26)


async def test_what_is_being_written_or_is_no_plain_file_is_left_alone(boite, tmp_path_factory):
    (boite / ".1.eml").write_bytes(b"retour")
    (boite / "dossier").mkdir()
    os.mkfifo(boite / "tube")
    secret = tmp_path_factory.mktemp("ailleurs") / "fichier"
    secret.write_bytes(b"retour")
    (boite / "lien").symlink_to(secret)
    if boite.name == "new":
        (folder(boite) / "tmp" / "2").write_bytes(b"retour")
    assert await read(boite) == ([], 0, 0)
    (boite / ".1.eml").rename(boite / "1.eml")
    assert (await read(boite))[1:] == (1, 0)


async def test_in_a_maildir_what_another_program_moved_but_nobody_saw_is_read_too(tmp_path):
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    for name in ("1:2,", "2", "3:2,F", "4:2,S", "5:2,RS"):
        (tmp_path / "cur" / name).write_bytes(b"retour")
    [lot] = [one async for one in Retours(tmp_path, lire).lots()]
    assert len(lot.retours) == 3
    await lot.ranger()
    assert names(tmp_path / "cur") == ["1:2,S", "2:2,S", "3:2,FS", "4:2,S", "5:2,RS"]


async def test_a_long_message_is_read_up_to_a_limit(boite):
    seen = []
    (boite / "1").write_bytes(b"x" * 50_000)
    retours = Retours(folder(boite), lambda octets: seen.append(len(octets)), max_octets=1_000)
    [lot] = [one async for one in retours.lots()]
    assert (seen, lot.illisibles) == ([1_000], 1)
    await lot.ranger()
    assert [file.stat().st_size for file in folder(boite).rglob("1*") if file.is_file()] == [50_000]


async def test_a_message_that_is_gone_or_cannot_be_read_keeps_no_other_back(boite, monkeypatch):
    for name in ("1", "2", "3"):
        (boite / name).write_bytes(b"retour")
    opening = Path.open

    def unreadable(path, *args):
        if path.name == "1":
            path.unlink()
        if path.name == "2":
            raise PermissionError(path)
        return opening(path, *args)

    monkeypatch.setattr(Path, "open", unreadable)
    [lot], retours, others = await read(boite)
    assert (retours, others) == (1, 1)
    (boite / "3").unlink()
    await lot.ranger()
    assert names(folder(boite)) == (["cur/2:2,FS"] if boite.name == "new" else ["illisibles/2"])


async def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        _ = [one async for one in Retours(tmp_path / "absent", lire).lots()]
