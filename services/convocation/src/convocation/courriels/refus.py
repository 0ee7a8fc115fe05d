"""Refusals of mails that failed."""

from convocation.commun.refus import Kind, Refus


class RemiseSansObjet(Refus):
    slug = "remise-sans-objet"
    kind = Kind.CONFLIT
    phrase = "Le mail de cette version n’a pas échoué : il n’y a pas de remise en main propre à confirmer."


class RenvoiSansObjet(Refus):
    slug = "renvoi-sans-objet"
    kind = Kind.CONFLIT
    phrase = "Le mail de cette version n’est pas en échec, ou son renvoi est déjà demandé : il n’y a rien à renvoyer."
