"""Who may ask for rights: SANTORIN and ops; what is not written is denied. A client's token may be narrower (0062)."""

from collections.abc import Mapping

from acces.acteur import Role
from acces.policy import Policy, Scope

_WHO = {Role.SANTORIN: Scope.TOUT, Role.ADMINISTRATEUR: Scope.TOUT}
POLICY = Policy({"acces.verifier": _WHO, "habilitations.lire": _WHO})
PORTEES: Mapping[str, str] = {
    "acces.verifier": "Vérifier qu’une personne peut entrer.",
    "habilitations.lire": "Lister les droits d’une personne ou d’une mission.",
}
"""The scopes of tokens: an action of the policy each, with the words for who asks for a token."""
