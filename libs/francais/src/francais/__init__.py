"""French as a reader writes it: dates, times, numbers, plurals, lists and agreement, on screens, mails and documents.

Babel knows the words (CLDR, locale « fr »). The locale of the process is never asked: it is another one on every
machine. Pure, so a domain may import it (docs/decisions/0025).
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from francais.plis import cle

_FR = Locale("fr")
_JOUR, _HEURE = "EEEE d MMMM y", "H 'h' mm"
_PREMIER = "EEEE '1er' MMMM y"  # CLDR writes « 1 juin »; French says « 1er juin », and no other day is an ordinal
_MINUS = {ord("-"): "\u2212"}  # CLDR’s minus of « fr » is the hyphen; a reader expects the minus sign
_ENTIERS = _MINUS | {ord(","): "\u202f"}  # of Python's own form, for whole numbers


@lru_cache(maxsize=1_024)
def date_longue(jour: date) -> str:
    """« lundi 15 février 2027 », « mardi 1er juin 2027 ». Babel takes 20 µs, and people meet on the same few days."""
    return format_date(jour, _PREMIER if jour.day == 1 else _JOUR, locale=_FR)


def dates_longues(jours: Iterable[date], article: str = "") -> str:
    """« lundi 15 février 2027 et lundi 1er mars 2027 », in the order given; with an article « le lundi … et le … »."""
    return enumeration(f"{article}{date_longue(jour)}" for jour in jours)


def moment(instant: datetime) -> str:
    """« lundi 15 février 2027 à 8 h 05 », in the zone that `instant` bears."""
    return f"{date_longue(instant.date())} à {heure(instant)}"


def heure(instant: datetime) -> str:
    """« 8 h 05 », in the zone that `instant` bears."""
    return format_time(instant.time(), _HEURE, locale=_FR)


def nombre(n: float) -> str:
    """1234567.5 → 1 234 567,5 with narrow no-break spaces; every decimal is written."""
    if isinstance(n, int):  # as Babel writes it (a test says so), in a fiftieth of its time: a page has hundreds
        return f"{n:,}".translate(_ENTIERS)
    return format_decimal(n, locale=_FR, decimal_quantization=False).translate(_MINUS)


def pluriel(n: int, un: str, plusieurs: str) -> str:
    """« 0 personne », « 1 personne », « 2 personnes »: in French the plural begins at two."""
    return f"{nombre(n)} {un if _FR.plural_form(n) == 'one' else plusieurs}"


def de(nom: str) -> str:
    """« de Lyon », « d’Inès »; before h and y « de », for many names are said with them."""
    return f"d’{nom}" if cle(nom).startswith(tuple("AEIOU")) else f"de {nom}"


def enumeration(mots: Iterable[str]) -> str:
    """« a », « a et b », « a, b et c »; empty for none."""
    return format_list(list(mots), locale=_FR)


def accord(participe: str, civilite: str) -> str:
    """« convoquée », « convoqué », and both, « convoqué(e) », where the civilité says neither."""
    return participe + {"Mme": "e", "M.": ""}.get(civilite, "(e)")
