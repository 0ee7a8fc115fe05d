"""How often a person may ask for lists, and have files of closings read."""

from fastapi import Request

from acces import debit
from acces.http import ActeurDep
from mission_import.web.application import application


async def limit_recherche(request: Request, acteur: ActeurDep) -> None:
    """The dependency of what lists closings. Raises Problem 429."""
    await debit.limit_acteur(request, application(request).debits.recherches, acteur)


async def limit_fichier(request: Request, acteur: ActeurDep) -> None:
    """The dependency of what reads a file, anew at each look. Raises Problem 429."""
    await debit.limit_acteur(request, application(request).debits.fichiers, acteur)
