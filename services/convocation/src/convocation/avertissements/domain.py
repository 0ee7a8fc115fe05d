"""What is read before saving (0018), and which days of mission are to be looked at twice (0045)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from francais import date_longue

_DIT = " : "  # between whom or what a detail is about and what it says
_DIMANCHE = 6
_ZONES = {
    "A": ("03", "04", "06", "07", "08", "10", "13", "22"),
    "B": ("02", "09", "12", "14", "15", "17", "18", "19", "20", "23", "70"),
    "C": ("01", "11", "16", "24", "25"),
}
"""Académies by zone. Corse and overseas decide by themselves: of them no school holidays are known."""
_ZONE_DE = {academie: zone for zone, academies in _ZONES.items() for academie in academies}
_TERRITOIRES = {
    "15": "6AE",
    "28": "974",
    "31": "972",
    "32": "971",
    "33": "973",
    "40": "NC",
    "41": "PF",
    "42": "WF",
    "43": "976",
    "44": "PM",
}
"""Whose public holidays an académie has beside the nation's, by the codes of ISO 3166-2:FR."""
_MOSELLE = "57"  # has Alsace's, but only one département of its académie


class Vacances(NamedTuple):
    """First and last day without school."""

    debut: date
    fin: date
    nom: str


@dataclass(frozen=True, slots=True)
class Avertissement:
    """`type` is what programs test; `details` say whom or what it is about."""

    type: str
    phrase: str
    details: tuple[str, ...] = ()

    @property
    def cles(self) -> tuple[str, ...]:
        """What a form sends back as read: a key for each detail, so that a new one is asked about again."""
        return tuple(f"{self.type}|{detail}" for detail in self.details) or (self.type,)

    @property
    def lignes(self) -> list[str]:
        """The details as people read them: those of whom the same is said are named in one line."""
        groupes: dict[str, list[str]] = {}
        for detail in self.details:
            qui, _, quoi = detail.rpartition(_DIT)
            groupes.setdefault(quoi if qui else "", []).append(qui or quoi)
        return [
            ligne for quoi, tous in groupes.items() for ligne in ([f"{', '.join(tous)}{_DIT}{quoi}"] if quoi else tous)
        ]


@dataclass(frozen=True, slots=True)
class Calendrier:
    """`feries`: name by day, by territory, "FR" for the nation; `vacances`: by zone."""

    feries: Mapping[str, Mapping[date, str]]
    vacances: Mapping[str, Sequence[Vacances]]


class Lieu(NamedTuple):
    """Where a mission is, as far as days depend on it."""

    academie: str
    uai: str


class Periode(NamedTuple):
    """The first and the last day of a session's corrections in an académie; None: nobody has said."""

    debut: date | None = None
    fin: date | None = None


def fin_de_session(session: str) -> date:
    """31 August of the session's year (`2027-E3C1`), the school year's last day: where nobody has said another."""
    return date(int(session[:4]), 8, 31)


def sur_les_jours(
    calendrier: Calendrier,
    jours: Iterable[date],
    lieu: Lieu,
    session: str,
    aujourdhui: date,
    periode: Periode = Periode(),  # noqa: B008  # a tuple, which nothing can change
) -> list[Avertissement]:
    """What there is to say of the days, one warning a kind; nothing of what the calendar does not know."""
    days = sorted(set(jours))
    zone, debut, fin = _ZONE_DE.get(lieu.academie, ""), periode.debut, periode.fin or fin_de_session(session)
    feries = _feries(calendrier, lieu)
    vacances = [(day, nom) for day in days if (nom := _vacances(calendrier, zone, day))]
    found = [
        Avertissement("dimanche", "La date est un dimanche.", tuple(map(date_longue, _dimanches(days)))),
        Avertissement(
            "jour-ferie", "La date est un jour férié.", _nommes((day, feries[day]) for day in days if day in feries)
        ),
        Avertissement(
            "vacances-scolaires", f"La date tombe pendant les vacances scolaires (zone {zone}).", _nommes(vacances)
        ),
    ]
    if aujourdhui <= fin:  # once it is over, whoever opens its service means it: every day would be told
        phrase = f"La date est après la fin de la session {session}, le {date_longue(fin)}."
        found.append(Avertissement("apres-la-session", phrase, tuple(date_longue(day) for day in days if day > fin)))
    if debut is not None and aujourdhui <= fin:
        phrase = f"La date est avant le premier jour de la session {session}, le {date_longue(debut)}."
        avant = tuple(date_longue(day) for day in days if day < debut)
        found.append(Avertissement("avant-la-session", phrase, avant))
    return [one for one in found if one.details]


def _dimanches(days: Iterable[date]) -> list[date]:
    return [day for day in days if day.weekday() == _DIMANCHE]


def _nommes(days: Iterable[tuple[date, str]]) -> tuple[str, ...]:
    return tuple(f"{date_longue(day)} : {nom}" for day, nom in days)


def _feries(calendrier: Calendrier, lieu: Lieu) -> Mapping[date, str]:
    territoire = _MOSELLE if lieu.uai.startswith("057") else _TERRITOIRES.get(lieu.academie, "")
    return {**calendrier.feries["FR"], **calendrier.feries.get(territoire, {})}


def _vacances(calendrier: Calendrier, zone: str, day: date) -> str:
    found = (one.nom for one in calendrier.vacances.get(zone, ()) if one.debut <= day <= one.fin)
    return next(found, "")
