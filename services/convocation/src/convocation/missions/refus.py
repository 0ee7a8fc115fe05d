"""Refusals of missions."""

from convocation.commun.refus import Kind, Refus


class MissionInconnue(Refus):
    slug = "mission-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette mission n’existe pas ou n’est pas celle de votre établissement."
