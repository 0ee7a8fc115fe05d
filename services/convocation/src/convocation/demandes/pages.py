"""« Demandes de création » (R36): the établissement asks, the gestionnaire answers; both see the state."""

import secrets
from uuid import UUID, uuid5

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.cadre.ecran import page
from convocation.commun.access import choose_academie
from convocation.commun.refus import Refus, TexteTropLong, entier
from convocation.commun.refusals import errors_of, status_of
from convocation.demandes import reads, sql
from convocation.demandes.access import READ, can_answer, can_read, may_answer, may_ask
from convocation.demandes.commands import answer_demande, ask_intervenant
from convocation.demandes.refus import DemandeDejaTraitee, ReponseAbsente
from convocation.missions import reads as missions
from pages.commands import commande, reading, see_other
from pages.forms import fields, text

router = Router(include_in_schema=False)
_NAMESPACE = UUID("2f0c8a52-9b0e-5c0d-8d8e-6d6c1f2e7a10")
_CHAMPS = {"nom": 100, "prenom": 100, "precisions": 500}
_MAX_REPONSE = 500
_ETATS = {
    "OUVERTE": ("info", "En attente du gestionnaire"),
    "TRAITEE": ("success", "Personne créée"),
    "REFUSEE": ("error", "Refusée"),
}


@router.get("/demandes")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    if can_read(acteur):
        return await _to_answer(request, acteur)
    return await _page(request, acteur, dict.fromkeys(_CHAMPS, ""), [])


async def _to_answer(request: Request, acteur: Acteur, refus: Refus | None = None) -> Response:
    """The rectorat's side."""
    asked = choose_academie(acteur, READ, request.query_params.get("academie", ""))
    async with reading(request, acteur) as connection:
        return await page(
            request,
            connection,
            acteur,
            "demandes/demandes_a_traiter.html",
            status=status_of(refus),
            erreurs=[{"champ": "", "texte": refus.phrase}] if refus else [],
            lignes=await sql.of_academies(connection, asked.codes),
            academies=asked.choix,
            academie=asked.choisie,
            traite=can_answer(acteur),
            etats=_ETATS,
        )


@router.post("/demandes/nouvelle")
async def preparer(request: Request, acteur: ActeurDep) -> Response:
    """The form with whom the établissement looked for and found nowhere; nothing is recorded yet."""
    async with fields(request) as form:
        nom, prenom = _nom_et_prenom(text(form, "recherche"))
        typed = {"nom": nom, "prenom": prenom, "precisions": text(form, "precisions")}
    return await _page(request, acteur, {name: typed[name][:plus] for name, plus in _CHAMPS.items()}, [])


def _nom_et_prenom(recherche: str) -> tuple[str, str]:
    """« DE LA TOUR Jean » in its two parts: the words in capitals, or else the first one, are the name."""
    words = recherche.split()
    capitals = next((rank for rank, word in enumerate(words) if not word.isupper()), len(words)) or 1
    return " ".join(words[:capitals]), " ".join(words[capitals:])


@router.post("/demandes/{demande_id}/reponse")
async def repondre(request: Request, demande_id: UUID, acteur: ActeurDep) -> Response:
    """Created or refused, once (R36)."""
    may_answer(acteur)
    async with fields(request) as form:
        creee, reponse = text(form, "action") == "creee", text(form, "reponse")
    try:
        entier(reponse, "", _MAX_REPONSE)
        async with commande(request, acteur) as command:
            await answer_demande(command, demande_id, creee=creee, reponse=reponse)
    except (DemandeDejaTraitee, ReponseAbsente, TexteTropLong) as refus:
        return await _to_answer(request, acteur, refus)
    return see_other("/demandes?fait=repondue", request)


@router.post("/demandes")
async def demander(request: Request, acteur: ActeurDep) -> Response:
    """Record a demande. The same form sent twice is one demande."""
    async with fields(request) as form:
        typed = {name: text(form, name) for name in _CHAMPS}
        uai, cle = text(form, "uai"), text(form, "cle")
    missing = [name for name in ("nom", "prenom") if not typed[name]]
    if missing:
        phrases = {"nom": "Renseignez le nom de la personne.", "prenom": "Renseignez le prénom de la personne."}
        return await _page(request, acteur, typed, [{"champ": name, "texte": phrases[name]} for name in missing])
    try:
        for name, plus in _CHAMPS.items():
            entier(typed[name], name, plus)
    except TexteTropLong as refus:
        return await _page(request, acteur, typed, errors_of(refus))
    demande_id = uuid5(_NAMESPACE, f"{acteur.sub}|{uai}|{cle}")
    async with commande(request, acteur) as command:
        await ask_intervenant(command, demande_id, uai, (typed["nom"], typed["prenom"], typed["precisions"]))
    return see_other("/demandes?fait=demande", request)


async def _page(request: Request, acteur: Acteur, typed: dict[str, str], erreurs: list[dict[str, str]]) -> Response:
    may_ask(acteur)
    uais = sorted(acteur.uais)
    async with reading(request, acteur) as connection:
        academie = await missions.academie(connection, uais[0]) if uais else None
        return await page(
            request,
            connection,
            acteur,
            "demandes/demandes.html",
            status=422 if erreurs else 200,
            typed=typed,
            erreurs=erreurs,
            cle=secrets.token_urlsafe(16),
            uais=uais,
            choix_uais=[(one, one) for one in uais],
            places=await missions.etablissements(connection, uais),
            contact=await reads.contact(connection, academie) if academie else None,
            lignes=await sql.of_etablissements(connection, uais),
            etats=_ETATS,
        )
