"""The search form of the journal, as it was typed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from starlette.datastructures import FormData

from acces.audit import Recherche
from convocation.journal.presenters import FAMILLES
from convocation.journal.sql import ActeDuJournal, Curseur
from event_schemas.academies import NOMS, zone
from pages.forms import text

_MAX = 100
_PARIS = zone("*")


@dataclass(frozen=True, slots=True)
class FiltreJournal:
    """What was typed."""

    famille: str = ""
    personne: str = ""
    academie: str = ""
    uai: str = ""
    du: str = ""
    au: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        return cls(**{name: text(form, name)[:_MAX] for name in cls.__slots__})

    def recherche(self) -> tuple[Recherche, list[dict[str, str]]]:
        """Days are Paris's, both included; what cannot be read is left out and told."""
        days = {name: _jour(typed) for name, typed in (("du", self.du), ("au", self.au)) if typed}
        erreurs = [{"champ": name, "texte": "Ce jour ne se lit pas."} for name, day in days.items() if day is None]
        du, au = days.get("du"), days.get("au")
        if du and au and au < du:
            erreurs.append({"champ": "au", "texte": "Le dernier jour ne vient pas avant le premier."})
        wanted = Recherche(
            famille=self.famille if self.famille in FAMILLES else None,
            academie=self.academie if self.academie in NOMS else None,
            uai=self.uai.upper() or None,
            personne=self.personne or None,
            depuis=datetime.combine(du, time(), _PARIS) if du else None,
            avant=datetime.combine(au + timedelta(days=1), time(), _PARIS) if au else None,
        )
        return wanted, erreurs


def _jour(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def curseur_lu(form: FormData) -> Curseur | None:
    """Where the next page begins, as `curseur_ecrit` wrote it; None: at the latest act."""
    le, _, rang = text(form, "apres")[:_MAX].partition("|")
    try:
        moment = datetime.fromisoformat(le)
    except ValueError:
        return None
    return Curseur(moment, rang) if moment.tzinfo and rang else None


def curseur_ecrit(acte: ActeDuJournal) -> str:
    """For the form that asks for the page after `acte`."""
    return f"{acte.le.isoformat()}|{acte.rang}"
