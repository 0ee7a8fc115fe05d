"""The mailbox of mails that came back: a maildir, or a flat folder into which something drops one file a message.

Whoever writes into a flat folder writes under a name that begins with a dot, and renames; in a maildir that is what
tmp/ is for. No message is lost: it is put aside after the caller has committed, read again when that failed, and never
deleted. The mailbox is the notifier's own: a mail program that marks messages as seen would hide them.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

from notifier.domain.retour import Retour

_SEEN, _FLAGGED = "S", "F"
_INFO = ":2,"


class Lu(NamedTuple):
    """One file, and what it says of a mail of ours."""

    fichier: Path
    retour: Retour | None


class Lot:
    """Some messages. `ranger` after what they say is committed."""

    def __init__(self, lus: list[Lu], ranger: Callable[[Lu], None]) -> None:
        self._lus = lus
        self._ranger = ranger

    @property
    def retours(self) -> list[Retour]:
        return [one.retour for one in self._lus if one.retour is not None]

    @property
    def illisibles(self) -> int:
        """How many are no bounce of ours: answers, delays, forgeries, what cannot be read."""
        return sum(one.retour is None for one in self._lus)

    async def ranger(self) -> None:
        """A file that is gone was put aside by somebody else."""
        await asyncio.to_thread(lambda: [self._ranger(one) for one in self._lus])


class Retours:
    """`async for lot in retours.lots(): …commit…; await lot.ranger()`. `lire` never raises.

    A long message is read up to `max_octets`: reports stand at its beginning. Raises OSError for a folder that is not
    there.
    """

    def __init__(
        self, folder: Path, lire: Callable[[bytes], Retour | None], *, lot: int = 100, max_octets: int = 1_000_000
    ) -> None:
        self._folder = folder
        self._lire = lire
        self._lot = lot
        self._max_octets = max_octets

    async def lots(self) -> AsyncIterator[Lot]:
        """What is there now, by name; what comes meanwhile is there the next time."""
        maildir, fichiers = await asyncio.to_thread(self._list)
        ranger = self._ranger_maildir if maildir else self._ranger_plat
        for start in range(0, len(fichiers), self._lot):
            lus = await asyncio.to_thread(self._read_all, fichiers[start : start + self._lot])
            if lus:
                yield Lot(lus, ranger)

    def _list(self) -> tuple[bool, list[Path]]:
        new, cur = self._folder / "new", self._folder / "cur"
        if new.is_dir() and cur.is_dir():
            unseen = [file for file in _files(cur) if _SEEN not in file.name.partition(_INFO)[2]]
            return True, _files(new) + unseen
        return False, _files(self._folder)

    def _read_all(self, fichiers: list[Path]) -> list[Lu]:
        read = (self._read(fichier) for fichier in fichiers)
        return [one for one in read if one is not None]

    def _read(self, fichier: Path) -> Lu | None:
        try:
            with fichier.open("rb") as file:
                return Lu(fichier, self._lire(file.read(self._max_octets)))
        except FileNotFoundError:
            return None
        except OSError:
            return Lu(fichier, None)

    def _ranger_maildir(self, one: Lu) -> None:
        """Seen; what is no bounce of ours is flagged as well, for somebody to look at."""
        name, _, flags = one.fichier.name.partition(_INFO)
        flags = "".join(sorted({*flags, _SEEN} | (set() if one.retour else {_FLAGGED})))
        _move(one.fichier, self._folder / "cur", lambda more: f"{name}{more}{_INFO}{flags}")

    def _ranger_plat(self, one: Lu) -> None:
        folder = self._folder / ("lus" if one.retour else "illisibles")
        folder.mkdir(exist_ok=True)
        _move(one.fichier, folder, lambda more: f"{one.fichier.stem}{more}{one.fichier.suffix}")


def _files(folder: Path) -> list[Path]:
    """Plain files: a pipe would keep us waiting, a link may lead anywhere."""
    with os.scandir(folder) as entries:
        names = [one.name for one in entries if not one.name.startswith(".") and one.is_file(follow_symlinks=False)]
    return [folder / name for name in sorted(names)]


def _move(source: Path, folder: Path, name: Callable[[str], str]) -> None:
    """Under a name that is free: nothing there is overwritten."""
    target, rank = folder / name(""), 1
    while target.exists() and target != source:
        target, rank = folder / name(f"-{rank}"), rank + 1
    try:
        source.rename(target)
    except FileNotFoundError:
        return
