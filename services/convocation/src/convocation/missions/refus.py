"""Refusals of missions."""

from convocation.commun.refus import Kind, Refus


class SessionNonDeclaree(Refus):
    """Nobody has said that there is such a session: its missions wait, and nothing is decided about them."""

    slug = "session-non-declaree"
    kind = Kind.CONFLIT
    phrase = "Cette session n’est pas déclarée\u00a0: l’administrateur IMAGIN la déclare d’abord."
    champ = "session"


class SessionArchivee(Refus):
    """Its missions and convocations are read by everybody who could, and written by nobody."""

    slug = "session-archivee"
    kind = Kind.CONFLIT
    phrase = "Cette session est archivée\u00a0: elle se lit, et rien ne s’y change plus."


class MissionInconnue(Refus):
    slug = "mission-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette mission n’existe pas ou n’est pas celle de votre établissement."
