"""The API of the review of imports, for the gestionnaire and the administrateur (K.a, R54, R55)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from acces import audit
from acces.http import ActeurDep, Router
from acces.policy import Scope
from event_schemas.academies import local_time
from event_schemas.state import Academie, Session, Uai
from mission_import.domain.errors import AcademieInconnue
from mission_import.persistence import politiques, revues
from mission_import.persistence.revues import Revision, RevisionEntiere
from mission_import.policy import POLICY
from mission_import.use_cases import decide_import
from mission_import.use_cases.review_import import review
from mission_import.web.application import application
from mission_import.web.fichier_json import differentiel
from mission_import.web.limites import limit_recherche
from pages.commands import commande, reading, snapshot

router = Router(prefix="/api")
Etat = Literal["APPLIQUEE", "A_VALIDER", "REFUSEE", "REMPLACEE"]
_TAILLE = 50
NumeroRevision = Annotated[int, Field(ge=1)]
Page = Annotated[int, Query(ge=1, le=100_000)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PolitiqueIn(_In):
    mode: Literal["AUTOMATIQUE", "VALIDATION"]


class DecisionIn(_In):
    """`revision`: the one that was read."""

    revision: NumeroRevision
    decision: Literal["ACCEPTER", "REFUSER"]
    motif: Annotated[str, Field(max_length=decide_import.MAX_MOTIF, pattern=r"^[^\x00]*$")] = ""


class AcceptationIn(_In):
    """`revisions`: all that waits, as it was read: UAI → revision."""

    academie: Academie
    session: Session
    revisions: Annotated[dict[Uai, NumeroRevision], Field(max_length=5_000)]


class RejeuIn(_In):
    revision: NumeroRevision


def add_to(app: FastAPI) -> None:
    app.include_router(router)


@router.get("/academies/{academie}/politique-import")
async def get_politique(request: Request, academie: Academie, acteur: ActeurDep) -> dict[str, Any]:
    POLICY.visible(acteur, "imports.lire", AcademieInconnue, academie=academie)
    async with reading(request, acteur) as connection:
        return {"academie": academie, "mode": await politiques.mode(connection, academie)}


@router.put("/academies/{academie}/politique-import")
async def put_politique(request: Request, academie: Academie, body: PolitiqueIn, acteur: ActeurDep) -> dict[str, Any]:
    """What waits already goes on waiting: a person decides of it, or a newer revision replaces it."""
    async with commande(request, acteur) as command:
        await decide_import.set_policy(command, academie, body.mode)
    return {"academie": academie, "mode": body.mode}


@router.get("/imports", dependencies=[Depends(limit_recherche)])
async def lister(
    request: Request,
    acteur: ActeurDep,
    session: Annotated[Session | None, Query()] = None,
    etat: Annotated[Etat | None, Query()] = None,
    q: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    page: Page = 1,
) -> dict[str, Any]:
    """Closings received, the latest first, within the acteur's reach."""
    scope = POLICY.scope(acteur, "imports.lire")
    academies = None if scope is Scope.TOUT else sorted(acteur.academies)
    async with reading(request, acteur) as connection:
        rows = await revues.page(connection, academies, session=session, etat=etat, texte=q, page_=page, taille=_TAILLE)
    names = ("session", "uai", "etablissement", "academie", "revision", "etat")
    lines = [row.only(*names) | {"bilan": _bilan(row), "recue_le": _le(row.academie, row.recue_le)} for row in rows]
    return {"total": rows[0].total if rows else 0, "page": page, "imports": lines}


@router.get("/imports/journal", dependencies=[Depends(limit_recherche)])
async def journal(request: Request, acteur: ActeurDep, page: Page = 1) -> dict[str, Any]:
    """Who decided what, the latest first."""
    POLICY.scope(acteur, "audit.lire")
    async with reading(request, acteur) as connection:
        rows = await audit.find(connection, audit.Recherche(famille="imports"), taille=_TAILLE, page=page)
    return {"total": rows[0].total if rows else 0, "page": page, "actes": [row.entier for row in rows]}


@router.post("/imports/acceptation")
async def accepter_tout(request: Request, body: AcceptationIn, acteur: ActeurDep) -> dict[str, Any]:
    """All that waits of an académie and session, in one transaction."""
    async with commande(request, acteur) as command:
        return {"acceptees": await decide_import.accept_all(command, body.academie, body.session, body.revisions)}


@router.get("/imports/{session}/{uai}")
async def lire(request: Request, session: Session, uai: Uai, acteur: ActeurDep) -> dict[str, Any]:
    """What the latest revision changes, people convoked counted, and every revision."""
    async with snapshot(request, acteur) as connection:
        received, rows = await review(connection, acteur, session, uai, application(request).clock())
    return {
        "session": session,
        "uai": uai,
        "revision": received[0].revision,
        "etat": received[0].etat,
        "differentiel": differentiel(rows),
        "revisions": [_revision(row) for row in received],
    }


@router.post("/imports/{session}/{uai}/decision")
async def decider(request: Request, session: Session, uai: Uai, body: DecisionIn, acteur: ActeurDep) -> dict[str, Any]:
    """Accept or refuse what waits, as it was read; 409 with `revision` when that is not what waits any more."""
    async with commande(request, acteur) as command:
        if body.decision == "ACCEPTER":
            await decide_import.accept(command, session, uai, body.revision)
        else:
            await decide_import.refuse(command, session, uai, body.revision, body.motif)
    return {"session": session, "uai": uai, "revision": body.revision, "decision": body.decision}


@router.post("/imports/{session}/{uai}/rejeu")
async def rejouer(request: Request, session: Session, uai: Uai, body: RejeuIn, acteur: ActeurDep) -> dict[str, Any]:
    """The last applied revision again."""
    async with commande(request, acteur) as command:
        return {"resultat": await decide_import.replay(command, session, uai, body.revision)}


def _revision(row: RevisionEntiere) -> dict[str, Any]:
    names = ("revision", "ce_id", "etat", "decidee_par", "motif", "fichier_sha256", "fichier_par")
    return row.only(*names) | {
        "bilan": _bilan(row),
        "recue_le": _le(row.academie, row.recue_le),
        "decidee_le": _le(row.academie, row.decidee_le),
    }


def _bilan(row: Revision) -> dict[str, int] | None:
    return row.bilan._asdict() if row.bilan else None


def _le(academie: str, moment: datetime | None) -> str | None:
    """In the académie's own time."""
    return None if moment is None else local_time(academie, moment).isoformat()
