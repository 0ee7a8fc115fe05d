"""What a token opens: its role may do the action, and its scopes do not leave the action out (RFC 6750 section 3.1)."""

from fastapi import Request

from acces import securite
from acces.acteur import Acteur
from acces.securite import Evenement
from chassis.problem import Problem
from santorin_bridge.policy import POLICY


def authorise(request: Request, acteur: Acteur, action: str) -> None:
    """Raises Forbidden for the role, Problem 403 for the token. One without scopes is as wide as its role."""
    POLICY.scope(acteur, action)
    if acteur.portees is None or action in acteur.portees:
        return
    securite.tell(request, Evenement.ACCESS_DENIED, acteur, action=action)
    challenge = f'Bearer error="insufficient_scope", scope="{action}"'
    sentence = "Ce jeton n’a pas la portée de cette demande : demandez-en un qui l’a."
    raise Problem(403, "portee-insuffisante", sentence, headers={"WWW-Authenticate": challenge})
