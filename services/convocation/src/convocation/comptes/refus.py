"""Refusals of accounts and rights."""

from convocation.commun.refus import Kind, Refus, RefusDeChamp


class CompteDesactive(Refus):
    """At the sign-in."""

    slug = "compte-desactive"
    kind = Kind.CONFLIT
    phrase = "Votre compte est désactivé dans IMAG’IN : adressez-vous à l’administrateur IMAGIN."


class CompteInconnu(Refus):
    slug = "compte-inconnu"
    kind = Kind.ABSENT
    phrase = "Ce compte n’existe pas."


class AttributionInconnue(Refus):
    slug = "attribution-inconnue"
    kind = Kind.ABSENT
    phrase = "Ce droit n’existe pas."


class AttributionFinie(Refus):
    slug = "attribution-finie"
    kind = Kind.CONFLIT
    phrase = "Ce droit est déjà retiré."


class DejaDonne(Refus):
    slug = "deja-donne"
    kind = Kind.CONFLIT
    champ = "role"
    phrase = "La personne a déjà ce droit."


class DernierAdministrateur(Refus):
    slug = "dernier-administrateur"
    kind = Kind.CONFLIT
    phrase = (
        "Il ne resterait aucun administrateur IMAGIN : donnez d’abord ce droit à quelqu’un d’autre qui s’est connecté."
    )


class PropreCompte(Refus):
    slug = "propre-compte"
    kind = Kind.CONFLIT
    phrase = "Vous ne pouvez pas désactiver votre propre compte : un autre administrateur le peut."


class DroitRefuse(RefusDeChamp):
    """What is wrong with a right that is given."""

    slug = "droit-refuse"
