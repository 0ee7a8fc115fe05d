"""Refusals of a fusion."""

from convocation.commun.refus import Kind, Refus


class FusionImpossible(Refus):
    slug = "fusion-impossible"
    kind = Kind.CONFLIT
    phrase = "Ces deux fiches ne peuvent plus être fusionnées : l’une n’est plus en activité, ou c’est la même."
