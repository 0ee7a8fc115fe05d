"""Who may do what in this service (R12, R14, R36, R54–R57); what is not written is denied."""

from acces.acteur import Role
from acces.policy import Policy, Scope

_ETABLISSEMENT = {Role.CHEF: Scope.ETABLISSEMENT, Role.DELEGUE: Scope.ETABLISSEMENT}
_RECTORAT = {Role.GESTIONNAIRE: Scope.ACADEMIE, Role.ADMINISTRATEUR: Scope.TOUT}
# Three délégués, each may what the one before may: consulter, numériser, convoquer (0039).
# A gestionnaire who acts for an établissement convokes as its délégué does, and settles nothing of it (0064).
_POUR = {Role.POUR_ETABLISSEMENT: Scope.ETABLISSEMENT}
_CONVOCATION = _ETABLISSEMENT | _POUR | {Role.DELEGUE_NUMERISATION: Scope.NUMERISATION}
_CONSULTATION = _ETABLISSEMENT | dict.fromkeys(
    (Role.POUR_ETABLISSEMENT, Role.DELEGUE_NUMERISATION, Role.DELEGUE_CONSULTATION), Scope.ETABLISSEMENT
)
_LECTURE = _CONSULTATION | _RECTORAT

POLICY = Policy(
    {
        "service.ouvrir": {Role.ADMINISTRATEUR: Scope.TOUT},
        # Within what the administrateur has opened: the académie's own deadline, and its days of a session.
        "session.dater": _RECTORAT,
        "ouvertures.lire": {Role.ADMINISTRATEUR: Scope.TOUT, Role.GESTIONNAIRE: Scope.TOUT},
        # A session of the examination: declared, dated and archived for the nation, dated within that by an académie.
        "sessions.lire": _RECTORAT,
        "session.declarer": {Role.ADMINISTRATEUR: Scope.TOUT},
        "session.archiver": {Role.ADMINISTRATEUR: Scope.TOUT},
        "missions.lire": _LECTURE,
        "couverture.lire": _LECTURE,
        # Day by day, against the deadline and the session before.
        "avancement.lire": _RECTORAT,
        "convocation.lire": _LECTURE | {Role.INTERVENANT: Scope.SOI},
        "convocation.ecrire": _CONVOCATION,
        # Pages of a whole session; each act on a mission asks for its own right again.
        "session.preparer": _ETABLISSEMENT | _POUR | {Role.DELEGUE_NUMERISATION: Scope.ETABLISSEMENT},
        "session.suivre": _CONSULTATION,
        # Papers of a session; of a délégué à la numérisation those of his missions alone.
        "papiers.lire": _LECTURE,
        "papiers.prendre": _LECTURE | {Role.DELEGUE_NUMERISATION: Scope.NUMERISATION},
        "affectation.chercher": _CONVOCATION | _RECTORAT,
        "remise.ecrire": _CONVOCATION,
        "renvoi.demander": _CONVOCATION | {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "prise-de-connaissance.ecrire": {Role.INTERVENANT: Scope.SOI},
        "empechement.signaler": {Role.INTERVENANT: Scope.SOI},
        "empechement.traiter": _CONVOCATION,
        "disciplines.lire": dict.fromkeys(
            (
                Role.CHEF,
                Role.DELEGUE,
                Role.POUR_ETABLISSEMENT,
                Role.DELEGUE_NUMERISATION,
                Role.GESTIONNAIRE,
                Role.ADMINISTRATEUR,
            ),
            Scope.TOUT,
        ),
        "intervenants.ecrire": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "intervenants.exporter": _RECTORAT | {Role.CHEF: Scope.ETABLISSEMENT},
        "convocation.exporter": _RECTORAT,
        "exigences.lire": _RECTORAT,
        "exigences.ecrire": _RECTORAT,
        "signature.lire": _ETABLISSEMENT | _RECTORAT,
        "signature.ecrire": {Role.CHEF: Scope.ETABLISSEMENT},
        # What the établissement is told by mail, and when.
        "avis.regler": _ETABLISSEMENT,
        # A gestionnaire acts for an établissement that cannot; whoever is of it reads that, and why.
        "intervention.ouvrir": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "intervention.finir": _POUR,
        "intervention.lire": _LECTURE,
        # The rectorat reminds établissements of what they are behind with.
        "rappel.envoyer": _RECTORAT,
        # Who convokes says where one is reached.
        "coordonnees.ecrire": _ETABLISSEMENT,
        "delegation.ecrire": {Role.CHEF: Scope.ETABLISSEMENT},
        "compte.ecrire": {Role.ADMINISTRATEUR: Scope.TOUT},
        # Who convokes for the numérisation alone asks too for somebody whom the directory lacks (R36).
        "demande.ecrire": _ETABLISSEMENT | {Role.DELEGUE_NUMERISATION: Scope.ETABLISSEMENT},
        "demande.traiter": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "contact.ecrire": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "mes-convocations.lire": {Role.INTERVENANT: Scope.SOI},
        "abonnement.ecrire": {Role.INTERVENANT: Scope.SOI},
        "envoi.lire": {Role.NOTIFIER: Scope.TOUT, Role.SERVICE: Scope.TOUT},
        "etats.lire": {Role.PONT: Scope.TOUT, Role.EXPLOITATION: Scope.TOUT, Role.SERVICE: Scope.TOUT},
        "intervenants.lire": _RECTORAT,
        # The administrateur opens every page of a gestionnaire; who decides for an académie is its gestionnaire.
        "doublons.lire": _RECTORAT,
        "demande.lire": _RECTORAT,
        "contact.lire": _RECTORAT,
        "intervenants.fusionner": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "audit.lire": _RECTORAT,
        # mission-import's own right: the menu leads to its pages.
        "imports.lire": _RECTORAT,
    }
)
