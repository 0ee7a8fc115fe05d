"""Refusals: one class each, with the sentence the person reads. `slug` is what programs test."""

from enum import Enum, auto
from typing import Any

from mission_import.domain.fichier import Fautes


class Kind(Enum):
    """What a refusal is, for programs: pages and API answer it with the same status (web/refusals.py)."""

    SAISIE = auto()
    """The entry itself is wrong."""
    TROP_GRAND = auto()
    ABSENT = auto()
    """What is asked for does not exist, or is not one's own."""
    CONFLIT = auto()
    """The state of things does not allow it now, or is not what was read."""


class Refus(Exception):
    """A decision the rules do not allow. Nothing was written. `revision`: the latest received, where it matters."""

    slug = "refus"
    kind = Kind.SAISIE
    phrase = "Cette opération n’est pas possible."
    champ = ""
    """The id of the field in a form that it is about; empty for the whole form."""

    def __init__(self, revision: int | None = None) -> None:
        super().__init__(self.slug)
        self.revision = revision

    @property
    def details(self) -> dict[str, Any]:
        """What a program is told beside slug and phrase."""
        return {} if self.revision is None else {"revision": self.revision}


class AcademieInconnue(Refus):
    """Of an address: another académie's affairs do not exist."""

    slug = "academie-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette académie n’existe pas ou n’est pas la vôtre."


class ClotureInconnue(Refus):
    """Not received, or another académie's."""

    slug = "cloture-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette clôture n’a pas été reçue."


class RevisionDepassee(Refus):
    slug = "revision-depassee"
    kind = Kind.CONFLIT
    phrase = "Ce qui attend n’est plus ce que vous avez lu : relisez les différences, puis décidez."


class RienDeCoche(Refus):
    slug = "rien-de-coche"
    phrase = "Cochez les clôtures à accepter."


class MotifAbsent(Refus):
    slug = "motif-absent"
    champ = "motif"
    phrase = "Indiquez pourquoi cette clôture est refusée."


class MotifTropLong(Refus):
    slug = "motif-trop-long"
    champ = "motif"
    phrase = "Le motif tient en 500 caractères."


class JamaisAppliquee(Refus):
    slug = "jamais-appliquee"
    kind = Kind.CONFLIT
    phrase = "Cette révision n’a pas été appliquée : on ne rejoue que la dernière appliquée."


class FichierAbsent(Refus):
    slug = "fichier-absent"
    champ = "fichier"
    phrase = "Choisissez le fichier des clôtures."


class FichierTropGrand(Refus):
    slug = "fichier-trop-grand"
    kind = Kind.TROP_GRAND
    champ = "fichier"
    phrase = "Le fichier dépasse 7,5 Mo (7 500 000 octets) : partagez-le, une clôture entière dans chaque partie."


class FichierFautif(Refus):
    """`fautes`: all of them, counted."""

    slug = "fichier-fautif"
    champ = "fichier"
    phrase = "Le fichier contient des erreurs : rien n’est importé. Corrigez-les toutes, puis déposez-le à nouveau."

    def __init__(self, fautes: Fautes) -> None:
        super().__init__()
        self.fautes = fautes

    @property
    def details(self) -> dict[str, Any]:
        rows = [{"ligne": one.ligne, "colonne": one.colonne, "phrase": one.phrase} for one in self.fautes.en_ordre()]
        return {"total": self.fautes.total, "erreurs": rows}


class ImportInconnu(Refus):
    slug = "import-inconnu"
    kind = Kind.ABSENT
    champ = "fichier"
    phrase = "Ce fichier n’attend plus : il est gardé un jour, et un autre le remplace. Déposez-le à nouveau."


class ImportDejaFait(Refus):
    slug = "import-deja-fait"
    kind = Kind.CONFLIT
    phrase = "Ce fichier a déjà été importé : rien n’a changé."


class LectureDepassee(Refus):
    slug = "lecture-depassee"
    kind = Kind.CONFLIT
    phrase = "Ce que ce fichier changerait n’est plus ce que vous avez lu : relisez, puis confirmez."
