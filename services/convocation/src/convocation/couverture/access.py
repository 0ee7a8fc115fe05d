"""What an acteur may compare and filter in the coverage."""

from dataclasses import replace

from acces.acteur import Acteur
from acces.policy import Scope
from convocation.commun.access import reach
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue
from convocation.couverture.domain import Regroupement
from convocation.couverture.sql import FiltreCouverture
from event_schemas.academies import NOMS

_ACTION = "couverture.lire"


def regroupements(acteur: Acteur) -> list[Regroupement]:
    """What one may group by: who sees one académie or établissement has nothing to compare above it.

    Raises Forbidden.
    """
    scope = POLICY.scope(acteur, _ACTION)
    above = {Scope.TOUT: 0, Scope.ACADEMIE: 1 if len(acteur.academies) < 2 else 0, Scope.ETABLISSEMENT: 2}
    return list(Regroupement)[above.get(scope, 0) :]


def academies(acteur: Acteur) -> list[str]:
    """Those that the filter offers."""
    seen = reach(acteur, _ACTION)
    return [] if seen.uais is not None else sorted(NOMS) if seen.academies is None else seen.academies


def within(acteur: Acteur, asked: FiltreCouverture) -> FiltreCouverture:
    """What is asked for, within what the acteur sees; another académie does not exist.

    Raises Forbidden, AcademieInconnue.
    """
    seen = reach(acteur, _ACTION)
    if asked.academie and seen.academies is not None:
        POLICY.visible(acteur, _ACTION, AcademieInconnue, academie=asked.academie)
    return replace(asked, uais=seen.uais, academies=seen.academies)
