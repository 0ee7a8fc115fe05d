"""Refusals of acts on several convocations."""

from convocation.commun.refus import Kind, Refus


class LotVide(Refus):
    slug = "lot-vide"
    phrase = "Cochez au moins une convocation."


class RelanceSansObjet(Refus):
    slug = "relance-sans-objet"
    kind = Kind.CONFLIT
    phrase = (
        "On relance qui n’a pas pris connaissance d’un mail déjà envoyé, une fois par jour : "
        "personne ici n’est dans ce cas."
    )


class RemplacantAbsent(Refus):
    slug = "remplacant-absent"
    champ = "remplacant"
    phrase = "Cherchez puis choisissez la personne qui remplace."
