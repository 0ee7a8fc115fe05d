"""The mails that convocation asks for itself."""

from enum import StrEnum


class Objet(StrEnum):
    """Why a mail is asked for that no new version brings: the first did not arrive, an empêchement is answered."""

    RENVOI = "RENVOI"
    REPONSE = "REPONSE"
