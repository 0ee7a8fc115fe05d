"""Refusals of sessions."""

from convocation.commun.refus import Kind, Refus, RefusDeChamp


class SessionInconnue(Refus):
    """Nobody declared it."""

    slug = "session-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette session n’est pas déclarée."


class SessionDejaDeclaree(Refus):
    slug = "session-deja-declaree"
    kind = Kind.CONFLIT
    phrase = "Cette session est déjà déclarée."
    champ = "session"


class ArchivageRefuse(Refus):
    """What still goes on ends first; `phrase` says what."""

    slug = "archivage-refuse"
    kind = Kind.CONFLIT

    def __init__(self, phrase: str) -> None:
        super().__init__()
        self.phrase = phrase


class SessionRefusee(RefusDeChamp):
    """What is wrong with what was said of a session."""

    slug = "session-refusee"
