"""Refusals of empêchements."""

from convocation.commun.refus import Kind, Refus


class MotifEmpechementAbsent(Refus):
    slug = "motif-empechement-absent"
    champ = "motif"
    phrase = "Dites en quelques mots ce qui vous empêche : l’établissement en décidera."


class ReponseEmpechementAbsente(Refus):
    slug = "reponse-empechement-absente"
    champ = "reponse"
    phrase = "Répondez à la personne : elle lira pourquoi sa convocation est maintenue."


class TexteTropLong(Refus):
    slug = "texte-trop-long"
    phrase = "Écrivez 1 000 caractères au plus."


class EmpechementDejaSignale(Refus):
    slug = "empechement-deja-signale"
    kind = Kind.CONFLIT
    phrase = "Un empêchement est déjà signalé pour cette convocation : retirez-le pour en signaler un autre."


class EmpechementTraite(Refus):
    slug = "empechement-traite"
    kind = Kind.CONFLIT
    phrase = "Cet empêchement n’attend plus de réponse : il a été traité ou retiré."


class SuppleantIndisponible(Refus):
    slug = "suppleant-indisponible"
    kind = Kind.CONFLIT
    champ = "suppleant"
    phrase = "Ce suppléant ne peut pas prendre la place : choisissez-en un autre."
