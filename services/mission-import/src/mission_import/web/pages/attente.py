"""All that waits of an académie and session, decided at once as it was seen (K.a)."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.state import Academie, Session
from mission_import.domain.differentiel import Ligne, count
from mission_import.domain.errors import Refus, RevisionDepassee
from mission_import.persistence.revues import RevisionEntiere
from mission_import.use_cases import decide_import
from mission_import.use_cases.review_import import review_waiting
from mission_import.web.application import application
from mission_import.web.pages import lignes
from mission_import.web.pages.ecran import MAX_FIELDS, page, within_reach
from mission_import.web.refusals import errors_of, status_of
from pages.commands import commande, see_other, snapshot
from pages.forms import fields, texts, whole_number

router = Router(include_in_schema=False)


@router.get("/imports/a-valider/{academie}/{session}")
async def lire(request: Request, academie: Academie, session: Session, acteur: ActeurDep) -> Response:
    return await _page(request, acteur, academie, session)


@router.post("/imports/a-valider/{academie}/{session}")
async def accepter(request: Request, academie: Academie, session: Session, acteur: ActeurDep) -> Response:
    """What came meanwhile was not seen: then nothing is accepted and the list is shown again."""
    async with fields(request, max_fields=MAX_FIELDS) as form:
        pairs = (one.partition(":") for one in texts(form, "vue"))
        seen = {uai: whole_number(revision, digits=18) for uai, _, revision in pairs}
    try:
        with within_reach(acteur, "imports.decider"):
            async with commande(request, acteur) as command:
                await decide_import.accept_all(command, academie, session, seen)
    except RevisionDepassee as refus:
        return await _page(request, acteur, academie, session, refus)
    return see_other("/imports?fait=acceptees")


async def _page(request: Request, acteur: Acteur, academie: str, session: str, refus: Refus | None = None) -> Response:
    with within_reach(acteur, "imports.lire"):
        async with snapshot(request, acteur) as connection:
            found = await review_waiting(connection, acteur, academie, session, application(request).clock())
    attente = [_cloture(row, rows) for row, rows in found]
    return page(
        request,
        acteur,
        "a_valider.html",
        status=status_of(refus),
        academie=lignes.academie(academie),
        session=session,
        lignes=attente,
        resume=lignes.resume(count(ligne for _, rows in found for ligne in rows)),
        orphelins=sum(one["orphelins"] for one in attente),
        erreurs=errors_of(refus),
    )


def _cloture(row: RevisionEntiere, rows: list[Ligne]) -> dict[str, Any]:
    """A closing with what it would change now, not what was reckoned when it came."""
    return lignes.recue(row) | {
        "place": InscriptionsClosed.model_validate_json(row.contenu).etablissement,
        "resume": lignes.resume(count(rows)),
        "orphelins": lignes.orphelins(rows),
    }
