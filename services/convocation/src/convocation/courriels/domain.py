"""The mails that convocation asks for itself."""

from enum import StrEnum


class Objet(StrEnum):
    """Why a mail that no new version brings: the first did not arrive or is lost, an empêchement is answered."""

    RENVOI = "RENVOI"
    REPONSE = "REPONSE"
