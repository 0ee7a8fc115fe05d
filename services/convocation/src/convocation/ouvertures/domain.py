"""Opening of the service (R12, R13): the most specific decision holds; without any, the service is closed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from convocation.ouvertures.refus import OuvertureRefusee


class PorteeOuverture(StrEnum):
    """What a decision is about, from the least to the most specific."""

    NATIONALE = "NATIONALE"
    ACADEMIE = "ACADEMIE"
    ETABLISSEMENT = "ETABLISSEMENT"


class Cible(NamedTuple):
    """`code`: "*" for the nation, the académie's two digits, or the UAI."""

    portee: PorteeOuverture
    code: str


class Decision(NamedTuple):
    """Open from `debut` (included) to `fin` (excluded), both aware, None being no bound; or closed."""

    ouverte: bool
    debut: datetime | None = None
    fin: datetime | None = None

    def tient(self, now: datetime) -> bool:
        """Whether the service is open at `now`."""
        begun = self.debut is None or self.debut <= now
        return self.ouverte and begun and (self.fin is None or now < self.fin)

    def ouvrira(self, now: datetime) -> datetime | None:
        """When it opens, where that is still to come."""
        return self.debut if self.ouverte and self.debut is not None and now < self.debut else None


class EnCours(NamedTuple):
    """What is under way in a session while its service closes.

    `restent`: lycées that stay open by their own decision or their académie's.
    """

    lycees_ouverts: int = 0
    restent: int = 0
    sans_convocation: int = 0
    missions_sans_personne: int = 0
    brouillons: int = 0
    non_lues: int = 0
    mails_a_partir: int = 0
    empechements: int = 0


NATIONALE = Cible(PorteeOuverture.NATIONALE, "*")
_DERNIERE_ANNEE = 2199
"""Programs write « no end » as the last instant of 9999: that has no local time east of Greenwich."""


def cibles(academie: str, uai: str) -> list[Cible]:
    """The decisions that concern an établissement, the most specific first."""
    return [Cible(PorteeOuverture.ETABLISSEMENT, uai), Cible(PorteeOuverture.ACADEMIE, academie), NATIONALE]


def in_force(decisions: Mapping[Cible, Decision], academie: str, uai: str) -> tuple[Cible, Decision] | None:
    """The decision that holds for an établissement, within one session."""
    return next(((cible, decisions[cible]) for cible in cibles(academie, uai) if cible in decisions), None)


def est_ouvert(decisions: Mapping[Cible, Decision], academie: str, uai: str, now: datetime) -> bool:
    """Whether the établissement may convoke at `now`; `reads.TIENT` says the same in SQL."""
    held = in_force(decisions, academie, uai)
    return held is not None and held[1].tient(now)


def ouvrira(decisions: Mapping[Cible, Decision], academie: str, uai: str, now: datetime) -> datetime | None:
    """When the établissement's service will open, if a decision that holds already says so."""
    held = in_force(decisions, academie, uai)
    return held[1].ouvrira(now) if held is not None else None


def bornee(propre: Decision, nationale: Decision | None) -> Decision | None:
    """What is left of an académie's own dates inside the nation's; None: nothing, the nation's hold."""
    if nationale is None or not nationale.ouverte:
        return None
    fins = [one for one in (propre.fin, nationale.fin) if one is not None]
    fin = min(fins) if fins else None
    if fin == nationale.fin or (fin and nationale.debut and fin <= nationale.debut):
        return None  # the nation's end, or over before the nation opens
    return Decision(True, nationale.debut, fin)


def juger_limite(limite: datetime | None, nationale: Decision | None, now: datetime, *, decidee: bool) -> None:
    """Whether an académie may close then: inside what is open for the nation; None gives the nation's deadline back.

    `decidee`: the administrateur has decided for this académie; it is not for the académie to say otherwise.
    Raises OuvertureRefusee.
    """
    if nationale is None or not nationale.ouverte or (nationale.fin is not None and nationale.fin <= now):
        phrase = "Le service n’est pas ouvert pour toutes les académies\u00a0: il n’a pas de date limite."
        raise OuvertureRefusee(phrase, "ferme_le")
    if decidee:
        phrase = "L’administrateur a décidé du service de cette académie\u00a0: demandez-lui de le changer."
        raise OuvertureRefusee(phrase, "ferme_le")
    if limite is None:
        return
    _proche("ferme_le", limite)
    if limite <= now:
        raise OuvertureRefusee("Cette date limite est passée.", "ferme_le")
    if nationale.fin is not None and limite > nationale.fin:
        phrase = "La date limite de l’académie ne vient pas après celle de toutes les académies."
        raise OuvertureRefusee(phrase, "ferme_le")
    if nationale.debut is not None and limite <= nationale.debut:
        raise OuvertureRefusee("La date limite vient après l’ouverture.", "ferme_le")


def a_relire(vus: EnCours, maintenant: EnCours) -> bool:
    """Whether more is under way than was read: some number has risen by over a tenth. Fewer is no news."""
    return any(now > seen + seen // 10 for seen, now in zip(vus, maintenant, strict=True))


def ferme_la_nation(decisions: Mapping[Cible, Decision | None]) -> bool:
    """Whether the service is closed for all académies."""
    held = decisions.get(NATIONALE)
    return held is not None and not held.ouverte


def juger(decision: Decision, now: datetime) -> None:
    """Raise OuvertureRefusee, with the field, for dates that make no sense at `now`; the present minute is not past."""
    debut, fin = decision.debut, decision.fin
    minute = now.replace(second=0, microsecond=0)
    for champ, instant in (("debut", debut), ("fin", fin)):
        if not decision.ouverte and instant is not None:
            raise OuvertureRefusee("Une fermeture vaut tout de suite : elle n’a ni début ni fin.", champ)
        _proche(champ, instant)
    if debut is not None and debut < minute:
        raise OuvertureRefusee("Ce début est passé : laissez-le vide pour ouvrir tout de suite.", "debut")
    if fin is not None and fin <= now:
        raise OuvertureRefusee("Cette fin est passée : pour fermer tout de suite, choisissez « Fermer ».", "fin")
    if debut is not None and fin is not None and fin <= debut:
        raise OuvertureRefusee("La fin vient après le début.", "fin")


def _proche(champ: str, instant: datetime | None) -> None:
    if instant is not None and instant.year > _DERNIERE_ANNEE:
        phrase = f"Cette date est trop lointaine\u00a0: l’année {_DERNIERE_ANNEE} est la dernière."
        raise OuvertureRefusee(phrase, champ)


def instant(local: datetime, zone: ZoneInfo, champ: str) -> datetime:
    """The instant (UTC) when clocks of `zone` show `local` (naive): the first one when they show it twice.

    Raises OuvertureRefusee for an hour that the change to summer time leaves out.
    """
    found = local.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != local:
        raise OuvertureRefusee("Cette heure n’existe pas ce jour-là : on passe à l’heure d’été.", champ)
    return found
