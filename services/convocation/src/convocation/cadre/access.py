"""What the frame of a page offers an acteur, and for whom the acteur acts."""

from collections.abc import Collection

from acces.acteur import Acteur
from acces.policy import Scope
from convocation.commun.policy import POLICY


def offered(acteur: Acteur, actions: Collection[str], *, reaching: Scope | None = None) -> bool:
    """Whether the acteur has one of these rights; `reaching`: only as far as that."""
    scopes = {POLICY.reach(acteur, action) for action in actions} - {None}
    return bool(scopes) if reaching is None else reaching in scopes


def of_an_etablissement(acteur: Acteur) -> bool:
    """The chef and the délégué, who see the missions of their établissements alone."""
    return offered(acteur, {"missions.lire"}, reaching=Scope.ETABLISSEMENT)
