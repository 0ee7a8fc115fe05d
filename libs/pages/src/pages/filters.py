"""French typography of the screens: dates, numbers and plurals as a reader writes them, never as a program does."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_FRENCH_NUMBER = str.maketrans({",": "\u202f", ".": ",", "-": "\u2212"})


def date_longue(jour: date) -> str:
    """« lundi 15 février 2027 », « mardi 1er juin 2027 ».

    The locale of the process is not asked: it is another one on every machine.
    """
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{JOURS[jour.weekday()]} {quantieme} {MOIS[jour.month - 1]} {jour.year}"


def moment(instant: datetime) -> str:
    """« lundi 15 février 2027 à 8 h 05 », in the zone that `instant` bears."""
    return f"{date_longue(instant.date())} à {instant.hour} h {instant.minute:02}"


def dates_longues(jours: Iterable[date]) -> str:
    """« lundi 15 février 2027, mardi 16 février 2027 et lundi 1er mars 2027 », in the order given."""
    *premieres, derniere = [date_longue(jour) for jour in jours] or [""]
    return f"{', '.join(premieres)} et {derniere}" if premieres else derniere


def nombre(n: float) -> str:
    """1234567.5 → 1 234 567,5 with narrow no-break spaces."""
    return f"{n:,}".translate(_FRENCH_NUMBER)


def pluriel(n: int, un: str, plusieurs: str) -> str:
    """« 0 personne », « 1 personne », « 2 personnes »: in French the plural begins at two."""
    return f"{nombre(n)} {un if abs(n) < 2 else plusieurs}"


def erreur_de(erreurs: Iterable[Mapping[str, str]], champ: str) -> str:
    """The sentence for this field among the errors of a form, empty when it has none."""
    return next((erreur["texte"] for erreur in erreurs if erreur["champ"] == champ), "")


def merge(attributs: Mapping[str, object], *more: Mapping[str, object]) -> dict[str, object]:
    """Attributes of an element, the last word for those given twice; a `None` is left out by xmlattr."""
    return {nom: valeur for one in (attributs, *more) for nom, valeur in one.items()}


FILTERS = {
    "date_longue": date_longue,
    "dates_longues": dates_longues,
    "moment": moment,
    "nombre": nombre,
    "pluriel": pluriel,
    "erreur_de": erreur_de,
    "merge": merge,
}
