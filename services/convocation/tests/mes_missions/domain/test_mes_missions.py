"""« Mes missions »: what one enters SANTORIN for, and which missions come first."""

from datetime import date

import pytest

from convocation.convocations.domain import Qualite
from convocation.mes_missions.domain import ATTENTES, Moment, UsageSantorin, adresse, moment, prochaine, usage
from convocation.suivi.domain import Acces

TODAY = date(2020, 3, 5)


@pytest.mark.parametrize("qualite", [Qualite.CORRECTEUR, Qualite.CORRECTEUR_SUPPLEANT])
def test_r16_a_correcteur_and_a_suppleant_enter_to_correct(qualite):
    assert usage(qualite) is UsageSantorin.CORRECTION


@pytest.mark.parametrize("qualite", [Qualite.COORDINATEUR, Qualite.COORDINATEUR_ADJOINT])
def test_r18_a_coordinateur_and_an_adjoint_enter_to_follow(qualite):
    assert usage(qualite) is UsageSantorin.SUIVI


def test_r17_and_r50_without_qualite_one_enters_to_scan():
    assert usage(None) is UsageSantorin.NUMERISATION


def test_the_address_bears_the_usage_where_the_operator_wants_it():
    assert (
        adresse("https://santorin.invalid/{acces}?x={y}", UsageSantorin.SUIVI) == "https://santorin.invalid/suivi?x={y}"
    )
    assert adresse("https://santorin.invalid/", UsageSantorin.SUIVI) == "https://santorin.invalid/"
    assert adresse(None, UsageSantorin.SUIVI) is None


def test_a_mission_is_to_come_until_its_last_day_is_over():
    days = [date(2020, 3, 2), TODAY]
    assert moment(days, TODAY, active=True) is Moment.A_VENIR
    assert moment(days, date(2020, 3, 6), active=True) is Moment.PASSEE
    assert moment(days, TODAY, active=False) is Moment.ANNULEE


def test_missions_stand_by_their_next_day_and_past_ones_by_their_last():
    assert prochaine([date(2020, 3, 2), TODAY, date(2020, 3, 9)], TODAY) == TODAY
    assert prochaine([date(2020, 3, 2), date(2020, 3, 1)], TODAY) == date(2020, 3, 2)


def test_every_state_of_an_active_right_before_it_is_accepted_has_its_words():
    assert set(ATTENTES) == {Acces.EN_COURS, Acces.TRANSMISE, Acces.REJETEE}
