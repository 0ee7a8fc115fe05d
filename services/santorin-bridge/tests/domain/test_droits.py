"""R16–R18, R50, K.b, K.h: the right that follows from a convocation."""

from datetime import date

import pytest

from santorin_bridge.domain.habilitation import Convocation, Status, droit

CONVOCATION = Convocation(
    version=1,
    active=True,
    mission_type="CORRECTION",
    qualite="CORRECTEUR",
    qualite_par_defaut=True,
    dates=(date(2020, 3, 5), date(2020, 3, 6)),
)


def test_r16_who_is_convoked_on_a_mission_of_correction_may_correct_in_santorin():
    right = droit(CONVOCATION, 1)
    assert (right.status, right.role, right.role_par_defaut) == (Status.GRANTED, "CORRECTEUR", True)


@pytest.mark.parametrize("qualite", ["COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR_SUPPLEANT"])
def test_r18_a_coordinateur_gets_the_right_of_his_own_function(qualite):
    assert droit(CONVOCATION._replace(qualite=qualite, qualite_par_defaut=False), 1).role == qualite


def test_r17_r50_and_kh_who_is_convoked_to_scan_gets_the_numerisation_in_the_same_feed():
    scanning = CONVOCATION._replace(mission_type="NUMERISATION", qualite=None, qualite_par_defaut=False)
    assert droit(scanning, 1).role == "NUMERISATION"


def test_kb_a_cancelled_convocation_revokes_the_right_as_a_value_with_a_higher_version():
    right = droit(CONVOCATION._replace(active=False, version=2), 2)
    assert (right.status, right.version, right.convocation_version) == (Status.REVOKED, 2, 2)


def test_the_right_is_valid_from_the_first_date_and_has_no_end_of_its_own():
    right = droit(CONVOCATION, 1)
    assert (right.valide_du, right.valide_au) == (date(2020, 3, 5), None)
