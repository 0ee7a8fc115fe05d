"""« Suivi des convocations »: the list of a session, and one act on all that are ticked, its effect told first.

What is ticked or searched for is posted, so that no URL holds names of people.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.commande import Commande
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.annuaire import reads as annuaire
from convocation.annuaire.reads import Trouves
from convocation.avertissements.domain import Avertissement
from convocation.avis.access import may_settle
from convocation.cadre.ecran import choisir_etablissement, page
from convocation.commun.application import application
from convocation.commun.limites import count_read, limit_recherche
from convocation.commun.refus import Refus
from convocation.commun.refusals import errors_of, status_of
from convocation.convocations.commands import PassageOutre
from convocation.convocations.domain import LIBELLES
from convocation.convocations.reads import LigneConvocation
from convocation.convocations.refus import AvertissementsALire
from convocation.lots import presenters, sql
from convocation.lots.access import authorise_acting, followed, may_act, may_act_on, may_follow
from convocation.lots.commands import (
    change_lot,
    in_order,
    remember_lot,
    remind,
    replace_in_lot,
    resend,
    undo_lot,
    warn_lot,
    warn_replacement,
)
from convocation.lots.domain import DEFAIRE, LIBELLES_ACTES, MAILS, ActeEnLot, common_observation
from convocation.lots.forms import MAX_FIELDS, Lot, read_lot
from convocation.lots.refus import LotVide, RemplacantAbsent, RienASigner
from convocation.missions import reads as missions
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields, text, whole_number

router = Router(include_in_schema=False)
_ACTIVITE = "Suivi des convocations"
_FOUND = 20
_FAITS = {ActeEnLot.RELANCER: "relancees", ActeEnLot.RENVOYER: "renvoi"}
_FILTERS = ("session", "mission", "etat")


@router.get("/suivi")
async def choose(request: Request, acteur: ActeurDep) -> Response:
    """The établissement first."""
    may_follow(acteur)
    return await choisir_etablissement(request, acteur, _ACTIVITE, "/suivi")


@router.get("/suivi/{uai}")
async def suivre(request: Request, uai: str, acteur: ActeurDep) -> Response:
    async with reading(request, acteur) as connection:
        return await _list(request, connection, acteur, uai, Lot({}))


@router.post("/suivi/{uai}", dependencies=[Depends(limit_recherche)])
async def agir(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """A search by name, an act whose effect is told, or that act once it is confirmed."""
    async with fields(request, max_fields=MAX_FIELDS) as form:
        lot = read_lot(form)
    async with reading(request, acteur) as connection:
        rows = [one for one in await _rows(request, connection, acteur, uai) if one.convocation_id in lot.choix]
        if lot.acte is None:
            return await _list(request, connection, acteur, uai, lot)
        if not rows:
            return await _list(request, connection, acteur, uai, lot, LotVide())
        authorise_acting(acteur, rows)
        if lot.acte is ActeEnLot.SIGNER:
            unsigned = await presenters.non_signees(connection, rows, application(request).clock())
            rows = [one for one in rows if one.convocation_id in unsigned]
            lot.choix = {one.convocation_id: lot.choix[one.convocation_id] for one in rows}
            if not rows:
                return await _list(request, connection, acteur, uai, lot, RienASigner())
        if not lot.confirme:
            return await _confirm(request, connection, acteur, uai, lot, rows)
    made, left, acted, refused = await _act(request, acteur, lot, rows)
    if made:
        async with commande(request, acteur) as command:
            await remember_lot(command, uai, made)
    if refused is None:
        fait = _FAITS.get(lot.acte, "lot" if made else "inchangee")
        return see_other(f"/suivi/{uai}?{_filters(request)}fait={fait}&n={acted}", request)
    done, lot.choix = len(lot.choix) - len(left), left
    async with reading(request, acteur) as connection:
        rows = [one for one in await _rows(request, connection, acteur, uai) if one.convocation_id in left]
        return await _confirm(request, connection, acteur, uai, lot, rows, refused, done)


@router.post("/suivi/{uai}/defaire")
async def defaire(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """The acteur's last act on several convocations, undone."""
    async with fields(request) as form:
        lot = whole_number(text(form, "lot"))
    try:
        async with commande(request, acteur) as command:
            back = await undo_lot(command, uai, lot)
    except Refus as refus:
        async with reading(request, acteur) as connection:
            return await _list(request, connection, acteur, uai, Lot({}), refus)
    return see_other(f"/suivi/{uai}?{_filters(request)}fait=defait&n={back}")


def _filters(request: Request) -> str:
    """The list's, as an address bears them."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name in _FILTERS and value]
    return f"{urlencode(kept)}&" if kept else ""


async def _act(
    request: Request, acteur: Acteur, lot: Lot, rows: Sequence[LigneConvocation]
) -> tuple[dict[UUID, int], dict[UUID, int], int, Refus | None]:
    """A transaction for each mission, one for mails alone.

    The versions made, what is left of the choice, to how many something happened, and why not to the others.
    """
    made: dict[UUID, int] = {}
    left, acted, refused = dict(lot.choix), 0, None
    for of_mission in [rows] if lot.acte in MAILS else _by_mission(rows):
        try:
            async with commande(request, acteur) as command:
                versions, several = await _act_on(command, of_mission, rows, lot)
        except Refus as refus:
            refused = refus
        else:
            made |= versions
            acted += several
            left = {id_: left[id_] for id_ in left.keys() - {row.convocation_id for row in of_mission}}
    return made, left, acted, refused


def _by_mission(rows: Sequence[LigneConvocation]) -> list[list[LigneConvocation]]:
    return [list(some) for _, some in groupby(in_order(rows), key=lambda row: row.mission_id)]


async def _act_on(
    command: Commande, of_mission: Sequence[LigneConvocation], rows: Sequence[LigneConvocation], lot: Lot
) -> tuple[dict[UUID, int], int]:
    """On one mission of the lot: the versions made, by id, and to how many something happened. Raises a Refus."""
    mission_id = of_mission[0].mission_id
    expected = {one.convocation_id: lot.choix[one.convocation_id] for one in of_mission}
    outre = PassageOutre(frozenset(lot.lus), lot.outre)
    if lot.acte is ActeEnLot.RELANCER:
        return {}, await remind(command, of_mission)
    if lot.acte is ActeEnLot.RENVOYER:
        return {}, await resend(command, of_mission)
    if lot.acte is ActeEnLot.REMPLACER:
        if not lot.remplacant:
            raise RemplacantAbsent
        made = await replace_in_lot(command, mission_id, expected, lot.remplacant, lot.motif, outre)
        return made, len(expected)
    changement = lot.changement()
    jour = local_time(rows[0].academie, command.now).date()
    warnings = await warn_lot(command.connection, rows, changement, jour)
    made = await change_lot(command, mission_id, expected, changement, warnings, outre)
    return made, len(made)


async def _rows(request: Request, connection: Connection, acteur: Acteur, uai: str) -> list[LigneConvocation]:
    asked = request.query_params.get("session", "")
    known = await missions.sessions(connection, application(request).clock())
    return await followed(connection, acteur, uai, asked if asked in known else next(iter(known), ""))


async def _list(
    request: Request, connection: Connection, acteur: Acteur, uai: str, lot: Lot, refus: Refus | None = None
) -> Response:
    rows = await _rows(request, connection, acteur, uai)
    query = request.query_params
    kind, mission = (query.get(name, "") for name in ("etat", "mission"))
    unsigned = await presenters.non_signees(connection, rows, application(request).clock())
    shown = presenters.chosen(rows, unsigned, kind=kind, mission=mission, nom=lot.nom)
    return await page(
        request,
        connection,
        acteur,
        "lots/suivi.html",
        status=status_of(refus),
        uai=uai,
        lignes=[presenters.ligne(row, unsigned) | {"agit": may_act_on(acteur, row)} for row in shown],
        total=sum(row.active for row in rows),
        sortes=presenters.kinds(rows, unsigned),
        missions=presenters.missions(rows),
        mission=mission,
        etat=kind,
        session=query.get("session", ""),
        lot=lot,
        erreurs=errors_of(refus),
        agit=may_act(acteur),
        defaire=await _last_act(request, connection, acteur, uai),
        regle=may_settle(acteur),
        actes=presenters.actes(kind, unsigned),
    )


async def _last_act(
    request: Request, connection: Connection, acteur: Acteur, uai: str
) -> tuple[int, int, datetime] | None:
    """What the acteur can still undo: its number, of how many convocations it is, and until when."""
    now = application(request).clock()
    found = await sql.last(connection, uai, acteur.sub, now - DEFAIRE) if may_act(acteur) else None
    if found is None:
        return None
    return found.lot_id, found.nombre, local_time(await missions.academie(connection, uai) or "", found.le + DEFAIRE)


async def _confirm(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    uai: str,
    lot: Lot,
    rows: Sequence[LigneConvocation],
    refus: Refus | None = None,
    done: int = 0,
) -> Response:
    """What is about to happen to whom, and what there is to read before."""
    assert lot.acte is not None
    found = await _search(request, connection, acteur, lot, rows)
    if lot.acte is ActeEnLot.OBSERVATION and not lot.confirme:
        lot.observation = common_observation(rows)
    jour = local_time(rows[0].academie if rows else "", application(request).clock()).date()
    warnings, refus = await _to_read(connection, lot, rows, jour, refus)
    to_read = isinstance(refus, AvertissementsALire)
    return await page(
        request,
        connection,
        acteur,
        "lots/confirmer.html",
        status=status_of(refus),
        uai=uai,
        requete=request.url.query,
        lot=lot,
        titre=LIBELLES_ACTES[lot.acte],
        lignes=[presenters.ligne(row, ()) for row in rows],
        personnes=len({row.numero for row in rows}),
        trouvees=await presenters.replacements(connection, uai, found.personnes),
        trouvees_total=found.total,
        a_lire=to_read,
        faites=done,
        erreurs=[] if to_read else errors_of(refus),
        avertissements=presenters.merged(warnings),
        qualites=list(LIBELLES.items()),
        aujourdhui=jour,
    )


async def _search(
    request: Request, connection: Connection, acteur: Acteur, lot: Lot, rows: Sequence[LigneConvocation]
) -> Trouves:
    """Who may replace, once a name is typed: nobody replaces herself."""
    if lot.acte is not ActeEnLot.REMPLACER or len(lot.recherche) < 2 or not rows:
        return Trouves()
    found = await annuaire.search(connection, rows[0].academie, lot.recherche, limit=_FOUND)
    await count_read(request, acteur, found.personnes)
    replaced = {row.numero for row in rows}
    others = [one for one in found.personnes if one.numero not in replaced]
    return Trouves(others, found.total - len(found.personnes) + len(others), found.rapproche)


async def _to_read(
    connection: Connection, lot: Lot, rows: Sequence[LigneConvocation], jour: date, refus: Refus | None
) -> tuple[list[Avertissement], Refus | None]:
    """The warnings where they are what is refused; what another mission of the lot is refused for is told first."""
    if not isinstance(refus, AvertissementsALire):
        return [], refus
    try:
        return await _warnings(connection, lot, rows, jour), refus
    except Refus as other:
        return [], other


async def _warnings(
    connection: Connection, lot: Lot, rows: Sequence[LigneConvocation], jour: date
) -> list[Avertissement]:
    if lot.acte is not ActeEnLot.REMPLACER:
        return await warn_lot(connection, rows, lot.changement(), jour)
    return await warn_replacement(connection, rows, lot.remplacant, jour)
