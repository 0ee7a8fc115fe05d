"""« Signature établissement pour la convocation » (R21, R24): name, quality and image, by the chef only."""

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from chassis.http import takes_a_file
from convocation.cadre.ecran import choisir_etablissement, page
from convocation.commun.application import application
from convocation.commun.refus import Refus, entier
from convocation.commun.refusals import errors_of, status_of
from convocation.missions import reads as missions
from convocation.signatures import reads as signatures
from convocation.signatures.access import can_record, etablissement_to_sign_for, may_look, visible_etablissement
from convocation.signatures.commands import record_signature
from convocation.signatures.image_worker import MAX_BYTES
from convocation.signatures.images import clean_signature
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields, text, version_of

router = Router(include_in_schema=False)
_ACTIVITE = "Signature établissement pour la convocation"
_CHAMPS = ("nom", "prenom", "qualite")
_MAX_LENGTH = 100


@router.get("/signature")
async def choose(request: Request, acteur: ActeurDep) -> Response:
    """The établissement first."""
    may_look(acteur)
    return await choisir_etablissement(request, acteur, _ACTIVITE, "/signature")


@router.get("/signature/{uai}")
async def voir(request: Request, uai: str, acteur: ActeurDep) -> Response:
    return await _form(request, acteur, uai)


@router.post("/signature/{uai}")
@takes_a_file
async def enregistrer(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """Only the chef (R24): a délégué is refused, whatever his form holds."""
    async with reading(request, acteur) as connection:
        await etablissement_to_sign_for(connection, acteur, uai)
    async with fields(request, files=1) as form:
        typed = {name: text(form, name) for name in _CHAMPS}
        expected, file = version_of(form) or None, await _file(form)
    missing = [name for name in _CHAMPS if not typed[name]]
    if missing:
        return await _form(request, acteur, uai, typed, [_required(name) for name in missing])
    try:
        for name in _CHAMPS:
            entier(typed[name], name, _MAX_LENGTH)
        image = await clean_signature(file) if file else None
        async with commande(request, acteur) as command:
            names = (typed["nom"], typed["prenom"], typed["qualite"])
            await record_signature(command, uai, names, expected, image)
    except Refus as refus:
        return await _form(request, acteur, uai, typed, errors_of(refus), status=status_of(refus))
    return see_other(f"/signature/{uai}?fait=signature", request)


def _required(name: str) -> dict[str, str]:
    words = {"nom": "le nom", "prenom": "le prénom", "qualite": "la qualité du signataire"}
    return {"champ": name, "texte": f"Renseignez {words[name]}."}


async def _file(form: FormData) -> bytes | None:
    """The bytes of the file, one more than allowed at most; None where none was chosen."""
    file = form.get("image")
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return await file.read(MAX_BYTES + 1)


async def _unsigned(request: Request, connection: Connection, uai: str) -> int:
    """How many of the session's convocations went out before the signature."""
    now = application(request).clock()
    session = next(iter(await missions.sessions(connection, now)), "")
    jour = local_time(await missions.academie(connection, uai) or "", now).date()
    return len((await signatures.non_signees(connection, [uai], session, jour)).get(uai, ()))


async def _form(
    request: Request,
    acteur: Acteur,
    uai: str,
    typed: dict[str, str] | None = None,
    erreurs: list[dict[str, str]] | None = None,
    *,
    status: int | None = None,
) -> Response:
    async with reading(request, acteur) as connection:
        await visible_etablissement(connection, acteur, uai)
        held = await signatures.get(connection, uai)
        places = await missions.etablissements(connection, [uai])
        ecrit = can_record(acteur, uai)
        return await page(
            request,
            connection,
            acteur,
            "signatures/signature.html",
            status=status or (422 if erreurs else 200),
            uai=uai,
            etablissement=places[0] if places else None,
            enregistree=held,
            typed=typed or held or dict.fromkeys(_CHAMPS, ""),
            erreurs=erreurs or [],
            ecrit=ecrit,
            non_signees=await _unsigned(request, connection, uai) if held and ecrit else 0,
        )
