"""Which first page an acteur has, and which of its steps are theirs to do."""

from acces.acteur import Acteur
from acces.policy import Scope
from convocation.commun.policy import POLICY

_ACTES = (
    "signature.lire",
    "signature.ecrire",
    "coordonnees.ecrire",
    "session.preparer",
    "empechement.traiter",
    "convocation.ecrire",
    "renvoi.demander",
)


def scope_of_home(acteur: Acteur) -> Scope | None:
    """How far the acteur sees missions; None for who has another first page."""
    return POLICY.reach(acteur, "missions.lire")


def droits(acteur: Acteur) -> frozenset[str]:
    """What the acteur does somewhere; each command asks again."""
    return frozenset(action for action in _ACTES if POLICY.reach(acteur, action) is not None)


def numerisation_alone(acteur: Acteur) -> bool:
    """Whether what is left is that of the numérisation only."""
    return POLICY.reach(acteur, "convocation.ecrire") is Scope.NUMERISATION
