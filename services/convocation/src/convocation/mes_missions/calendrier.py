"""Convocations as calendar objects (RFC 5545, 5546): a mail's REQUEST or CANCEL, and the feed one subscribes to.

The same version gives the same bytes. A convocation has one UID in all of them. What people typed is escaped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import gcd
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vDuration, vText

from chassis.database import Row
from convocation.convocations.domain import NatureVersion, libelle_qualite
from convocation.missions.domain import MissionType
from francais import dates_longues

_PRODID = "-//IMAG'IN E3C//Convocation//FR"
_NOM, _RELECTURE = "Missions IMAG’IN", timedelta(hours=6)
_ADRESSE = "@!$'*+-._~"
"""Characters that stay as they are in a mailto URI (RFC 6068) and mean nothing in a calendar."""

_OUTLOOK_MOST = 999  # occurrences of a series, and days from one to the next
_CONTROLES = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]+")


@dataclass(frozen=True, slots=True)
class Evenement:
    """One version of a convocation. `le`: when it was recorded. `dates`: sorted, of the académie's own calendar."""

    convocation_id: UUID
    version: int
    annulee: bool
    le: datetime
    numerisation: bool
    libelle: str
    qualite: str | None
    dates: tuple[date, ...]
    observation: str
    etablissement_nom: str
    etablissement_commune: str
    nom: str
    courriel: str


class VersionRow(Row):
    """A version in the columns that a calendar needs."""

    convocation_id: UUID
    version: int
    nature: str
    qualite: str | None
    qualite_par_defaut: bool
    dates: list[date]
    observation: str
    le: datetime
    nom: str
    prenom: str
    courriel: str
    type: str
    libelle: str
    etablissement_nom: str
    etablissement_commune: str


def invitation(evenement: Evenement, organizer: str) -> tuple[str, str]:
    """Method and text of the object that goes along with a mail; `organizer`: an address that nobody reads."""
    method = "CANCEL" if evenement.annulee else "REQUEST"
    calendar, event = _calendar(method), _event(evenement, organizer)
    event["attendee"] = _attendee(evenement)
    event["description"] = _Texte(_description(evenement, "Le document de convocation est joint au message."))
    calendar.add_component(event)
    return method, _text(calendar)


def publication(evenements: Sequence[Evenement], organizer: str) -> str:
    """What a person subscribes to, with the UIDs of the mails. It invites nobody (RFC 5546 section 3.2.1)."""
    calendar = _calendar("PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar[name] = _Texte(_NOM)
    calendar.add("refresh-interval", _RELECTURE, {"VALUE": "DURATION"})
    calendar["x-published-ttl"] = vDuration(_RELECTURE)
    for evenement in evenements:
        event = _event(evenement, organizer)
        event["description"] = _Texte(
            _description(evenement, "Le document est dans «\u00a0Mes missions\u00a0», sur IMAG’IN.")
        )
        calendar.add_component(event)
    return _text(calendar)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    for name, value in (("prodid", _PRODID), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", method)):
        calendar.add(name, value)
    return calendar


def _event(evenement: Evenement, organizer: str) -> Event:
    stay = _stay(evenement.dates)
    event = Event()
    event.add("uid", f"{evenement.convocation_id}@imagin")
    event.add("sequence", evenement.version - 1)
    event.add("dtstamp", evenement.le.astimezone(UTC))
    event.add("dtstart", stay.first)
    event.add("dtend", stay.after)
    if stay.rule:
        event.add("rrule", stay.rule)
    for name, days in (("exdate", stay.not_on), ("rdate", stay.also_on)):
        if days:
            event.add(name, list(days))
    event["summary"] = _Texte(_summary(evenement))
    event["location"] = _Texte(_ligne(_lieu(evenement)))
    event["organizer"] = _address(organizer, evenement.etablissement_nom)
    event.add("status", "CANCELLED" if evenement.annulee else "CONFIRMED")
    return event


class _Stay(NamedTuple):
    """The days of one event: its first, the day after its end, and how it comes again."""

    first: date
    after: date
    rule: dict[str, Any] | None = None
    not_on: Sequence[date] = ()
    also_on: Sequence[date] = ()


def _stay(dates: Sequence[date]) -> _Stay:
    """Consecutive days are one event; others one that comes again, for one long event would claim days between.

    It is a daily rule without the days that nobody asked for: Outlook drops an event with an RDATE and no RRULE
    ([MS-OXCICAL] 2.1.3.1.1.20.18), and reads only the first UID of a request that has several. So update and
    cancellation of the one UID hold for all days. Where Outlook has no such rule, the days are RDATEs
    beside one that says nothing.
    """
    first, last = dates[0], dates[-1]
    span = (last - first).days
    if span == len(dates) - 1:
        return _Stay(first, _next(last))
    every = gcd(*((day - first).days for day in dates))
    if max(every, span // every + 1) > _OUTLOOK_MOST:
        return _Stay(first, _next(first), {"FREQ": "DAILY", "COUNT": 1}, also_on=dates[1:])
    told = [first + timedelta(days=days) for days in range(0, span + 1, every)]
    rule = {"FREQ": "DAILY", "INTERVAL": every, "COUNT": len(told)}
    return _Stay(first, _next(first), rule, not_on=[day for day in told if day not in dates])


def _next(day: date) -> date:
    return min(day, date.max - timedelta(days=1)) + timedelta(days=1)


def _attendee(evenement: Evenement) -> vCalAddress:
    address = _address(evenement.courriel, evenement.nom)
    for name, value in (("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "NEEDS-ACTION"), ("RSVP", "FALSE")):
        address.params[name] = value
    return address


def _address(courriel: str, nom: str) -> vCalAddress:
    """A parameter may hold neither double quotes nor control characters; carets would be read as escapes (RFC 6868)."""
    address = vCalAddress("mailto:" + quote(courriel, safe=_ADRESSE))
    address.params["CN"] = _ligne(nom).replace('"', "'").replace("^", " ")
    return address


def _summary(evenement: Evenement) -> str:
    # « Annulé » in the title: some clients show cancelled events like others.
    mission = "Numérisation des copies" if evenement.numerisation else f"Correction E3C\u00a0: {evenement.libelle}"
    return _ligne(f"Annulé\u00a0: {mission}" if evenement.annulee else mission)


def _lieu(evenement: Evenement) -> str:
    return ", ".join(filter(None, (evenement.etablissement_nom, evenement.etablissement_commune)))


def _description(evenement: Evenement, document: str) -> str:
    # Calendars are shared: neither a link that signs in nor the reason of a cancellation.
    if evenement.annulee:
        return f"Votre convocation à cette mission est annulée.\n{document}"
    observation = "\n".join(filter(None, map(_ligne, evenement.observation.splitlines())))
    dates = f"{'Date' if len(evenement.dates) == 1 else 'Dates'}\u00a0: {dates_longues(evenement.dates)}"
    qualite = f"Qualité\u00a0: {_ligne(evenement.qualite)}" if evenement.qualite else ""
    return "\n".join(filter(None, (qualite, dates, observation, document)))


def _ligne(texte: str) -> str:
    """Without control and direction characters: clients break the line there, or show the rest reversed."""
    return _CONTROLES.sub(" ", texte).strip()


def _text(calendar: Calendar) -> str:
    text: str = calendar.to_ical().decode()
    return text


class _Texte(vText):
    """Escaped here: icalendar itself reads a typed backslash and N as the end of a line."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def evenement(row: VersionRow) -> Evenement:
    """A version's row in the words of a calendar."""
    return Evenement(
        convocation_id=row.convocation_id,
        version=row.version,
        annulee=row.nature == NatureVersion.ANNULATION.value,
        le=row.le,
        numerisation=row.type == MissionType.NUMERISATION.value,
        libelle=row.libelle,
        qualite=libelle_qualite(row.qualite, par_defaut=row.qualite_par_defaut),
        dates=tuple(row.dates),
        observation=row.observation,
        etablissement_nom=row.etablissement_nom,
        etablissement_commune=row.etablissement_commune,
        nom=f"{row.prenom} {row.nom}",
        courriel=row.courriel,
    )
