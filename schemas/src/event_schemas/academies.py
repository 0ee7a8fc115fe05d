"""The académie's own time: dates are local ones, and La Réunion is not Paris (R11)."""

from datetime import datetime
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
_OUTRE_MER = {
    "28": ZoneInfo("Indian/Reunion"),
    "31": ZoneInfo("America/Martinique"),
    "32": ZoneInfo("America/Guadeloupe"),
    "33": ZoneInfo("America/Cayenne"),
    "40": ZoneInfo("Pacific/Noumea"),
    "41": ZoneInfo("Pacific/Tahiti"),
    "42": ZoneInfo("Pacific/Wallis"),
    "43": ZoneInfo("Indian/Mayotte"),
    "44": ZoneInfo("America/Miquelon"),
}

NOMS = {
    "01": "Paris",
    "02": "Aix-Marseille",
    "03": "Besançon",
    "04": "Bordeaux",
    "06": "Clermont-Ferrand",
    "07": "Dijon",
    "08": "Grenoble",
    "09": "Lille",
    "10": "Lyon",
    "11": "Montpellier",
    "12": "Nancy-Metz",
    "13": "Poitiers",
    "14": "Rennes",
    "15": "Strasbourg",
    "16": "Toulouse",
    "17": "Nantes",
    "18": "Orléans-Tours",
    "19": "Reims",
    "20": "Amiens",
    "22": "Limoges",
    "23": "Nice",
    "24": "Créteil",
    "25": "Versailles",
    "27": "Corse",
    "28": "La Réunion",
    "31": "Martinique",
    "32": "Guadeloupe",
    "33": "Guyane",
    "43": "Mayotte",
    "40": "Nouvelle-Calédonie",
    "41": "Polynésie française",
    "42": "Wallis-et-Futuna",
    "44": "Saint-Pierre-et-Miquelon",
    "70": "Normandie",
}
"""By two-digit code (domaine.md 5.3)."""


def label(academie: str) -> str:
    """`academie` as the label of a metric: « other » for a code that is no académie's."""
    return academie if academie in NOMS else "other"


def zone(academie: str) -> ZoneInfo:
    """The zone of the clocks of `academie` (two-digit code); Paris's for any other code, « * » too."""
    return _OUTRE_MER.get(academie, _PARIS)


def local_time(academie: str, moment: datetime) -> datetime:
    """`moment` (aware) as clocks show it in `academie`."""
    return moment.astimezone(zone(academie))
