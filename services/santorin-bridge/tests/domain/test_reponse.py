"""R15, R18: what SANTORIN's answer is worth, and what the établissement reads of it."""

import pytest

from santorin_bridge.domain.habilitation import Status
from santorin_bridge.domain.reponse import Portee, etat, portee


@pytest.mark.parametrize(
    ("answered", "present", "worth"),
    [
        (2, 2, Portee.ACTUELLE),
        (1, 2, Portee.DEPASSEE),
        (3, 2, Portee.INCONNUE),
        (1, None, Portee.INCONNUE),
    ],
)
def test_only_an_answer_about_the_present_version_tells_something(answered, present, worth):
    assert portee(answered, present) is worth


def test_r18_accepted_is_accepted_refused_is_rejected_and_an_accepted_revocation_is_withdrawn():
    assert etat(Status.GRANTED, accepted=True) == "ACCEPTEE"
    assert etat(Status.GRANTED, accepted=False) == "REJETEE"
    assert etat(Status.REVOKED, accepted=True) == "RETIREE"
    assert etat(Status.REVOKED, accepted=False) == "REJETEE"
