"""The rectorat acts for an établissement: how long, under which name (0064)."""

from datetime import timedelta

DUREE = timedelta(hours=2)
"""Who goes on after that begins anew, with a reason."""
UN_CLIC = timedelta(minutes=1)
"""The same once more within it is a second click."""
MAX_MOTIF = 500


def nom_pour(nom: str, etablissement: str) -> str:
    """The name that acts bear."""
    return f"{nom} pour {etablissement}"
