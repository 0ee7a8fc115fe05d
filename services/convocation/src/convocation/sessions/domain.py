"""The life of a session (0057): only declaring, opening, closing and archiving are acts; the state follows. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from convocation.sessions.refus import ArchivageRefuse, SessionRefusee
from francais import pluriel

MAX_LIBELLE = 100
_ANNEES = range(2000, 2200)
UN_AN = timedelta(weeks=52)
"""As long as a year, to the same day of the week."""


class Etat(StrEnum):
    """Where a declared session is."""

    PREPAREE = "PREPAREE"
    OUVERTE = "OUVERTE"
    CLOSE = "CLOSE"
    ARCHIVEE = "ARCHIVEE"


LIBELLES = {
    Etat.PREPAREE: "Préparée",
    Etat.OUVERTE: "Ouverte",
    Etat.CLOSE: "Close",
    Etat.ARCHIVEE: "Archivée",
}


class Service(NamedTuple):
    """What the decisions on the opening come to, taken together: is it open for anybody, will it be, was it decided."""

    ouvert: bool
    ouvrira: bool
    decide: bool


class Declaration(NamedTuple):
    """What the administrateur says of a session; None: not known yet.

    `ouvre_le`, `ferme_le`: of the nation's opening.
    """

    session: str
    libelle: str
    debut: date | None = None
    fin: date | None = None
    ouvre_le: datetime | None = None
    ferme_le: datetime | None = None


def juger_academie(debut: date | None, fin: date | None, nation: "_Tenue") -> None:
    """An académie's days are inside the nation's, as far as those are known. Raises SessionRefusee."""
    _juger_jours(debut, fin)
    for champ, jour in (("debut", debut), ("fin", fin)):
        avant = jour is not None and nation.debut is not None and jour < nation.debut
        if avant or (jour is not None and nation.fin is not None and jour > nation.fin):
            raise SessionRefusee("Ce jour n’est pas dans ceux de la session pour toutes les académies.", champ)


def borner(debut: date | None, fin: date | None, nation: "_Jours") -> tuple[date | None, date | None]:
    """Of an académie's days those that are inside the nation's; None: the nation's holds."""
    inside = [
        jour is not None
        and (nation.debut is None or jour >= nation.debut)
        and (nation.fin is None or jour <= nation.fin)
        for jour in (debut, fin)
    ]
    return debut if inside[0] else None, fin if inside[1] else None


class DatesAcademie(NamedTuple):
    """What an académie says for itself; None: as for the nation."""

    debut: date | None = None
    fin: date | None = None
    ferme_le: datetime | None = None


def reprendre(dates: DatesAcademie, declaration: Declaration, now: datetime) -> DatesAcademie:
    """What an académie said for the session before, as far as it is inside the new one's and not past.

    Its deadline is moved already.
    """
    days = [jour + UN_AN if jour is not None else None for jour in (dates.debut, dates.fin)]
    debut, fin = borner(days[0], days[1], declaration)
    limite, opens, closes = dates.ferme_le, declaration.ouvre_le, declaration.ferme_le
    inside = limite is not None and (closes is None or limite < closes) and limite > (opens or now)
    opened = opens is not None or closes is not None
    return DatesAcademie(debut, fin, limite if inside and opened else None)


class _Jours(Protocol):
    """Of a session, as far as they are known."""

    @property
    def debut(self) -> date | None: ...
    @property
    def fin(self) -> date | None: ...


class _Tenue(_Jours, Protocol):
    """A declared session as it is kept."""

    @property
    def ouvert(self) -> bool: ...
    @property
    def ouvrira(self) -> bool: ...
    @property
    def decide(self) -> bool: ...
    @property
    def archivee_le(self) -> datetime | None: ...


def etat_de(row: _Tenue) -> Etat:
    """As its openings say."""
    return etat(Service(row.ouvert, row.ouvrira, row.decide), archivee=row.archivee_le is not None)


def etat(service: Service, *, archivee: bool) -> Etat:
    """Open while anybody may convoke; closed once it was decided on, and nobody may or will."""
    if archivee:
        return Etat.ARCHIVEE
    if service.ouvert:
        return Etat.OUVERTE
    return Etat.CLOSE if service.decide and not service.ouvrira else Etat.PREPAREE


def juger_archivage(etat_actuel: Etat, a_venir: int) -> None:
    """`a_venir`: convocations that hold, with a day still to come. Raises ArchivageRefuse."""
    if etat_actuel is Etat.ARCHIVEE:
        raise ArchivageRefuse("Cette session est déjà archivée.")
    if etat_actuel is not Etat.CLOSE:
        raise ArchivageRefuse("Le service n’est pas fermé partout\u00a0: fermez-le d’abord.")
    if a_venir:
        sont = pluriel(a_venir, "convocation a une date à venir", "convocations ont une date à venir")
        raise ArchivageRefuse(f"{sont}\u00a0: archivez la session quand elles sont passées.")


def juger(libelle: str, debut: date | None, fin: date | None) -> None:
    """Raises SessionRefusee, with the field."""
    if not libelle:
        raise SessionRefusee("Donnez un libellé\u00a0: les établissements le lisent.", "libelle")
    if len(libelle) > MAX_LIBELLE:
        raise SessionRefusee(f"Le libellé tient en {MAX_LIBELLE} caractères.", "libelle")
    _juger_jours(debut, fin)


def _juger_jours(debut: date | None, fin: date | None) -> None:
    """A year later there is such a day too: the next session takes them up."""
    for champ, jour in (("debut", debut), ("fin", fin)):
        if jour is not None and jour.year not in _ANNEES:
            raise SessionRefusee(f"L’année va de {_ANNEES[0]} à {_ANNEES[-1]}.", champ)
    if debut is not None and fin is not None and fin < debut:
        raise SessionRefusee("Le dernier jour vient après le premier.", "fin")
