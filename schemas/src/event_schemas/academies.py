"""The académie's own time: dates are local ones, and La Réunion is not Paris (R11, architecture.md)."""

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


def zone(academie: str) -> ZoneInfo:
    """The zone of the clocks of `academie` (two-digit code); Paris's for any other code, « * » too."""
    return _OUTRE_MER.get(academie, _PARIS)


def local_time(academie: str, moment: datetime) -> datetime:
    """`moment` (aware) as clocks show it in `academie`."""
    return moment.astimezone(zone(academie))
