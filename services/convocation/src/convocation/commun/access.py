"""How far an acteur sees."""

from dataclasses import dataclass

from acces.acteur import Acteur
from acces.policy import Scope
from convocation.commun.policy import POLICY
from event_schemas.academies import NOMS


@dataclass(frozen=True, slots=True)
class Reach:
    """UAIs and académies that are seen; None is no restriction."""

    uais: list[str] | None = None
    academies: list[str] | None = None


@dataclass(frozen=True, slots=True)
class ChoixAcademie:
    """The académies that a list shows (None: all), the one chosen, and what there is to choose from."""

    academies: list[str] | None
    choisie: str
    choix: list[tuple[str, str]]

    @property
    def codes(self) -> list[str]:
        """The académies, one by one; none for who has none."""
        return list(NOMS) if self.academies is None else self.academies


def choose_academie(acteur: Acteur, action: str, asked: str) -> ChoixAcademie:
    """Who has several chooses; what is not theirs is left out. Raises Forbidden."""
    seen = reach(acteur, action)
    if seen.uais is not None:
        return ChoixAcademie(None, "", [])
    places = [(code, nom) for code, nom in NOMS.items() if seen.academies is None or code in seen.academies]
    choix = sorted(places, key=lambda one: one[1]) if len(places) > 1 else []
    chosen = asked if asked in dict(choix) else ""
    return ChoixAcademie([chosen] if chosen else seen.academies, chosen, choix)


def reach(acteur: Acteur, action: str) -> Reach:
    """Raises Forbidden for a role that may not do it at all."""
    scope = POLICY.scope(acteur, action)
    return Reach(
        uais=sorted(acteur.uais) if scope in {Scope.ETABLISSEMENT, Scope.NUMERISATION} else None,
        academies=sorted(acteur.academies) if scope is Scope.ACADEMIE else None,
    )
