"""Refusals of what épreuves ask for."""

from convocation.commun.refus import Kind, Refus


class ExigenceInconnue(Refus):
    slug = "exigence-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette épreuve n’existe pas ou n’est pas de votre académie."


class ExigenceRefusee(Refus):
    """R47: `phrase` says which rule the entry breaks, `champ` is the id of its field."""

    slug = "exigence-refusee"

    def __init__(self, phrase: str, champ: str) -> None:
        super().__init__()
        self.phrase, self.champ = phrase, champ
