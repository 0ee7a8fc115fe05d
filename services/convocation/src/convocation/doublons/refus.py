"""Refusals of a fusion, and of undoing one."""

from convocation.commun.refus import Kind, Refus


class FusionImpossible(Refus):
    slug = "fusion-impossible"
    kind = Kind.CONFLIT
    phrase = "Ces deux fiches ne peuvent plus être fusionnées : l’une n’est plus en activité, ou c’est la même."


class FusionInconnue(Refus):
    slug = "fusion-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette fusion ne peut plus être défaite : elle l’est déjà, ou elle date de plus d’un jour."


class FusionSuivie(Refus):
    slug = "fusion-suivie"
    kind = Kind.CONFLIT
    phrase = "La fiche gardée a été fusionnée de nouveau depuis : défaites d’abord cette autre fusion."


class RienDeCoche(Refus):
    slug = "doublons-non-choisis"
    champ = "paires"
    phrase = "Cochez au moins une paire de fiches."


class FicheAGarder(Refus):
    slug = "fiche-a-garder"
    phrase = "Choisissez la fiche à garder pour chaque paire."
