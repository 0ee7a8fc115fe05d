"""Request bodies of the contact."""

from convocation.commun.schemas import Corps, Courriel, Ligne, Nom


class ContactIn(Corps):
    """Whom the établissements of an académie contact (R36, R54)."""

    nom: Nom
    courriel: Courriel
    telephone: Ligne
    horaires: Ligne
