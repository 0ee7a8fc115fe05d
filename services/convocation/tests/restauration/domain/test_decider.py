"""What becomes of a convocation that others know better than a restored database (0032)."""

import pytest

from convocation.convocations.domain import NatureVersion
from convocation.restauration.domain import Decision, Etat, Sort, decider

CONVOCATION, MODIFICATION, ANNULATION = NatureVersion


def etat(version, nature, says="x"):
    active = nature is not ANNULATION
    return Etat(version, active, nature, {"dit": says, "active": active})


ICI = etat(1, CONVOCATION)
ANNULEE_ICI = etat(2, ANNULATION)


@pytest.mark.parametrize(
    ("tenue", "derniere", "vue", "decision"),
    [
        (ICI, etat(2, ANNULATION), 2, Decision(Sort.RECONVOQUEE, 3, True, CONVOCATION)),
        (ICI, etat(2, MODIFICATION, "y"), 2, Decision(Sort.RAMENEE, 3, True, MODIFICATION)),
        (ANNULEE_ICI, etat(3, CONVOCATION), 3, Decision(Sort.REANNULEE, 4, False, ANNULATION)),
        (None, etat(1, CONVOCATION), 1, Decision(Sort.PERDUE, 2, False, ANNULATION)),
        (None, etat(2, ANNULATION), 2, Decision(Sort.REPRISE, 2, False, ANNULATION)),
        (ICI, etat(3, MODIFICATION), 3, Decision(Sort.REPRISE, 3, True, MODIFICATION)),
        (ICI, etat(3, MODIFICATION), 4, Decision(Sort.RAMENEE, 5, True, MODIFICATION)),
        (None, etat(2, ANNULATION), 3, Decision(Sort.PERDUE, 4, False, ANNULATION)),
        (ICI, None, 2, Decision(Sort.RAMENEE, 3, True, MODIFICATION)),
        (ANNULEE_ICI, None, 4, Decision(Sort.RAMENEE, 5, False, ANNULATION)),
        (None, None, 2, None),
        (etat(2, MODIFICATION, "y"), etat(2, ANNULATION), 2, Decision(Sort.RECONVOQUEE, 3, True, CONVOCATION)),
    ],
    ids=[
        "cancelled since",
        "changed since",
        "convoked again since",
        "convoked since",
        "convoked and cancelled since",
        "changed and changed back since",
        "the same, but somebody has seen more",
        "unknown here, and somebody has seen more",
        "only another service knows more",
        "cancelled here, and another service knows more",
        "only another service knows it",
        "the same version said twice",
    ],
)
def test_what_the_database_says_is_true_above_all_that_was_seen(tenue, derniere, vue, decision):
    assert decider(tenue, derniere, vue) == decision
