"""Refusals of the coverage."""

from convocation.commun.refus import Kind, Refus


class AcademieInconnue(Refus):
    slug = "academie-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette académie n’existe pas ou n’est pas la vôtre."
