"""Who asks for a person, who answers, and whose contact is kept."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY
from convocation.demandes.refus import AcademieAbsente


def may_answer(acteur: Acteur) -> None:
    """Raises Forbidden for who is not gestionnaire."""
    POLICY.scope(acteur, "demande.traiter")


def may_ask(acteur: Acteur) -> None:
    """Raises Forbidden for who is of no établissement."""
    POLICY.scope(acteur, "demande.ecrire")


def may_keep_contact(acteur: Acteur, academie: str | None = None) -> None:
    """Raises Forbidden for who is not gestionnaire, AcademieAbsente for another académie's contact."""
    if academie is None:
        POLICY.scope(acteur, "contact.ecrire")
    else:
        POLICY.visible(acteur, "contact.ecrire", AcademieAbsente, academie=academie)
