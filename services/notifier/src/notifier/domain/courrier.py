"""What a mail is made of: its items, each one version of one convocation with all that convocation says of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Nature(StrEnum):
    """How an item is told, decided from what the person was told before; RAPPEL and REPONSE are no convocation's."""

    CONVOCATION = "CONVOCATION"
    MODIFICATION = "MODIFICATION"
    ANNULATION = "ANNULATION"
    RAPPEL = "RAPPEL"
    REPONSE = "REPONSE"


@dataclass(frozen=True, slots=True)
class Entree:
    """What a change can touch, as the person was last told of it."""

    qualite: str | None
    dates: tuple[date, ...]
    observation: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The stored document, byte for byte (D29)."""

    nom: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Calendrier:
    """An iCalendar object of one convocation; `methode` is its METHOD."""

    nom: str
    methode: str
    texte: str


@dataclass(frozen=True, slots=True)
class Envoi:
    """What convocation answers for one version. `signataire` has two lines; `reponse` is « Nom <courriel> ».

    `reponse_empechement`: what the établissement last answered to an empêchement. `lien`: None where a link would
    open nothing. `relancee`: the établissement reminds of a version that was told and is not read.
    `joindre`: its telephone and mail. `signature_ajoutee`: the version that was told before bears no signature.
    """

    convocation_id: UUID
    version: int
    nature: str
    lue: bool
    courriel: str
    civilite: str
    nom: str
    prenom: str
    type: str
    libelle: str
    voie: str
    session: str
    academie: str
    etablissement: str
    qualite: str | None
    dates: tuple[date, ...]
    observation: str
    motif: str | None
    reponse_empechement: str | None
    signataire: str | None
    reponse: str | None
    precedente: Entree | None
    lien: str | None
    document: Piece
    calendrier: Calendrier
    relancee: bool = False
    joindre: str = ""
    signature_ajoutee: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a mail tells; a mail has one or more, all for one person."""

    nature: Nature
    envoi: Envoi


class AdresseChangee(NamedTuple):
    """The directory has another address than `courriel` since the day `le`. `par`: who changed it, if that is known.

    `contact`: whom the académie's people write to.
    """

    id: UUID
    courriel: str
    prenom: str
    nom: str
    le: date
    par: str | None
    contact: str | None
