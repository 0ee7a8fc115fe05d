"""Change what an épreuve asks for (R47): the gestionnaire in his académies, the administrateur for the nation too.

Convocations keep the profile they were told with: nothing told is rewritten here.
"""

from chassis import audit
from chassis.audit import Acte
from convocation.domain.errors import ExigenceInconnue, ExigenceRefusee, VersionDepassee
from convocation.domain.exigence import NATIONALE, Exigence
from convocation.persistence import exigences
from convocation.policy import POLICY
from convocation.use_cases.context import Commande

_ACTION = "exigences.ecrire"


async def change_exigence(
    commande: Commande, academie: str, code: str, expected: int, wanted: Exigence, motif: str
) -> int:
    """Write over version `expected` (0: none yet) and return the new one; the same again changes nothing.

    Raises Forbidden, ExigenceInconnue, VersionDepassee, ExigenceRefusee without a motif.
    """
    held, version = await _held(commande, academie, code, expected, motif)
    if version and held.etat() == wanted.etat():
        return version
    saved = await exigences.save(commande.connection, academie, code, expected, wanted)
    await _record(commande, academie, code, held if version else None, wanted, motif)
    return saved


async def back_to_national(commande: Commande, academie: str, code: str, expected: int, motif: str) -> None:
    """Remove an académie's own. Raises as `change_exigence`; the nation's own cannot be removed."""
    held, version = await _held(commande, academie, code, expected, motif)
    if academie == NATIONALE or not version:
        raise ExigenceInconnue
    await exigences.supprimer(commande.connection, academie, code, expected)
    await _record(commande, academie, code, held, None, motif)


async def _held(commande: Commande, academie: str, code: str, expected: int, motif: str) -> tuple[Exigence, int]:
    POLICY.authorise(commande.acteur, _ACTION, academie=academie)
    if not await exigences.liste(commande.connection, [academie], code):
        raise ExigenceInconnue
    if not motif:
        raise ExigenceRefusee("Indiquez le motif du changement : le journal le garde.", "motif")
    version, held = await exigences.propre(commande.connection, academie, code, lock=True)
    if version != expected:
        raise VersionDepassee
    return held, version


async def _record(
    commande: Commande, academie: str, code: str, avant: Exigence | None, apres: Exigence | None, motif: str
) -> None:
    states = avant.etat() if avant else None, apres.etat() if apres else None
    if states[0] is not None and states[1] is not None:
        states = audit.changes(states[0], states[1])
    acte = Acte(_ACTION, f"exigence|{academie}|{code}", *states, motif=motif, academie=academie)
    await audit.record(commande.connection, commande.acteur, commande.now, [acte])
