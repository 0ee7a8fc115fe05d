"""Who may ask for rights: SANTORIN and ops; what is not written is denied."""

from chassis.acteur import Role
from chassis.policy import Policy, Scope

POLICY = Policy({"habilitations.lire": {Role.SANTORIN: Scope.TOUT, Role.ADMINISTRATEUR: Scope.TOUT}})
