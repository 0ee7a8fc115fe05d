"""What an établissement is told: points with a link each, in one mail whose words are written here; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from francais import enumeration, pluriel
from notifier.domain.lisible import ligne


class Point(NamedTuple):
    """One thing to see, in a sentence, with the page where one acts on it."""

    titre: str
    phrase: str
    lien: str
    session: str
    texte: str = ""
    """What a person wrote about it, on several lines."""


class Lettre(NamedTuple):
    """What convocation says of one letter. `le`: since when it waits, which is the date that the mail bears."""

    id: UUID
    uai: str
    le: datetime
    courriel: str
    nom: str
    commune: str
    page: str
    points: tuple[Point, ...]


class LettreFinie(NamedTuple):
    """What became of it: ENVOYEE; ECHOUEE or REVENUE, with the reason."""

    id: UUID
    sort: str
    motif: str | None = None


@dataclass(frozen=True, slots=True)
class PointLu:
    """A point as it is read."""

    phrase: str
    lien: str
    lignes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rubrique:
    """Points of one kind."""

    titre: str
    points: tuple[PointLu, ...]


@dataclass(frozen=True, slots=True)
class Redaction:
    """A whole mail to an établissement, in the order in which it is read."""

    sujet: str
    salutation: str
    annonce: str
    rubriques: tuple[Rubrique, ...]
    fin: tuple[str, ...]
    page_libelle: str
    page: str


_ESPACES = re.compile(r"(?<=«) | (?=[»:])")
_FIN = (
    "Les noms ne figurent pas dans ce message\u00a0: ils se lisent sur ces pages, une fois connecté.",
    "Ce message est envoyé automatiquement\u00a0: une réponse ne serait lue par personne.",
)


def rediger(lettre: Lettre) -> Redaction:
    """What the mail says."""
    points = [one._replace(titre=ligne(one.titre), phrase=_phrase(one.phrase)) for one in lettre.points]
    nom, lieu = ligne(lettre.nom), f"{ligne(lettre.nom)}, {ligne(lettre.commune)} ({ligne(lettre.uai)})"
    what, annonce = pluriel(len(points), "point à voir", "points à voir"), f"Voici ce qui est arrivé pour {lieu}."
    if points and all(one.texte for one in points):
        what, annonce = "rappel du rectorat", f"Le rectorat écrit à {lieu}."
    return Redaction(
        sujet=f"IMAG’IN\u00a0: {what} pour {nom}, {_sessions(points)}",
        salutation="Bonjour,",
        annonce=annonce,
        rubriques=tuple(_rubriques(points)),
        fin=_FIN,
        page_libelle="Choisir quand recevoir ces messages",
        page=lettre.page,
    )


def _phrase(text: str) -> str:
    """On one line, which no « is left alone at the end of."""
    return _ESPACES.sub("\u00a0", ligne(text))


def _lignes(text: str) -> tuple[str, ...]:
    """Its lines that are not empty."""
    return tuple(read for line in text.splitlines() if (read := ligne(line)))


def _sessions(points: Sequence[Point]) -> str:
    sessions = sorted({ligne(one.session) for one in points})
    return f"session{'s' if len(sessions) > 1 else ''} {enumeration(sessions)}"


def _rubriques(points: Sequence[Point]) -> list[Rubrique]:
    """In the order that was given: one kind stands together."""
    return [
        Rubrique(titre, tuple(PointLu(one.phrase, one.lien, _lignes(one.texte)) for one in some))
        for titre, some in groupby(points, key=lambda one: one.titre)
    ]


def texte(redaction: Redaction) -> str:
    """The text part."""
    parts = [redaction.salutation, redaction.annonce]
    for rubrique in redaction.rubriques:
        parts += [rubrique.titre, *map(_point, rubrique.points)]
    parts += [*redaction.fin, f"{redaction.page_libelle}\u00a0:\n{redaction.page}"]
    return "\n\n".join(parts) + "\n"


def _point(one: PointLu) -> str:
    return "\n".join((*(f"{line}\n" for line in one.lignes), f"- {one.phrase}\n  {one.lien}"))
