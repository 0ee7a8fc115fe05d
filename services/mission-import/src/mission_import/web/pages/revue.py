"""One closing: what its latest revision changes, in words and rows, the decision, and all that happened to it (K.a)."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from event_schemas.academies import local_time
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.state import Session, Uai
from mission_import.domain.differentiel import count
from mission_import.domain.errors import MotifAbsent, MotifTropLong, Refus, RevisionDepassee
from mission_import.persistence import revues
from mission_import.persistence.revues import ActeDecision
from mission_import.policy import POLICY
from mission_import.use_cases import decide_import
from mission_import.use_cases.review_import import review
from mission_import.web.application import application
from mission_import.web.pages import lignes
from mission_import.web.pages.ecran import MAX_FIELDS, page, within_reach
from mission_import.web.refusals import errors_of, status_of
from pages.commands import commande, see_other, snapshot
from pages.forms import fields, text, whole_number

router = Router(include_in_schema=False)
_ACTES = {
    "APPLIQUEE": "Acceptée",
    "REFUSEE": "Refusée",
    decide_import.AUCUN_CHANGEMENT: "Rejouée\u00a0: rien n’a changé",
    decide_import.DEPASSEE: "Rejouée\u00a0: rien n’a changé, une plus récente est appliquée",
    decide_import.APPLIQUEE: "Rejouée\u00a0: des missions la suivent de nouveau",
}


@router.get("/imports/{session}/{uai}")
async def lire(request: Request, session: Session, uai: Uai, acteur: ActeurDep) -> Response:
    return await _page(request, acteur, session, uai)


@router.post("/imports/{session}/{uai}/decision")
async def decider(request: Request, session: Session, uai: Uai, acteur: ActeurDep) -> Response:
    """Accept or refuse the revision that was shown; another one is shown again, with what was typed."""
    async with fields(request, max_fields=MAX_FIELDS) as form:
        accepte, motif = text(form, "action") == "accepter", text(form, "motif")
        revision = whole_number(text(form, "revision"), digits=18)
    try:
        with within_reach(acteur, "imports.decider"):
            async with commande(request, acteur) as command:
                if accepte:
                    await decide_import.accept(command, session, uai, revision)
                else:
                    await decide_import.refuse(command, session, uai, revision, motif)
    except (MotifAbsent, MotifTropLong, RevisionDepassee) as refus:
        return await _page(request, acteur, session, uai, refus=refus, motif=motif)
    return see_other(f"/imports/{session}/{uai}?fait={'acceptee' if accepte else 'refusee'}", request)


@router.post("/imports/{session}/{uai}/rejeu")
async def rejouer(request: Request, session: Session, uai: Uai, acteur: ActeurDep) -> Response:
    """The last applied revision again: it changes nothing, and the page says so."""
    async with fields(request, max_fields=MAX_FIELDS) as form:
        revision = whole_number(text(form, "revision"), digits=18)
    with within_reach(acteur, "imports.decider"):
        async with commande(request, acteur) as command:
            result = await decide_import.replay(command, session, uai, revision)
    return see_other(f"/imports/{session}/{uai}?fait={result}")


async def _page(
    request: Request, acteur: Acteur, session: str, uai: str, *, refus: Refus | None = None, motif: str = ""
) -> Response:
    with within_reach(acteur, "imports.lire"):
        async with snapshot(request, acteur) as connection:
            received, rows = await review(connection, acteur, session, uai, application(request).clock())
            held = await revues.cloture(connection, session, uai)
            actes = await revues.actes(connection, received[0].cloture, [row.revision for row in received])
    latest = received[0]
    return page(
        request,
        acteur,
        "revue.html",
        status=status_of(refus),
        cloture=lignes.recue(latest),
        place=InscriptionsClosed.model_validate_json(latest.contenu).etablissement,
        appliquee=held.revision_appliquee if held else 0,
        lignes=[lignes.mission(row) for row in rows],
        resume=lignes.resume(count(rows)),
        orphelins=lignes.orphelins(rows),
        revisions=[lignes.recue(row) for row in received],
        actes=[_acte(latest.academie, one) for one in actes],
        decide=latest.etat == "A_VALIDER" and POLICY.allows(acteur, "imports.decider", academie=latest.academie),
        erreurs=errors_of(refus),
        motif=motif,
    )


def _acte(academie: str, row: ActeDecision) -> dict[str, Any]:
    return dict(row) | {"quoi": _ACTES[row.fait], "le": local_time(academie, row.le)}
