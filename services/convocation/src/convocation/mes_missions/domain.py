"""« Mes missions » (R57): what a convoked person does in SANTORIN (R16–R18, R50), and when her missions are."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from convocation.convocations.domain import Qualite
from convocation.suivi.domain import Acces


class UsageSantorin(StrEnum):
    """What one enters SANTORIN for; the value stands in its address."""

    CORRECTION = "correction"
    SUIVI = "suivi"
    NUMERISATION = "numerisation"


LIBELLES_USAGES = {
    UsageSantorin.CORRECTION: "pour corriger les copies",
    UsageSantorin.SUIVI: "pour suivre la correction",
    UsageSantorin.NUMERISATION: "pour numériser les copies",
}
_SUIVENT = {Qualite.COORDINATEUR, Qualite.COORDINATEUR_ADJOINT}
ATTENTES = {
    Acces.EN_COURS: "Votre accès est en cours de transmission à SANTORIN.",
    Acces.TRANSMISE: "Votre accès est transmis à SANTORIN\u00a0: il s’ouvre dès que SANTORIN l’a accepté.",
    Acces.REJETEE: "SANTORIN a refusé votre accès\u00a0: contactez l’établissement, qui le voit aussi.",
}
"""What is waited for, until the right of an active convocation is accepted."""


class Moment(StrEnum):
    """Where a mission stands for the person."""

    A_VENIR = "à venir"
    PASSEE = "passée"
    ANNULEE = "annulée"


def usage(qualite: Qualite | None) -> UsageSantorin:
    """R16, R18: correcteurs and suppléants correct, coordinateurs and adjoints follow; R17, R50: no qualité scans."""
    if qualite is None:
        return UsageSantorin.NUMERISATION
    return UsageSantorin.SUIVI if qualite in _SUIVENT else UsageSantorin.CORRECTION


def adresse(modele: str | None, pour: UsageSantorin) -> str | None:
    """Where SANTORIN is entered; `{acces}` in the setting becomes the usage. None where nobody said."""
    return modele.replace("{acces}", pour.value) if modele else None


def moment(dates: Sequence[date], aujourdhui: date, *, active: bool) -> Moment:
    """A mission is past once its last day is."""
    if not active:
        return Moment.ANNULEE
    return Moment.A_VENIR if max(dates) >= aujourdhui else Moment.PASSEE


def prochaine(dates: Sequence[date], aujourdhui: date) -> date:
    """The next day of a mission, its last one when all are past."""
    return min((day for day in dates if day >= aujourdhui), default=max(dates))
