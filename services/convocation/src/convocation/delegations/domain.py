"""A dated delegation: by a chef to one person, from day to day, at most to the end of the school year (0039)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from convocation.delegations.refus import DelegationRefusee

_AOUT = 8


class Droit(StrEnum):
    """Each contains the next: who convokes everywhere convokes for the numérisation, and whoever convokes looks."""

    CONVOQUER = "CONVOQUER"
    NUMERISER = "NUMERISER"
    CONSULTER = "CONSULTER"


LIBELLES = {Droit.CONVOQUER: "Convoquer", Droit.NUMERISER: "Numériser", Droit.CONSULTER: "Consulter"}
ROLES = {
    Droit.CONVOQUER: "delegue",
    Droit.NUMERISER: "delegue-numerisation",
    Droit.CONSULTER: "delegue-consultation",
}
"""The role, by its name in the policy, that each right makes of a person."""


class Etat(StrEnum):
    """Where a delegation stands on a day."""

    EN_COURS = "EN_COURS"
    A_VENIR = "A_VENIR"
    FINIE = "FINIE"


@dataclass(frozen=True, slots=True)
class Delegue:
    """The person, by name and academic mail address, what they may do, and between which days, both included."""

    nom: str
    courriel: str
    droit: Droit
    debut: date
    fin: date


def fin_d_annee(jour: date) -> date:
    """The last day of the school year of `jour`: the 31st of August."""
    return date(jour.year + (jour.month > _AOUT), _AOUT, 31)


def juger(delegue: Delegue, jour: date) -> None:
    """Raise DelegationRefusee, with the field, for days that make no sense on `jour`."""
    if delegue.debut < jour:
        raise DelegationRefusee("Ce premier jour est passé.", "debut")
    if delegue.fin < delegue.debut:
        raise DelegationRefusee("Le dernier jour ne peut pas précéder le premier.", "fin")
    if delegue.fin > fin_d_annee(jour):
        raise DelegationRefusee("Une délégation finit au plus tard avec l’année scolaire, le 31 août.", "fin")


def etat(debut: date, fin: date, *, retiree: bool, jour: date) -> Etat:
    """Withdrawn or past it is over; the rest is current or to come."""
    if retiree or fin < jour:
        return Etat.FINIE
    return Etat.A_VENIR if jour < debut else Etat.EN_COURS
