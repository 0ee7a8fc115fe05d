"""What is recorded of an établissement."""

from convocation.commun.schemas import Corps, Courriel, Ligne


class CoordonneesIn(Corps):
    """None: not told."""

    telephone: Ligne | None
    courriel: Courriel | None
