"""Refusals of the directory."""

from convocation.commun.refus import Kind, Refus


class IntervenantAbsent(Refus):
    """For the gestionnaire: another académie's person does not exist either."""

    slug = "intervenant-absent"
    kind = Kind.ABSENT
    phrase = "Cette personne n’existe pas ou n’est pas de votre académie."


class NumeroPris(Refus):
    slug = "numero-pris"
    kind = Kind.CONFLIT
    champ = "numero"
    phrase = "Ce numéro est déjà celui d’une personne : cherchez-la dans l’annuaire, ou corrigez le numéro."


class JumelleConnue(Refus):
    """It names the number of the person whose name, address and établissement these are."""

    slug = "jumelle-connue"
    kind = Kind.CONFLIT
    phrase = "Une personne de l’annuaire a ce nom, ce courriel et cet établissement : est-ce elle ?"


class RaisonAbsente(Refus):
    slug = "raison-absente"
    champ = "motif"
    phrase = "Dites pourquoi : la raison reste dans le journal des actes."


class EtablissementHorsAcademie(Refus):
    slug = "etablissement-hors-academie"
    phrase = "Cet établissement est d’une autre académie."

    def __init__(self, *, secondaire: bool) -> None:
        super().__init__()
        self.champ = "uais_secondaires" if secondaire else "uai"


class DejaFusionnee(Refus):
    slug = "deja-fusionnee"
    kind = Kind.CONFLIT
    phrase = "Cette fiche a été fusionnée avec une autre : elle ne peut pas être réactivée."
