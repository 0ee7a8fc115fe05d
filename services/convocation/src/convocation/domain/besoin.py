"""How many people a mission needs, as far as copies tell: lots of copies, once for each required profile (R47)."""

from math import ceil

from convocation.domain.mission import MissionType
from convocation.domain.profils import ProfilsRequis


def besoin(type_: MissionType, candidats: int, requis: ProfilsRequis, *, lot: int) -> int:
    """Correcteurs for `candidats` copies in lots of `lot`; each required profile has them all. None to scan (R48)."""
    if type_ is MissionType.NUMERISATION:
        return 0
    return ceil(candidats / lot) * max(1, len(requis))
