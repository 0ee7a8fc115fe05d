"""Of which académies an acteur takes the convocations out."""

from acces.acteur import Acteur
from acces.policy import Scope
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue
from event_schemas.academies import NOMS

EXPORT = "convocation.exporter"


def exportable(acteur: Acteur) -> list[str]:
    """Their codes. Raises Forbidden."""
    return list(NOMS) if POLICY.scope(acteur, EXPORT) is Scope.TOUT else sorted(acteur.academies)


def may_export(acteur: Acteur, academie: str) -> None:
    """Raises Forbidden, AcademieInconnue for another's or for none."""
    POLICY.visible(acteur, EXPORT, AcademieInconnue, academie=academie)
    if academie not in NOMS:
        raise AcademieInconnue
