"""« M. X peut-il se connecter ? » answered from this service's own database, or not at all (D21)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response

from acces.http import ActeurDep, Router
from event_schemas.academies import local_time
from santorin_bridge.domain.acces import ouvre
from santorin_bridge.domain.habilitation import Status
from santorin_bridge.web.application import application
from santorin_bridge.web.lecture import lire
from santorin_bridge.web.portees import authorise

router = Router(tags=["habilitations"])
Intervenant = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,32}$")]


@router.get("/habilitations/{intervenant}")
async def get_habilitations(
    request: Request, intervenant: Intervenant, acteur: ActeurDep, response: Response
) -> dict[str, Any]:
    """The person's rights, granted and revoked; an empty list is no right. 503 when nobody can say."""
    authorise(request, acteur, "habilitations.lire")
    lecture = await lire(request, numero=intervenant)
    response.headers["ETag"] = lecture.etag
    return {"intervenant": intervenant, **lecture.body}


@router.get("/missions/{mission_id}/habilitations")
async def get_habilitations_of_mission(
    request: Request, mission_id: UUID, acteur: ActeurDep, response: Response
) -> dict[str, Any]:
    """The rights on a mission, granted and revoked; an empty list is no right. 503 when nobody can say."""
    authorise(request, acteur, "habilitations.lire")
    lecture = await lire(request, mission_id=mission_id)
    response.headers["ETag"] = lecture.etag
    return {"mission_id": mission_id, **lecture.body}


@router.get("/acces/{intervenant}")
async def get_acces(
    request: Request,
    intervenant: Intervenant,
    acteur: ActeurDep,
    mission: UUID | None = None,
    le: date | None = None,
) -> dict[str, Any]:
    """Whether the person may enter SANTORIN: at all, or for `mission`; today in the académie, or on the day `le`.

    `autorise` is true where at least one right opens it on that day. 503 when nobody can say, never a guess.
    """
    authorise(request, acteur, "acces.verifier")
    lecture = await lire(request, numero=intervenant, mission_id=mission)
    rights = [right | {"autorise": _autorise(request, right, le)} for right in lecture.rights]
    autorise = any(right["autorise"] for right in rights)
    return {"intervenant": intervenant, "autorise": autorise, "as_of": lecture.as_of, "habilitations": rights}


def _autorise(request: Request, right: dict[str, Any], le: date | None) -> bool:
    jour = le or local_time(right["mission"]["academie"], application(request).clock()).date()
    until = right["valide_au"]
    valide_au = date.fromisoformat(until) if until else None
    return ouvre(Status(right["status"]), date.fromisoformat(right["valide_du"]), valide_au, jour)
