"""Who asks for a person, who answers, and whose contact is kept."""

from acces.acteur import Acteur
from chassis.http import Problem
from convocation.commun.policy import POLICY


def may_answer(acteur: Acteur) -> None:
    """Raises Forbidden for who is not gestionnaire."""
    POLICY.scope(acteur, "demande.traiter")


def may_ask(acteur: Acteur) -> None:
    """Raises Forbidden for who is of no établissement."""
    POLICY.scope(acteur, "demande.ecrire")


def may_keep_contact(acteur: Acteur, academie: str | None = None) -> None:
    """Another académie's contact does not exist: Problem 404. Raises Forbidden for other roles."""
    POLICY.scope(acteur, "contact.ecrire")
    if academie is not None and not POLICY.allows(acteur, "contact.ecrire", academie=academie):
        raise Problem(404, "academie-absente", "Cette académie n’est pas la vôtre.")
