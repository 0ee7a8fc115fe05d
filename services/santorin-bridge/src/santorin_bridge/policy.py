"""Who may ask for rights: SANTORIN and ops; what is not written is denied."""

from acces.acteur import Role
from acces.policy import Policy, Scope

POLICY = Policy({"habilitations.lire": {Role.SANTORIN: Scope.TOUT, Role.ADMINISTRATEUR: Scope.TOUT}})
