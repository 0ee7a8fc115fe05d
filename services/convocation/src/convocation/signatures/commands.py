"""Signature établissement pour la convocation (R24): who signs; only the chef d'établissement records it."""

from acces.audit import Acte, changes, record
from acces.commande import Commande
from convocation.commun.refus import VersionDepassee
from convocation.missions import reads as missions
from convocation.signatures import reads, sql
from convocation.signatures.access import etablissement_to_sign_for

_FIELDS = ("nom", "prenom", "qualite")


async def record_signature(
    commande: Commande, uai: str, names: tuple[str, str, str], expected: int | None, image: bytes | None = None
) -> int:
    """The new version; `expected` is the one read, None where there was none. `image` None keeps the one there is.

    Raises MissionInconnue, Forbidden, VersionDepassee.
    """
    await etablissement_to_sign_for(commande.connection, commande.acteur, uai)
    held = await reads.get(commande.connection, uai)
    version = await sql.save(
        commande.connection, uai, names, image=image, par=commande.acteur.sub, le=commande.now, expected=expected
    )
    if version is None:
        raise VersionDepassee
    told = dict(zip(_FIELDS, names, strict=True)) | {"version": version}
    if image is not None:
        told["image"] = "nouvelle"
    avant, apres = changes(held.only(*_FIELDS, "version") if held else {}, told)
    academie = await missions.academie(commande.connection, uai)
    acte = Acte("signature.ecrire", f"signature|{uai}", avant if held else None, apres, academie=academie, uai=uai)
    await record(commande.connection, commande.acteur, commande.now, [acte])
    return version
