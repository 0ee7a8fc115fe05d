"""What waits of an académie and session: filtered, ticked over all pages, accepted as it was seen (K.a, 0059)."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from event_schemas import uai
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.state import Academie, Session
from francais.plis import cle
from mission_import.domain.differentiel import Ligne, Tri, count, kinds
from mission_import.domain.errors import Refus, RienDeCoche
from mission_import.persistence.revues import RevisionEntiere
from mission_import.use_cases import decide_import
from mission_import.use_cases.review_import import review_waiting
from mission_import.web.application import application
from mission_import.web.pages import lignes
from mission_import.web.pages.ecran import MAX_FIELDS, page, within_reach
from mission_import.web.refusals import errors_of, status_of
from pages.commands import commande, see_other, snapshot
from pages.forms import fields, page_number, text, texts, whole_number

router = Router(include_in_schema=False)
_TAILLE = 50
TRIS = {
    Tri.CREEES: "Missions créées",
    Tri.RETIREES: "Missions retirées",
    Tri.HAUSSE: "Candidats en hausse",
    Tri.BAISSE: "Candidats en baisse",
    Tri.NOM: "Noms seuls",
}


@dataclass(slots=True)
class _Saisie:
    """`coches`: « UAI:revision » of what is ticked, as it was shown; `action`: of the button."""

    coches: set[str] = field(default_factory=set)
    action: str = ""
    page: int = 1

    @classmethod
    def of(cls, form: FormData) -> "_Saisie":
        action, _, number = text(form, "action").partition("|")
        return cls(set(texts(form, "vue")), action, page_number(number or text(form, "page") or "1"))

    @property
    def seen(self) -> dict[str, int]:
        """UAI → revision."""
        pairs = (one.partition(":") for one in self.coches)
        return {place: whole_number(revision, digits=18) for place, _, revision in pairs}


@router.get("/imports/a-valider/{academie}/{session}")
async def lire(request: Request, academie: Academie, session: Session, acteur: ActeurDep) -> Response:
    saisie = _Saisie(page=page_number(request.query_params.get("page", "1")))
    return await _page(request, acteur, (academie, session), saisie)


@router.post("/imports/a-valider/{academie}/{session}")
async def accepter(request: Request, academie: Academie, session: Session, acteur: ActeurDep) -> Response:
    """Another page, all or none ticked, or the acceptance; a line that is not what was seen is told and left."""
    async with fields(request, max_fields=MAX_FIELDS) as form:
        saisie = _Saisie.of(form)
    if saisie.action != "accepter":
        return await _page(request, acteur, (academie, session), saisie)
    try:
        with within_reach(acteur, "imports.decider"):
            async with commande(request, acteur) as command:
                done = await decide_import.accept_some(command, academie, session, saisie.seen)
    except RienDeCoche as refus:
        return await _page(request, acteur, (academie, session), saisie, refus=refus)
    changed = " ".join(filter(uai.valid, done.changees))
    told = urlencode({"acceptees": len(done.acceptees), "deja": len(done.deja), "changees": changed})
    return see_other(f"{request.url.path}?{_filters(request)}{told}")


def _filters(request: Request) -> str:
    """The list's, as an address bears them."""
    asked = {name: request.query_params.get(name, "")[:100] for name in ("q", "tri")}
    kept = {name: value for name, value in asked.items() if value}
    return f"{urlencode(kept)}&" if kept else ""


async def _page(
    request: Request, acteur: Acteur, place: tuple[str, str], saisie: _Saisie, *, refus: Refus | None = None
) -> Response:
    academie, session = place
    with within_reach(acteur, "imports.lire"):
        async with snapshot(request, acteur) as connection:
            found = await review_waiting(connection, acteur, academie, session, application(request).clock())
    attente = [_cloture(row, rows) for row, rows in found]
    retenues = _filtered(request, attente)
    pages = max(1, -(-len(retenues) // _TAILLE))
    number = min(saisie.page, pages)
    montrees = retenues[(number - 1) * _TAILLE : number * _TAILLE]
    coches = _ticked(saisie, attente, retenues)
    query = request.query_params
    changed = {one for one in query.get("changees", "").split() if uai.valid(one)}
    return page(
        request,
        acteur,
        "a_valider.html",
        status=status_of(refus),
        academie=lignes.academie(academie),
        session=session,
        adresse=request.url.path,
        requete=_filters(request),
        demande={"q": query.get("q", "")[:100], "tri": query.get("tri", "")},
        tris=[(one.value, label) for one, label in TRIS.items()],
        attendent=len(attente),
        retenues=len(retenues),
        lignes=montrees,
        resume=lignes.resume(count(ligne for _, rows in found for ligne in rows)),
        orphelins=sum(one["orphelins"] for one in attente),
        coches=coches,
        ailleurs=sorted(coches - {one["vue"] for one in montrees}),
        page_numero=number,
        pages=pages,
        **{name: _number(query.get(name, "")) for name in ("acceptees", "deja")},
        changees=[one for one in attente if one["uai"] in changed],
        parties=sorted(changed - {one["uai"] for one in attente}),
        erreurs=errors_of(refus),
    )


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0


def _filtered(request: Request, attente: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that have each word of `q`, and the kind of change `tri`."""
    words = cle(request.query_params.get("q", "")[:100]).split()
    tri = request.query_params.get("tri", "")
    chosen = Tri(tri) if tri in set(Tri) else None
    return [
        one
        for one in attente
        if all(word in one["recherche"] for word in words) and (chosen is None or chosen in one["tris"])
    ]


def _ticked(saisie: _Saisie, attente: list[dict[str, Any]], retenues: list[dict[str, Any]]) -> set[str]:
    """What is ticked and waits still as it was seen; « Tout cocher » is of the filter."""
    coches = saisie.coches & {one["vue"] for one in attente}
    listed = {one["vue"] for one in retenues}
    return {"tous": coches | listed, "aucun": coches - listed}.get(saisie.action, coches)


def _cloture(row: RevisionEntiere, rows: list[Ligne]) -> dict[str, Any]:
    """A closing with what it would change now, not what was reckoned when it came."""
    place = InscriptionsClosed.model_validate_json(row.contenu).etablissement
    tris = kinds(rows)
    return lignes.recue(row) | {
        "place": place,
        "vue": f"{row.uai}:{row.revision}",
        "recherche": cle(f"{row.uai} {place.nom} {place.commune}"),
        "tris": tris,
        "tris_mots": [label for one, label in TRIS.items() if one in tris],
        "resume": lignes.resume(count(rows)),
        "orphelins": lignes.orphelins(rows),
    }
