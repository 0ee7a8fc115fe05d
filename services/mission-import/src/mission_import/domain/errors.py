"""Refusals: one class each, with the sentence the person reads. `slug` is what programs test."""


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
