"""How many people a mission needs, as far as copies tell: lots of copies, once for each required profile (R47)."""

from math import ceil

from convocation.exigences.domain import Exigence
from convocation.exigences.profils import ProfilsRequis
from convocation.missions.domain import MissionType


def besoin(
    type_: MissionType, candidats: int, requis: ProfilsRequis, *, lot: int, correcteurs: int | None = None
) -> int:
    """Correcteurs for `candidats` copies in lots of `lot`; each required profile has them all. None to scan (R48).

    `correcteurs`: the number that an exigence fixes, whatever the copies.
    """
    if type_ is MissionType.NUMERISATION:
        return 0
    if correcteurs is not None:
        return correcteurs
    return ceil(candidats / lot) * max(1, len(requis))


def besoin_selon(exigence: Exigence, type_: MissionType, candidats: int, *, lot: int) -> int:
    """The need under what the épreuve asks for; `lot` where the exigence has none of its own (the setting)."""
    return besoin(type_, candidats, exigence.profils, lot=exigence.lot_copies or lot, correcteurs=exigence.correcteurs)
