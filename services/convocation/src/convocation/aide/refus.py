"""Refusals of the help."""

from convocation.commun.refus import Kind, Refus


class SujetInconnu(Refus):
    """Of an address."""

    slug = "sujet-inconnu"
    kind = Kind.ABSENT
    phrase = "L’aide n’a pas de page à cette adresse."
