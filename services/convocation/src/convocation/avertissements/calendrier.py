"""The calendar that comes with the product: `dev/calendrier.py` writes it from the library `holidays`."""

import json
from datetime import date
from functools import cache
from importlib.resources import files

from convocation.avertissements.domain import Calendrier, Vacances


@cache
def calendrier() -> Calendrier:
    """Public holidays until 2040, school holidays as far as the ministry has told them."""
    told = json.loads(files("convocation.avertissements").joinpath("calendrier.json").read_text("utf-8"))
    feries = {
        territoire: {date.fromisoformat(day): nom for day, nom in days.items()}
        for territoire, days in told["feries"].items()
    }
    vacances = {
        zone: [Vacances(date.fromisoformat(debut), date.fromisoformat(fin), nom) for debut, fin, nom in periods]
        for zone, periods in told["vacances"].items()
    }
    return Calendrier(feries, vacances)
