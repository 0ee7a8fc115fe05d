"""Refusals of delegations."""

from convocation.commun.refus import Kind, Refus, RefusDeChamp


class DelegationInconnue(Refus):
    slug = "delegation-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette délégation n’existe pas ou n’est pas de votre établissement."


class DelegationFinie(Refus):
    slug = "delegation-finie"
    kind = Kind.CONFLIT
    phrase = "Cette délégation est déjà retirée ou terminée."


class DelegationRefusee(RefusDeChamp):
    """What is wrong with the days of a delegation."""

    slug = "delegation-refusee"
