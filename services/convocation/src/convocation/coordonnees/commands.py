"""Telephone and mail of an établissement: written by its chef and délégués, read by whom it convokes."""

from acces.audit import Acte, changes, record
from acces.commande import Commande
from convocation.commun.refus import VersionDepassee
from convocation.coordonnees import reads, sql
from convocation.coordonnees.access import etablissement_to_record_for


async def record_coordonnees(
    commande: Commande, uai: str, telephone: str | None, courriel: str | None, expected: int
) -> int:
    """The new version; `expected` is the one read, 0 where there was none.

    Raises MissionInconnue (another's UAI too), Forbidden, VersionDepassee.
    """
    connection, par = commande.connection, commande.acteur
    academie = await etablissement_to_record_for(connection, par, uai)
    held = (await reads.of_etablissements(connection, [uai])).get(uai)
    version = await sql.save(connection, uai, telephone, courriel, par=par.sub, le=commande.now, expected=expected)
    if version is None:
        raise VersionDepassee
    told = {"telephone": telephone, "courriel": courriel}
    avant, apres = changes(held.only("telephone", "courriel") if held else {}, told)
    acte = Acte("coordonnees.ecrire", f"coordonnees|{uai}", avant if held else None, apres, academie=academie, uai=uai)
    await record(connection, par, commande.now, [acte])
    return version
