"""The form by which a session is declared or changed, as it was typed."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from starlette.datastructures import FormData

from convocation.ouvertures.domain import NATIONALE, Decision
from convocation.ouvertures.forms import instant_saisi
from convocation.sessions.domain import UN_AN, DatesAcademie, Declaration
from convocation.sessions.refus import SessionRefusee
from convocation.sessions.sql import SessionRow
from event_schemas.academies import local_time
from pages.forms import text, version_of

_CODE = re.compile(r"[0-9]{4}-E3C[0-9]")


@dataclass(frozen=True, slots=True)
class SaisieSession:
    """The form as it was typed; `version`: of the session that is changed."""

    session: str = ""
    libelle: str = ""
    debut: str = ""
    fin: str = ""
    ouvre_le: str = ""
    ferme_le: str = ""
    reprise: str = ""
    """The session that was taken up, and its académies' dates with it where `academies` is ticked."""
    academies: str = ""
    version: int = 0

    @classmethod
    def read(cls, form: FormData) -> Self:
        typed = {name: text(form, name)[:300] for name in cls.__slots__ if name != "version"}
        return cls(**typed | {"session": typed["session"].strip().upper()}, version=version_of(form))

    @classmethod
    def of(cls, row: SessionRow) -> Self:
        """What is held, to be changed."""
        days = {name: day.isoformat() if day else "" for name, day in (("debut", row.debut), ("fin", row.fin))}
        return cls(session=row.session, libelle=row.libelle, **days, version=row.version)

    @classmethod
    def reprise_de(cls, row: SessionRow, opening: Decision | None) -> Self:
        """The session before, a year later: what to declare is read, and changed where it differs."""
        annee = int(row.session[:4])
        return cls(
            session=f"{annee + 1}{row.session[4:]}",
            libelle=row.libelle.replace(str(annee), str(annee + 1)),
            debut=_jour_decale(row.debut),
            fin=_jour_decale(row.fin),
            ouvre_le=_decale(opening.debut if opening else None),
            ferme_le=_decale(opening.fin if opening else None),
            reprise=row.session,
            academies="oui",
        )

    def declaration(self, session: str) -> Declaration:
        """Raises SessionRefusee, OuvertureRefusee, with the field."""
        if not _CODE.fullmatch(session):
            raise SessionRefusee("Écrivez l’année et le rang, par exemple 2027-E3C1.", "session")
        debut, fin = jour_saisi(self.debut, "debut"), jour_saisi(self.fin, "fin")
        ouvre_le, ferme_le = (
            instant_saisi(typed, NATIONALE.code, champ)
            for champ, typed in (("ouvre_le", self.ouvre_le), ("ferme_le", self.ferme_le))
        )
        return Declaration(session, self.libelle, debut, fin, ouvre_le, ferme_le)


def _jour_decale(jour: date | None) -> str:
    return (jour + UN_AN).isoformat() if jour else ""


def _decale(moment: datetime | None) -> str:
    """By Paris's clocks, as the form has it."""
    if moment is None:
        return ""
    return (local_time(NATIONALE.code, moment).replace(tzinfo=None) + UN_AN).isoformat(timespec="minutes")


@dataclass(frozen=True, slots=True)
class SaisieAcademie:
    """An académie's dates as they were typed."""

    debut: str = ""
    fin: str = ""
    ferme_le: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        return cls(**{name: text(form, name)[:300] for name in cls.__slots__})

    def dates(self, academie: str) -> DatesAcademie:
        """By the académie's clocks. Raises SessionRefusee, OuvertureRefusee, with the field."""
        debut, fin = jour_saisi(self.debut, "debut"), jour_saisi(self.fin, "fin")
        return DatesAcademie(debut, fin, instant_saisi(self.ferme_le, academie, "ferme_le"))


def jour_saisi(typed: str, champ: str) -> date | None:
    """A day; nothing typed is None. Raises SessionRefusee."""
    if not typed:
        return None
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2200:
        raise SessionRefusee("Donnez un jour\u00a0: cette date ne se lit pas.", champ)
    return found
