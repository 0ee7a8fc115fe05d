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


class RienASigner(Refus):
    slug = "rien-a-signer"
    kind = Kind.CONFLIT
    phrase = (
        "On établit à nouveau une convocation à venir dont le document a été édité avant que la signature soit "
        "renseignée : aucune ici n’est dans ce cas."
    )


class RienADefaire(Refus):
    slug = "rien-a-defaire"
    kind = Kind.CONFLIT
    phrase = (
        "Ce geste ne peut plus être défait : plus de deux minutes ont passé, un autre l’a suivi, ou il l’est déjà. "
        "Changez ou supprimez les convocations une à une ou ensemble."
    )


class RemplacantAbsent(Refus):
    slug = "remplacant-absent"
    champ = "remplacant"
    phrase = "Cherchez puis choisissez la personne qui remplace."
