"""Which of a person's due rows go into the next mail, and what becomes of the others: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from notifier.domain.courrier import Envoi, Item, Nature
from notifier.domain.notification import Connu, Etat, nature_de

SUPERSEDED, UNKNOWN = 410, 404
_SANS_VERSION = {Nature.RAPPEL.value, Nature.REPONSE.value}  # a mail that no new version brings


class Ligne(Protocol):
    """A row of the queue whose time has come."""

    @property
    def numero(self) -> str: ...
    @property
    def nature(self) -> str: ...
    @property
    def etat(self) -> Etat: ...
    @property
    def mail_id(self) -> UUID | None: ...
    @property
    def academie(self) -> str: ...
    @property
    def premier_jour(self) -> date | None: ...
    @property
    def connu(self) -> Connu: ...


L = TypeVar("L", bound=Ligne)


def mails(rows: Iterable[L]) -> list[list[L]]:
    """Rows sorted by person → a mail each. One of uncertain fate goes again alone, before anything later (D28)."""
    found: list[list[L]] = []
    for _, group in groupby(rows, key=lambda one: one.numero):
        lines = list(group)
        engaged = [one for one in lines if one.etat is Etat.SENDING]
        found.append([one for one in engaged if one.mail_id == engaged[0].mail_id] or lines)
    return found


@dataclass(slots=True)
class Tri(Generic[L]):
    """`gardees` and `items` go together, in one order; `closes` end without a mail; `attendent`: not known yet."""

    gardees: list[L] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    closes: dict[Etat, list[L]] = field(default_factory=dict)
    attendent: list[L] = field(default_factory=list)


def pointless(row: Ligne) -> bool:
    """An end of what was never told."""
    return row.etat is Etat.PENDING and row.nature not in _SANS_VERSION and _nature(row) is None


def trier(rows: Sequence[L], answers: Mapping[L, Envoi | int], aujourd_hui: Mapping[str, date]) -> Tri[L]:
    """`answers`: what convocation says of each row, or its 404 or 410; `aujourd_hui`: the day by académie."""
    tri = Tri[L]()
    for row in rows:
        answer = answers.get(row, UNKNOWN)
        if pointless(row):
            tri.closes.setdefault(Etat.POINTLESS, []).append(row)
        elif answer == SUPERSEDED:
            tri.closes.setdefault(Etat.SUPERSEDED, []).append(row)
        elif not isinstance(answer, Envoi):
            tri.attendent.append(row)
        elif row.etat is Etat.PENDING and not _encore_utile(row, answer, aujourd_hui):
            tri.closes.setdefault(Etat.POINTLESS, []).append(row)
        else:
            tri.gardees.append(row)
            tri.items.append(Item(_told_as(row, answer), answer))
    return tri


def _nature(row: Ligne) -> Nature | None:
    return nature_de(row.connu, active=row.nature != Nature.ANNULATION)


def _told_as(row: Ligne, envoi: Envoi) -> Nature:
    """A mail under way says what it said, whatever came back meanwhile; one that an établissement asks for reminds."""
    if row.nature in _SANS_VERSION:
        return Nature(row.nature)
    nature = _nature(row) or Nature(row.nature)
    return Nature.RAPPEL if envoi.relancee and nature is not Nature.ANNULATION else nature


def _encore_utile(row: Ligne, envoi: Envoi, aujourd_hui: Mapping[str, date]) -> bool:
    """Nobody is reminded of what he has acknowledged, nor on the day or after it; an answer is one while it stands."""
    if row.nature == Nature.REPONSE:
        return envoi.reponse_empechement is not None
    if row.nature != Nature.RAPPEL:
        return True
    today = aujourd_hui.get(row.academie)
    return not envoi.lue and row.premier_jour is not None and today is not None and today < row.premier_jour
