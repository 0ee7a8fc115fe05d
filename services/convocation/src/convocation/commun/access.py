"""How far an acteur sees."""

from dataclasses import dataclass

from acces.acteur import Acteur
from acces.policy import Scope
from convocation.commun.policy import POLICY


@dataclass(frozen=True, slots=True)
class Reach:
    """UAIs and académies that are seen; None is no restriction."""

    uais: list[str] | None = None
    academies: list[str] | None = None


def reach(acteur: Acteur, action: str) -> Reach:
    """Raises Forbidden for a role that may not do it at all."""
    scope = POLICY.scope(acteur, action)
    return Reach(
        uais=sorted(acteur.uais) if scope in {Scope.ETABLISSEMENT, Scope.NUMERISATION} else None,
        academies=sorted(acteur.academies) if scope is Scope.ACADEMIE else None,
    )
