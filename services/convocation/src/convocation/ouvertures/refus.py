"""Refusals of openings."""

from convocation.commun.refus import Kind, Refus, RefusDeChamp


class ServiceFerme(Refus):
    """R12."""

    slug = "service-ferme"
    kind = Kind.CONFLIT
    phrase = "Le service de convocation n’est pas ouvert : l’administrateur IMAGIN l’ouvre aux établissements."


class OuvertureRefusee(RefusDeChamp):
    """R12: what is wrong with a decision."""

    slug = "ouverture-refusee"
