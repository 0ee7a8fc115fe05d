# /// script
# requires-python = ">=3.11"
# dependencies = ["holidays==0.109"]
# ///
"""`uv run dev/calendrier.py` writes the days that convocation warns of, from the library `holidays`.

The library is in no lock: it imports every country (45 MB, a second), and asks for an old python-dateutil (0045).
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import holidays
from holidays.countries.france import France

FILE = Path(__file__).parents[1] / "services/convocation/src/convocation/avertissements/calendrier.json"
_TERRITOIRES = ("57", "6AE", "971", "972", "973", "974", "976", "NC", "PF", "PM", "WF")
_YEARS = range(2026, 2041)
_SCHOOL_YEARS = range(2026, 2029)  # the ministry has told the school years to 2027-2028
_LAST_TOLD = date(2028, 8, 31)
_SOURCE = (
    "Jours fériés : code du travail, article L. 3133-1, et droit local. "
    "Vacances : arrêtés du 7 décembre 2022 (2025-2026), du 22 octobre 2025 (2026-2027, JORFTEXT000052416058) "
    "et du 21 juillet 2026 (2027-2028, JORFTEXT000054457294), https://www.education.gouv.fr/calendrier-scolaire-100148"
)


def content() -> dict[str, Any]:
    """What the file holds: where it comes from, public holidays by territory, school holidays by zone."""
    nation = _days(France(years=_YEARS, language="fr"))
    return {
        "source": _SOURCE,
        "bibliotheque": f"holidays {holidays.__version__}",
        "feries": {"FR": nation} | {one: _own(one, nation) for one in _TERRITOIRES},
        "vacances": {zone: _periods(zone) for zone in "ABC"},
    }


def _own(territoire: str, nation: Mapping[str, str]) -> dict[str, str]:
    """Days that the territory alone has."""
    days = _days(France(subdiv=territoire, years=_YEARS, language="fr"))
    return {day: name for day, name in days.items() if day not in nation}


def _days(found: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): _typographic(name) for day, name in sorted(found.items())}


def _periods(zone: str) -> list[tuple[str, str, str]]:
    """First day, last day and name of each period."""
    found = France(subdiv=f"Zone {zone}", categories=("school",), years=_SCHOOL_YEARS, language="fr")
    periods: list[tuple[date, date, str]] = []
    for day in (one for one in sorted(found) if one <= _LAST_TOLD):
        name = _typographic(found[day])
        if periods and periods[-1][1:] == (day - timedelta(1), name):
            periods[-1] = (periods[-1][0], day, name)
        else:
            periods.append((day, day, name))
    return [(first.isoformat(), last.isoformat(), name) for first, last, name in periods]


def _typographic(name: str) -> str:
    return name.replace("'", "’")


if __name__ == "__main__":
    FILE.write_text(json.dumps(content(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
