"""Request bodies of the signature."""

from convocation.commun.schemas import Corps, Nom


class SignatureIn(Corps):
    nom: Nom
    prenom: Nom
    qualite: Nom
