"""Refusals of openings."""

from convocation.commun.refus import Kind, Refus, RefusDeChamp


class ServiceFerme(Refus):
    """R12."""

    slug = "service-ferme"
    kind = Kind.CONFLIT
    phrase = "Le service de convocation n’est pas ouvert : l’administrateur IMAGIN l’ouvre aux établissements."


class FermetureARelire(Refus):
    """More is under way than whoever closes the service has read."""

    slug = "fermeture-a-relire"
    kind = Kind.CONFLIT
    phrase = "Ce qui est en cours a changé depuis que vous l’avez lu. Relisez, puis confirmez\u00a0: rien n’est fermé."


class OuvertureRefusee(RefusDeChamp):
    """R12: what is wrong with a decision."""

    slug = "ouverture-refusee"
