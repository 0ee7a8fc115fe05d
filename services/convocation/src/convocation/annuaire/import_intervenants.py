"""The gestionnaire keeps the directory (R36, R54): people created or replaced by number, all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from acces.commande import Commande
from acces.policy import Forbidden
from convocation.annuaire import reads as intervenants_reads
from convocation.annuaire import sql as intervenants
from convocation.annuaire.commands import check_disciplines, save_with_acts
from convocation.annuaire.domain import Intervenant
from convocation.commun.policy import POLICY


async def import_intervenants(
    commande: Commande, academie: str, people: Sequence[Intervenant], kept: Mapping[str, frozenset[str]]
) -> None:
    """`kept`: fields the import says nothing of, which stay as they are, by number. A merged person stays inactive.

    Raises Forbidden for another académie, also when a number belongs to one; DisciplineInconnue.
    """
    POLICY.authorise(commande.acteur, "intervenants.ecrire", academie=academie)
    held = await intervenants_reads.academies(commande.connection, [one.numero for one in people])
    if any(other != academie for other in held.values()):
        raise Forbidden("intervenants.ecrire")
    await check_disciplines(commande, people)
    known = await intervenants_reads.get(commande.connection, list(held))
    merged = [
        replace(one, **{field: getattr(known[one.numero], field) for field in kept[one.numero]})
        if one.numero in known
        else one
        for one in people
    ]
    gone_on = await intervenants.fusionnees(commande.connection, list(held))
    merged = [replace(one, actif=one.actif and one.numero not in gone_on) for one in merged]
    await save_with_acts(commande, merged, known)
