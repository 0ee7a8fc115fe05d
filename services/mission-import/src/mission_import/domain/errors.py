"""Refusals: one class each, with the sentence the person reads. `slug` is what programs test."""

from mission_import.domain.fichier import Fautes


class Refus(Exception):
    """A decision the rules do not allow. Nothing was written. `revision`: the latest received, where it matters."""

    slug = "refus"
    phrase = "Cette opération n’est pas possible."

    def __init__(self, revision: int | None = None) -> None:
        super().__init__(self.slug)
        self.revision = revision


class ClotureInconnue(Refus):
    slug = "cloture-inconnue"
    phrase = "Cette clôture n’a pas été reçue."


class RevisionDepassee(Refus):
    slug = "revision-depassee"
    phrase = "Ce qui attend n’est plus ce que vous avez lu : relisez les différences, puis décidez."


class MotifAbsent(Refus):
    slug = "motif-absent"
    phrase = "Indiquez pourquoi cette clôture est refusée."


class JamaisAppliquee(Refus):
    slug = "jamais-appliquee"
    phrase = "Cette révision n’a pas été appliquée : on ne rejoue que la dernière appliquée."


class FichierAbsent(Refus):
    slug = "fichier-absent"
    phrase = "Choisissez le fichier des clôtures."


class FichierTropGrand(Refus):
    slug = "fichier-trop-grand"
    phrase = "Le fichier dépasse 7,5 Mo (7 500 000 octets) : partagez-le, une clôture entière dans chaque partie."


class FichierFautif(Refus):
    """`fautes`: all of them, counted."""

    slug = "fichier-fautif"
    phrase = "Le fichier contient des erreurs : rien n’est importé. Corrigez-les toutes, puis déposez-le à nouveau."

    def __init__(self, fautes: Fautes) -> None:
        super().__init__()
        self.fautes = fautes


class ImportInconnu(Refus):
    slug = "import-inconnu"
    phrase = "Ce fichier n’attend plus : il est gardé un jour, et un autre le remplace. Déposez-le à nouveau."


class ImportDejaFait(Refus):
    slug = "import-deja-fait"
    phrase = "Ce fichier a déjà été importé : rien n’a changé."


class LectureDepassee(Refus):
    slug = "lecture-depassee"
    phrase = "Ce que ce fichier changerait n’est plus ce que vous avez lu : relisez, puis confirmez."
