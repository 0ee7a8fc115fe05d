"""Who acts: for programs, and for the other services whose pages this session opens too."""

from fastapi import Request

from acces.http import ActeurDep, Router, count_functions
from acces.session import Moi

router = Router(prefix="/api", tags=["connexion"])


@router.get("/moi")
async def moi(request: Request, acteur: ActeurDep) -> Moi:
    """Who makes this request, and of how many functions this one was chosen."""
    return Moi.of(acteur, count_functions(request))
