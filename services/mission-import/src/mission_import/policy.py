"""Who may do what in this service (R54, R55, K.a); what is not written is denied."""

from acces.acteur import Role
from acces.policy import Policy, Scope

_RECTORAT = {Role.GESTIONNAIRE: Scope.ACADEMIE, Role.ADMINISTRATEUR: Scope.TOUT}

POLICY = Policy(
    {
        "imports.lire": _RECTORAT,
        "imports.decider": _RECTORAT,
        "imports.politique": _RECTORAT,
        "imports.importer": _RECTORAT,
        "clotures.essayer": {Role.CYCLADES: Scope.TOUT, Role.ADMINISTRATEUR: Scope.TOUT},
        "audit.lire": {Role.ADMINISTRATEUR: Scope.TOUT},
    }
)
