"""Permission table: action → role → scope. What is not written is denied (D40)."""

from collections.abc import Mapping
from enum import StrEnum

from acces.acteur import Acteur, Role


class Scope(StrEnum):
    """How far a right reaches: everything, one's académies, one's établissements, their numérisation alone, oneself."""

    TOUT = "TOUT"
    ACADEMIE = "ACADEMIE"
    ETABLISSEMENT = "ETABLISSEMENT"
    NUMERISATION = "NUMERISATION"
    SOI = "SOI"


class Forbidden(Exception):
    """The acteur may not do this, or not here."""

    def __init__(self, action: str) -> None:
        super().__init__(f"action {action} refused")
        self.action = action


class Policy:
    """A table action → role → scope."""

    def __init__(self, rules: Mapping[str, Mapping[Role, Scope]]) -> None:
        self._rules = rules

    def reach(self, acteur: Acteur, action: str) -> Scope | None:
        """How far `acteur` may do `action`, for who only shows a menu; None where it may not at all."""
        return self._rules.get(action, {}).get(acteur.role)

    def scope(self, acteur: Acteur, action: str) -> Scope:
        """As `reach`. Raises Forbidden where it may not at all."""
        scope = self.reach(acteur, action)
        if scope is None:
            raise Forbidden(action)
        return scope

    def authorise(
        self,
        acteur: Acteur,
        action: str,
        *,
        uai: str | None = None,
        academie: str | None = None,
        intervenant: str | None = None,
        mission: str | None = None,
    ) -> None:
        """Raise Forbidden unless the right reaches the object, named by its établissement, académie or person.

        `mission`: the type of the mission that it is, or is of.
        """
        scope = self.scope(acteur, action)
        etablissement = uai is not None and uai in acteur.uais
        reached = {
            Scope.TOUT: True,
            Scope.ACADEMIE: academie is not None and academie in acteur.academies,
            Scope.ETABLISSEMENT: etablissement,
            Scope.NUMERISATION: etablissement and mission == Scope.NUMERISATION.value,
            Scope.SOI: intervenant is not None and intervenant == acteur.sub,
        }
        if not reached[scope]:
            raise Forbidden(action)

    def visible(self, acteur: Acteur, action: str, absent: type[Exception], **reach: str | None) -> None:
        """Raise `absent` where the right does not reach: what is another's does not exist.

        Raises Forbidden for a role that has no such right at all.
        """
        self.scope(acteur, action)
        if not self.allows(acteur, action, **reach):
            raise absent

    def allows(self, acteur: Acteur, action: str, **reach: str | None) -> bool:
        """As `authorise`, for who only shows a button: the command itself authorises again."""
        try:
            self.authorise(acteur, action, **reach)
        except Forbidden:
            return False
        return True
