"""Who may do what in this service (R12, R14, R36, R54–R57); what is not written is denied."""

from acces.acteur import Role
from acces.policy import Policy, Scope

_ETABLISSEMENT = {Role.CHEF: Scope.ETABLISSEMENT, Role.DELEGUE: Scope.ETABLISSEMENT}
_LECTURE = _ETABLISSEMENT | {Role.GESTIONNAIRE: Scope.ACADEMIE, Role.ADMINISTRATEUR: Scope.TOUT}

POLICY = Policy(
    {
        "service.ouvrir": {Role.ADMINISTRATEUR: Scope.TOUT},
        "ouvertures.lire": {Role.ADMINISTRATEUR: Scope.TOUT, Role.GESTIONNAIRE: Scope.TOUT},
        "missions.lire": _LECTURE,
        "couverture.lire": _LECTURE,
        "convocation.lire": _LECTURE | {Role.INTERVENANT: Scope.SOI},
        "convocation.ecrire": _ETABLISSEMENT,
        "remise.ecrire": _ETABLISSEMENT,
        "renvoi.demander": _ETABLISSEMENT | {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "prise-de-connaissance.ecrire": {Role.INTERVENANT: Scope.SOI},
        "empechement.signaler": {Role.INTERVENANT: Scope.SOI},
        "empechement.traiter": _ETABLISSEMENT,
        "disciplines.lire": dict.fromkeys(
            (Role.CHEF, Role.DELEGUE, Role.GESTIONNAIRE, Role.ADMINISTRATEUR), Scope.TOUT
        ),
        "intervenants.ecrire": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "exigences.lire": {Role.GESTIONNAIRE: Scope.ACADEMIE, Role.ADMINISTRATEUR: Scope.TOUT},
        "exigences.ecrire": {Role.GESTIONNAIRE: Scope.ACADEMIE, Role.ADMINISTRATEUR: Scope.TOUT},
        "signature.lire": _LECTURE,
        "signature.ecrire": {Role.CHEF: Scope.ETABLISSEMENT},
        "demande.ecrire": _ETABLISSEMENT,
        "demande.traiter": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "contact.ecrire": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "mes-convocations.lire": {Role.INTERVENANT: Scope.SOI},
        "abonnement.ecrire": {Role.INTERVENANT: Scope.SOI},
        "envoi.lire": {Role.NOTIFIER: Scope.TOUT, Role.SERVICE: Scope.TOUT},
        "etats.lire": {Role.PONT: Scope.TOUT, Role.EXPLOITATION: Scope.TOUT, Role.SERVICE: Scope.TOUT},
        "intervenants.lire": {Role.GESTIONNAIRE: Scope.ACADEMIE, Role.ADMINISTRATEUR: Scope.TOUT},
        "intervenants.fusionner": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "audit.lire": {Role.ADMINISTRATEUR: Scope.TOUT},
        # mission-import's own right: the menu leads to its pages.
        "imports.lire": {Role.GESTIONNAIRE: Scope.ACADEMIE, Role.ADMINISTRATEUR: Scope.TOUT},
    }
)
