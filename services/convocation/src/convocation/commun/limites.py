"""How often a person, or an address without one, may ask; how many people of the directory a person may read."""

from collections.abc import Sequence

from fastapi import Request

from acces import audit, debit, securite
from acces.acteur import Acteur
from acces.audit import Acte
from acces.debit import too_many
from acces.http import ActeurDep
from acces.securite import Evenement
from convocation.commun.application import application
from pages.commands import commande


async def limit_recherche(request: Request, acteur: ActeurDep) -> None:
    """The dependency of what searches people. Raises Problem 429."""
    await debit.limit_acteur(request, application(request).debits.recherches, acteur)


async def limit_document(request: Request, acteur: ActeurDep) -> None:
    """The dependency of what renders documents. Raises Problem 429."""
    await debit.limit_acteur(request, application(request).debits.documents, acteur)


async def limit_porte(request: Request, route: str) -> None:
    """For what everybody may ask: signing in, a link, a verification, a calendar. Raises Problem 429."""
    await debit.limit_peer(request, application(request).debits.portes, route)


async def count_read(request: Request, acteur: Acteur, people: Sequence[object]) -> None:
    """So many people of the directory are shown now. Raises Problem 429 beyond what anybody needs in an hour.

    The first time in an hour an act of the audit says so.
    """
    debits, key = application(request).debits, f"{acteur.role}:{acteur.sub}"
    seconds = await debits.lues.take(key, cost=len(people)) if people else 0
    securite.tell(
        request, Evenement.DIRECTORY_CAPPED if seconds else Evenement.DIRECTORY_READ, acteur, count=len(people)
    )
    if not seconds:
        return
    if not await debits.averties.take(key):
        async with commande(request, acteur) as command:
            acte = Acte("intervenants.plafond", f"acteur|{acteur.sub}")
            await audit.record(command.connection, acteur, command.now, [acte])
    raise too_many(request.scope["route"].path, seconds)
