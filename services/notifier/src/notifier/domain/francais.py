"""French for the mails: agreement, lists and dates in letters."""

from collections.abc import Sequence
from datetime import date

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def convoque(civilite: str) -> str:
    """« convoquée », « convoqué », and both where the civilité says neither."""
    return {"Mme": "convoquée", "M.": "convoqué"}.get(civilite, "convoqué(e)")


def enumeration(mots: Sequence[str]) -> str:
    """« a », « a et b », « a, b et c »."""
    *premiers, dernier = mots or [""]
    return f"{', '.join(premiers)} et {dernier}" if premiers else dernier


def dates_en_lettres(dates: Sequence[date], article: str = "") -> str:
    """« lundi 3 février 2020 et mardi 4 février 2020 »; with an article « le lundi … et le mardi … »."""
    return enumeration([f"{article}{_en_lettres(day)}" for day in dates])


def _en_lettres(day: date) -> str:
    return f"{JOURS[day.weekday()]} {'1er' if day.day == 1 else day.day} {MOIS[day.month - 1]} {day.year}"
