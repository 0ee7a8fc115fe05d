"""Refusals: one class each, with the sentence the person reads. `slug` is what programs test."""

from collections.abc import Sequence


class Refus(Exception):
    """A command the rules do not allow. Nothing was written."""

    slug = "refus"
    phrase = "Cette opération n’est pas possible."
    champ = ""
    """The id of the field in a form that it is about; empty for the whole form."""

    def __init__(self, numeros: Sequence[str] = ()) -> None:
        super().__init__(self.slug)
        self.numeros = list(numeros)


class MissionInconnue(Refus):
    slug = "mission-inconnue"
    phrase = "Cette mission n’existe pas ou n’est pas celle de votre établissement."


class ConvocationInconnue(Refus):
    slug = "convocation-inconnue"
    phrase = "Cette convocation n’existe pas ou n’est pas celle de votre établissement."


class IntervenantInconnu(Refus):
    """R36."""

    slug = "intervenant-inconnu"
    phrase = (
        "Une personne n’est pas répertoriée dans l’annuaire de l’académie : "
        "contactez le gestionnaire IMAGIN, qui peut la créer."
    )


class IntervenantInactif(Refus):
    slug = "intervenant-inactif"
    phrase = "Une personne n’est plus en activité dans l’annuaire de l’académie."


class ServiceFerme(Refus):
    """R12."""

    slug = "service-ferme"
    phrase = "Le service de convocation n’est pas ouvert : l’administrateur IMAGIN l’ouvre aux établissements."


class MissionSansCandidat(Refus):
    slug = "mission-sans-candidat"
    phrase = "Cette mission n’a plus de candidat : on n’y convoque plus personne."


class MissionDateNotChosen(Refus):
    """R37, K.f: the fictitious date is never taken over by itself."""

    slug = "date-non-choisie"
    champ = "date-1"
    phrase = "Choisissez au moins une date de mission."


class DateIllisible(Refus):
    slug = "date-illisible"
    champ = "date-1"
    phrase = "Choisissez la date de mission dans le calendrier : celle-ci ne se lit pas."


class DateInvraisemblable(Refus):
    slug = "date-invraisemblable"
    champ = "date-1"
    phrase = "L’année d’une date de mission n’est pas plausible : écrivez-la en quatre chiffres."


class QualiteInconnue(Refus):
    """R33."""

    slug = "qualite-inconnue"
    champ = "qualite"
    phrase = "La qualité est coordinateur, coordinateur adjoint, correcteur ou correcteur suppléant."


class QualiteSansObjet(Refus):
    """R52."""

    slug = "qualite-sans-objet"
    champ = "qualite"
    phrase = "La qualité n’est pas à saisir pour une mission de numérisation de copies."


class ImageRefusee(Refus):
    """D41: `phrase` says which rule the image breaks."""

    slug = "image-refusee"
    champ = "image"

    def __init__(self, phrase: str) -> None:
        super().__init__()
        self.phrase = phrase


class PersonneChoisie(Refus):
    slug = "personne-non-choisie"
    champ = "personnes"
    phrase = "Choisissez au moins une personne à convoquer, et chacune une seule fois."


class TropDePersonnes(Refus):
    slug = "trop-de-personnes"
    champ = "personnes"
    phrase = "On convoque 500 personnes au plus à la fois."


class DejaConvoque(Refus):
    """K.d."""

    slug = "deja-convoque"
    phrase = "Une personne est déjà convoquée sur cette mission : modifiez sa convocation."


class ConvocationAnnulee(Refus):
    slug = "convocation-annulee"
    phrase = "Cette convocation est annulée : convoquez la personne à nouveau."


class MotifAbsent(Refus):
    slug = "motif-absent"
    champ = "motif"
    phrase = "Indiquez le motif de l’annulation : la personne le lira."


class PlusRienAFaire(Refus):
    """For the person, of what was cancelled."""

    slug = "convocation-annulee"
    phrase = "Cette convocation est annulée : vous n’avez plus rien à faire."


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
    phrase = "Un empêchement est déjà signalé pour cette convocation : retirez-le pour en signaler un autre."


class EmpechementTraite(Refus):
    slug = "empechement-traite"
    phrase = "Cet empêchement n’attend plus de réponse : il a été traité ou retiré."


class SuppleantIndisponible(Refus):
    slug = "suppleant-indisponible"
    champ = "suppleant"
    phrase = "Ce suppléant ne peut pas prendre la place : choisissez-en un autre."


class RemiseSansObjet(Refus):
    slug = "remise-sans-objet"
    phrase = "Le mail de cette version n’a pas échoué : il n’y a pas de remise en main propre à confirmer."


class RenvoiSansObjet(Refus):
    slug = "renvoi-sans-objet"
    phrase = "Le mail de cette version n’est pas en échec, ou son renvoi est déjà demandé : il n’y a rien à renvoyer."


class AvertissementsALire(Refus):
    """Warnings nobody has read yet: told before anything is written."""

    slug = "avertissements"
    phrase = "Lisez les avertissements avant de convoquer."


class DemandeInconnue(Refus):
    slug = "demande-inconnue"
    phrase = "Cette demande n’existe pas ou n’est pas celle de votre académie."


class DemandeDejaTraitee(Refus):
    slug = "demande-deja-traitee"
    phrase = "Cette demande a déjà reçu une réponse."


class ReponseAbsente(Refus):
    slug = "reponse-absente"
    phrase = "Dites à l’établissement pourquoi la demande est refusée."


class VersionDepassee(Refus):
    """If-Match (D5)."""

    slug = "version-depassee"
    phrase = "Quelqu’un a modifié cette donnée depuis que vous l’avez lue : relisez-la puis recommencez."


class IntervenantAbsent(Refus):
    """For the gestionnaire: another académie's person does not exist either."""

    slug = "intervenant-absent"
    phrase = "Cette personne n’existe pas ou n’est pas de votre académie."


class NumeroPris(Refus):
    slug = "numero-pris"
    champ = "numero"
    phrase = "Ce numéro est déjà celui d’une personne : cherchez-la dans l’annuaire, ou corrigez le numéro."


class RaisonAbsente(Refus):
    slug = "raison-absente"
    champ = "motif"
    phrase = "Dites pourquoi : la raison reste dans le journal des actes."


class DisciplineInconnue(Refus):
    """`codes` that the nomenclature does not have."""

    slug = "discipline-inconnue"
    champ = "disciplines"
    phrase = "Discipline inconnue."

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__()
        self.codes = list(codes)


class EtablissementHorsAcademie(Refus):
    slug = "etablissement-hors-academie"
    phrase = "Cet établissement est d’une autre académie."

    def __init__(self, *, secondaire: bool) -> None:
        super().__init__()
        self.champ = "uais_secondaires" if secondaire else "uai"


class ExigenceInconnue(Refus):
    slug = "exigence-inconnue"
    phrase = "Cette épreuve n’existe pas ou n’est pas de votre académie."


class ExigenceRefusee(Refus):
    """R47: `phrase` says which rule the entry breaks, `champ` is the id of its field."""

    slug = "exigence-refusee"

    def __init__(self, phrase: str, champ: str) -> None:
        super().__init__()
        self.phrase, self.champ = phrase, champ


class ImportInconnu(Refus):
    slug = "import-inconnu"
    phrase = "Cet import n’existe pas ou n’est pas celui de votre académie."


class ImportDejaLance(Refus):
    slug = "import-deja-lance"
    phrase = "Cet import n’attend pas d’être lancé : il l’est déjà, il est terminé, ou son fichier a été effacé."


class FichierAbsent(Refus):
    slug = "fichier-absent"
    phrase = "Choisissez le fichier CSV de l’annuaire."


class FusionImpossible(Refus):
    slug = "fusion-impossible"
    phrase = "Ces deux fiches ne peuvent plus être fusionnées : l’une n’est plus en activité, ou c’est la même."


class DejaFusionnee(Refus):
    slug = "deja-fusionnee"
    phrase = "Cette fiche a été fusionnée avec une autre : elle ne peut pas être réactivée."


class OuvertureRefusee(Refus):
    """R12: `phrase` says what is wrong with a decision, `champ` is the id of its field."""

    slug = "ouverture-refusee"

    def __init__(self, phrase: str, champ: str) -> None:
        super().__init__()
        self.phrase, self.champ = phrase, champ
