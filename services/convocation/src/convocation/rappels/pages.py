"""« Rappeler des établissements »: who is late, ticked over all pages; the text and its effect; sent once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.avis.domain import Motif
from convocation.cadre.ecran import page
from convocation.commun import idempotence
from convocation.commun.application import application
from convocation.commun.refus import Refus
from convocation.commun.refusals import errors_of, status_of
from convocation.missions import reads as missions
from convocation.rappels import presenters
from convocation.rappels.access import academies, within
from convocation.rappels.commands import Rappel, send_reminders
from convocation.rappels.domain import LIBELLES, MAX_RAPPEL, Coches, modele, page_of
from convocation.rappels.forms import Saisie, read_saisie
from convocation.rappels.presenters import Demande, Vue
from convocation.rappels.refus import RappelSansObjet, RappelVide
from event_schemas import departements
from event_schemas.academies import NOMS
from pages.commands import commande, reading, see_other
from pages.forms import fields, whole_number

router = Router(include_in_schema=False)
_TAILLE, _MAX_FIELDS = 50, 200
_FILTRES = ("session", "motif", "academie", "departement", "q")


@router.get("/rappels")
async def choisir(request: Request, acteur: ActeurDep) -> Response:
    """All that are late are ticked, but for who was reminded a short while ago or cannot act."""
    async with reading(request, acteur) as connection:
        vue = await _read(request, connection, acteur)
        late = next((motif for motif, number in vue.comptes.items() if number), None)
        if late and not vue.rows and "motif" not in request.query_params:  # nobody chose what nobody is late for
            return see_other(f"/rappels?{urlencode(dict(request.query_params) | {'motif': late.value})}")
        return await _list(request, connection, acteur, vue, Saisie(Coches(vue.uais - vue.retenus.keys())))


@router.post("/rappels")
async def agir(request: Request, acteur: ActeurDep) -> Response:
    """Another page of the list, all or none ticked, the text with its effect, or the sending."""
    async with fields(request, max_fields=_MAX_FIELDS) as form:
        saisie = read_saisie(form)
    refus = None
    if saisie.action == "envoyer":
        sent = await _send(request, acteur, saisie)
        if isinstance(sent, Response):
            return sent
        refus = sent
    async with reading(request, acteur) as connection:
        vue = await _read(request, connection, acteur)
        saisie.depuis = saisie.coches.keep(vue.uais, vue.retenus)
        if saisie.action in {"apercu", "envoyer"} and saisie.coches.uais:
            return await _confirm(request, connection, acteur, vue, saisie, refus)
        if saisie.action == "apercu":
            refus = RappelVide()
        if saisie.action in {"tous", "aucun"}:
            wanted = saisie.coches.voulus(vue.retenus) | (vue.uais - vue.retenus.keys())
            saisie.coches.uais = wanted if saisie.action == "tous" else set()
        return await _list(request, connection, acteur, vue, saisie, refus)


async def _send(request: Request, acteur: Acteur, saisie: Saisie) -> Response | Refus:
    """The list with what was done, or why nothing was. Raises Forbidden."""
    state = application(request)
    try:
        async with commande(request, acteur) as command:
            asked = await _asked(request, command.connection)
            if asked.session != request.query_params.get("session"):  # of another one nothing was shown
                raise RappelSansObjet
            uais = sorted(saisie.coches.uais)
            typed = [asked.session, asked.motif.value, uais, saisie.texte]
            if not await idempotence.first_time(command.connection, acteur, saisie.cle, typed, command.now):
                return see_other(f"/rappels?{_filters(request)}fait=rappels-deja")
            wanted = Rappel(asked.session, asked.motif, uais, saisie.texte, saisie.coches.rangs())
            done = await send_reminders(command, wanted, timedelta(hours=state.settings.rappel_hours))
    except Refus as refus:
        return refus
    told = f"fait=rappels&rappeles={len(done.rappeles)}&a_jour={len(done.a_jour)}"
    return see_other(f"/rappels?{_filters(request)}{told}", request)


def _filters(request: Request, session: str = "") -> str:
    """The list's, as an address bears them; `session`: the one that is shown, so that an act is about no other."""
    found = {name: request.query_params.get(name, "") for name in _FILTRES}
    found["session"] = session or found["session"]
    kept = [(name, value[:100]) for name, value in found.items() if value]
    return f"{urlencode(kept)}&" if kept else ""


async def _asked(request: Request, connection: Connection) -> Demande:
    """What makes no sense is left out."""
    query = request.query_params
    known = await missions.vivantes(connection, application(request).clock())
    session, motif = query.get("session", ""), query.get("motif", "")
    return Demande(
        session if session in known else next(iter(known), ""),
        Motif(motif) if motif in set(Motif) else Motif.RIEN,
        academie=query.get("academie", "")[:2],
        departement=query.get("departement", "").strip().upper()[:3],
        q=query.get("q", "")[:100],
    )


async def _read(request: Request, connection: Connection, acteur: Acteur) -> Vue:
    """Raises Forbidden, AcademieInconnue."""
    state, seen = application(request), within(acteur, request.query_params.get("academie", "")[:2])
    delai = timedelta(hours=state.settings.rappel_hours)
    return await presenters.read(connection, seen, await _asked(request, connection), state.clock(), delai)


@dataclass(frozen=True, slots=True)
class _Choix:
    """What the filters offer."""

    sessions: Sequence[str]
    academies: Sequence[str]
    departements: Sequence[str]

    def contexte(self) -> dict[str, Any]:
        several = self.academies if len(self.academies) > 1 else []
        return {
            "choix_sessions": [(one, one) for one in self.sessions],
            "choix_academies": sorted(((code, NOMS[code]) for code in several), key=itemgetter(1)),
            "choix_departements": departements.choix(self.departements),
        }


async def _list(
    request: Request, connection: Connection, acteur: Acteur, vue: Vue, saisie: Saisie, refus: Refus | None = None
) -> Response:
    number, pages = page_of(vue.rows, saisie.page, _TAILLE)
    shown = vue.rows[(number - 1) * _TAILLE : number * _TAILLE]
    ailleurs = saisie.coches.uais - {row.uai for row in shown}
    state = application(request)
    places, asked = academies(acteur), vue.demande
    codes = await missions.departements(connection, asked.session, [asked.academie] if asked.academie else places)
    choix = _Choix(await missions.vivantes(connection, state.clock()), places, codes)
    return await page(
        request,
        connection,
        acteur,
        "rappels/rappels.html",
        status=status_of(refus),
        demande=vue.demande,
        requete=_filters(request, vue.demande.session),
        motif=LIBELLES[vue.demande.motif],
        motifs=presenters.choix_motifs(vue),
        lignes=[presenters.ligne(vue, row) for row in shown],
        coches=saisie.coches.uais,
        ailleurs=sorted(ailleurs),
        marques=sorted(chain.from_iterable(vue.retenus.values())),
        retenus=len(vue.retenus),
        total=len(vue.rows),
        page_numero=number,
        pages=pages,
        delai=state.settings.rappel_hours,
        depuis=presenters.decoches(vue, saisie.depuis),
        erreurs=errors_of(refus),
        rappeles=whole_number(request.query_params.get("rappeles", ""), digits=4),
        a_jour=whole_number(request.query_params.get("a_jour", ""), digits=4),
        texte=saisie.texte,
        **choix.contexte(),
    )


async def _confirm(
    request: Request, connection: Connection, acteur: Acteur, vue: Vue, saisie: Saisie, refus: Refus | None
) -> Response:
    """The text, what it becomes for one of them, and what is about to happen."""
    rows = [row for row in vue.rows if row.uai in saisie.coches.uais]
    texte = saisie.texte or ("" if saisie.action == "envoyer" else modele(vue.demande.motif))
    return await page(
        request,
        connection,
        acteur,
        "rappels/confirmer.html",
        status=status_of(refus),
        requete=_filters(request, vue.demande.session),
        motif=LIBELLES[vue.demande.motif],
        effet=presenters.effet(rows),
        nombre=len(rows),
        apercu=presenters.apercu(vue, rows[0], texte),
        texte=texte,
        plus=MAX_RAPPEL,
        aide=presenters.aide_des_marques(),
        choisis=sorted(saisie.coches.uais),
        marques=sorted(saisie.coches.marques),
        page_numero=saisie.page,
        depuis=presenters.decoches(vue, saisie.depuis),
        cle=saisie.cle or secrets.token_urlsafe(16),
        erreurs=errors_of(refus),
    )
