"""Refusals of files of people."""

from convocation.commun.refus import Kind, Refus


class ImportInconnu(Refus):
    slug = "import-inconnu"
    kind = Kind.ABSENT
    phrase = "Cet import n’existe pas ou n’est pas celui de votre académie."


class ExportInconnu(Refus):
    slug = "annuaire-inconnu"
    kind = Kind.ABSENT
    phrase = "Cet annuaire n’est pas celui de votre académie ou de votre établissement."


class ImportDejaLance(Refus):
    slug = "import-deja-lance"
    kind = Kind.CONFLIT
    phrase = "Cet import n’attend pas d’être lancé : il l’est déjà, il est terminé, ou son fichier a été effacé."


class FichierAbsent(Refus):
    slug = "fichier-absent"
    phrase = "Choisissez le fichier de l’annuaire."


class FormatInconnu(Refus):
    slug = "format-inconnu"
    phrase = "Choisissez le format du fichier : XLSX ou CSV."
