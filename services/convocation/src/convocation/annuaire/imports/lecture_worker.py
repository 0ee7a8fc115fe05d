"""Read a file of people in a process that yields to pages and has a limit of memory, until its parent is gone (0068).

Standard input: the file and its rules, pickled. Standard output: what stands in it, part by part, each pickled behind
its length; a length of 0 is the end.
"""

import pickle
import resource
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from chassis.launching import yield_to_pages
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.imports.domain import CHAMPS, PERIODES, Faute, Ligne, Remarque, lire
from convocation.commun.recherche import cle, formes

LENGTH = 4  # bytes
_AT_ONCE = 1_000  # people: some 2 ms of the parent's event loop
_LIMITS = (
    (resource.RLIMIT_AS, 400 * 2**20),  # it starts with 60; a workbook of 50,000 people takes 15 to 60 more
    (resource.RLIMIT_CPU, 300),  # such a workbook takes 10 to 15 seconds
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
)
_TROP_GRAND = "Le fichier demande trop de mémoire pour être lu. Enregistrez-le en CSV."


class Part(NamedTuple):
    """People as `bulk.copy` takes them, the faults of others, and what to look at."""

    personnes: list[tuple[object, ...]]
    fautes: list[Faute]
    remarques: list[Remarque]


def next_part(found: Iterator[Ligne | Faute | Remarque]) -> Part | None:
    """The next of what is found; None at the end."""
    some = list(islice(found, _AT_ONCE))
    lignes = [one for one in some if isinstance(one, Ligne)]
    fautes = [one for one in some if isinstance(one, Faute)]
    remarques = [one for one in some if isinstance(one, Remarque)]
    return Part(_rows(lignes), fautes, remarques) if some else None


def _rows(lignes: Iterable[Ligne]) -> list[tuple[object, ...]]:
    return [
        (
            *(None if name in one.absentes else _plain(getattr(one.personne, name)) for name in CHAMPS),
            one.personne.academie,
            cle(f"{one.personne.nom} {one.personne.prenom}"),
            one.ligne,
            formes(one.personne.nom, one.personne.prenom),
            None if PERIODES in one.absentes else _periodes(one.personne),
        )
        for one in lignes
    ]


def _periodes(person: Intervenant) -> str:
    return " ".join(f"{one.debut}/{one.fin}" for one in person.indisponibilites)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _limit() -> None:
    for name, value in _LIMITS:
        try:
            resource.setrlimit(name, (value, value))
        except (ValueError, OSError):
            if sys.platform != "darwin":  # macOS accepts no RLIMIT_AS; the other limits hold there
                raise


def _answer(asked: BinaryIO, answers: BinaryIO) -> None:
    octets, regles = pickle.load(asked)  # noqa: S301  # written by our parent
    if not _told(lire(octets, regles), answers):
        _write(Part([], [Faute(1, "", _TROP_GRAND)], []), answers)
    answers.write(bytes(LENGTH))
    answers.flush()


def _told(found: Iterator[Ligne | Faute | Remarque], answers: BinaryIO) -> bool:
    """False where the memory was not enough; with the error goes what took it."""
    try:
        while part := next_part(found):
            _write(part, answers)
    except MemoryError:
        return False
    return True


def _write(part: Part, answers: BinaryIO) -> None:
    written = pickle.dumps(tuple(part))  # here the class is one of __main__
    answers.write(len(written).to_bytes(LENGTH))
    answers.write(written)


if __name__ == "__main__":
    yield_to_pages()
    _limit()
    _answer(sys.stdin.buffer, sys.stdout.buffer)
