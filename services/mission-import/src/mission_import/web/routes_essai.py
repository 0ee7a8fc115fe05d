"""What would become of one record of the topic of closings, for Cyclades' developers (0058): nothing is written.

Over HTTP a CloudEvent has the same three modes as over Kafka. So the request is the record: its body, `content-type`
and `ce-…` headers; only the key has no place there.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request

from acces.http import ActeurDep, Router
from chassis.envelopes import MAX_EVENTS, record_of
from event_schemas.catalogue import INSCRIPTIONS
from mission_import.policy import POLICY
from mission_import.use_cases.essais.try_record import Devenir, Sortie, try_record
from mission_import.web.application import application
from mission_import.web.limites import limit_fichier
from pages.commands import snapshot

router = Router(prefix="/api/clotures")
PHRASES = {
    Devenir.APPLIQUEE: "Elle serait appliquée : ses missions la suivraient.",
    Devenir.A_VALIDER: "Elle attendrait une décision du gestionnaire de l’académie.",
    Devenir.REMPLACEE: "Une révision plus haute la suit dans l’enregistrement : elle seule compterait.",
    Devenir.IDENTIQUE: "Cette révision est déjà reçue, avec ce contenu : rien ne changerait.",
    Devenir.DEPASSEE: "Une révision plus haute est déjà reçue : rien ne changerait.",
    Devenir.CONFLIT: "Cette révision est déjà reçue avec un autre contenu : elle serait une lettre morte.",
    Devenir.LETTRE_MORTE: "Elle ne peut pas être lue : elle serait une lettre morte.",
}
_CLOTURE = {
    "session": "2020-E3C1",
    "uai": "0699001J",
    "revision": 1,
    "cloturee_le": "2019-11-09T18:30:00Z",
    "etablissement": {"nom": "Lycée des Essais", "commune": "Villefictive", "academie": "10"},
    "epreuves": [
        {"code": "HG", "libelle": "Histoire-géographie", "type": "E3C", "voie": "GENERALE", "candidats_inscrits": 96}
    ],
}
_EVENT = {
    "specversion": "1.0",
    "type": "fr.cyclades.inscriptions-closed.v1",
    "id": "cloture-1",
    "source": "/cyclades",
    "data": _CLOTURE,
}
_CONTENT = {
    "application/json": {"schema": {"type": "object"}, "example": _CLOTURE},
    "application/cloudevents+json": {"schema": {"type": "object"}, "example": _EVENT},
    "application/cloudevents-batch+json": {
        "schema": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": MAX_EVENTS},
        "example": [_EVENT],
    },
}
_BODY = {"requestBody": {"required": True, "content": _CONTENT}}
_KAFKA = {"content-type": "content-type", "traceparent": "traceparent"}


def add_to(app: FastAPI) -> None:
    app.include_router(router)


@router.post("/essai", openapi_extra=_BODY, dependencies=[Depends(limit_fichier)])
async def essayer(
    request: Request,
    acteur: ActeurDep,
    cle: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")] = None,
) -> dict[str, Any]:
    """`cle`: the record's key; where it is not said, the closing's own UAI."""
    POLICY.scope(acteur, "clotures.essayer")
    value, now = await request.body(), application(request).clock()
    record = record_of(INSCRIPTIONS, cle.encode() if cle is not None else None, value, _headers(request), now)
    async with snapshot(request, acteur) as connection:
        found = await try_record(connection, record, now, any_key=cle is None)
    return {"clotures": [_sortie(one) for one in found]}


def _headers(request: Request) -> tuple[tuple[str, bytes], ...]:
    """Those of the request that a record would have: twice where they stand twice."""
    pairs = ((name.decode("latin-1").lower(), value) for name, value in request.headers.raw)
    kept = ((f"ce_{name[3:]}" if name.startswith("ce-") else _KAFKA.get(name, ""), value) for name, value in pairs)
    return tuple((name, value) for name, value in kept if name)


def _sortie(one: Sortie) -> dict[str, Any]:
    cloture = one.cloture
    return {
        "rang": one.rang,
        "session": cloture.session if cloture else None,
        "uai": cloture.uai if cloture else None,
        "revision": cloture.revision if cloture else None,
        "devenir": one.devenir.value,
        "phrase": PHRASES[one.devenir],
        "raisons": list(one.raisons),
        "missions": one.missions._asdict() if one.missions else None,
    }
