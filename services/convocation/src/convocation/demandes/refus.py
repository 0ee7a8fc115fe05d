"""Refusals of demandes de création."""

from convocation.commun.refus import Kind, Refus


class DemandeInconnue(Refus):
    slug = "demande-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette demande n’existe pas ou n’est pas celle de votre académie."


class DemandeDejaTraitee(Refus):
    slug = "demande-deja-traitee"
    kind = Kind.CONFLIT
    phrase = "Cette demande a déjà reçu une réponse."


class ReponseAbsente(Refus):
    slug = "reponse-absente"
    phrase = "Dites à l’établissement pourquoi la demande est refusée."
