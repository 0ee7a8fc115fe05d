"""The days of a delegation, and when a function ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from acces.acteur import Role
from convocation.delegations.domain import ROLES, Delegue, Droit, Etat, etat, fin_d_annee, juger
from convocation.delegations.refus import DelegationRefusee
from convocation.identite.fonctions import Fonction

pytestmark = pytest.mark.domain
JOUR = date(2026, 1, 15)


def delegue(debut, fin):
    return Delegue("Dominique", "d@ac-exemple.invalid", Droit.CONVOQUER, debut, fin)


@pytest.mark.parametrize(
    ("jour", "fin"),
    [
        (date(2026, 1, 15), date(2026, 8, 31)),
        (date(2026, 8, 31), date(2026, 8, 31)),
        (date(2026, 9, 1), date(2027, 8, 31)),
        (date(2026, 12, 31), date(2027, 8, 31)),
    ],
)
def test_a_school_year_ends_on_the_31st_of_august(jour, fin):
    assert fin_d_annee(jour) == fin


@pytest.mark.parametrize(
    ("debut", "fin", "champ"),
    [
        (date(2026, 1, 14), date(2026, 2, 1), "debut"),
        (date(2026, 2, 2), date(2026, 2, 1), "fin"),
        (date(2026, 1, 15), date(2026, 9, 1), "fin"),
    ],
)
def test_a_delegation_that_begins_in_the_past_ends_before_it_begins_or_outlives_the_year_is_refused(debut, fin, champ):
    with pytest.raises(DelegationRefusee) as refusal:
        juger(delegue(debut, fin), JOUR)
    assert refusal.value.champ == champ


def test_a_delegation_of_one_day_and_one_to_the_end_of_the_year_are_good():
    juger(delegue(JOUR, JOUR), JOUR)
    juger(delegue(JOUR, date(2026, 8, 31)), JOUR)


def test_a_delegation_is_current_from_its_first_day_to_its_last_and_over_once_withdrawn():
    def on(day, *, retiree=False):
        return etat(date(2026, 1, 10), date(2026, 1, 20), retiree=retiree, jour=date(2026, 1, day))

    assert [on(9), on(10), on(20), on(21)] == [Etat.A_VENIR, Etat.EN_COURS, Etat.EN_COURS, Etat.FINIE]
    assert on(15, retiree=True) is Etat.FINIE


def test_each_right_makes_a_role_that_the_policy_knows():
    assert {Role(ROLES[droit]) for droit in Droit} == {
        Role.DELEGUE,
        Role.DELEGUE_NUMERISATION,
        Role.DELEGUE_CONSULTATION,
    }


@pytest.mark.parametrize(
    ("academies", "instant"),
    [
        ({"10"}, datetime(2026, 1, 20, 23, tzinfo=UTC)),
        ({"28"}, datetime(2026, 1, 20, 20, tzinfo=UTC)),  # La Réunion
        ({"32"}, datetime(2026, 1, 21, 4, tzinfo=UTC)),  # Guadeloupe
        ({"10", "28"}, datetime(2026, 1, 20, 20, tzinfo=UTC)),
        ((), datetime(2026, 1, 20, 23, tzinfo=UTC)),
    ],
)
def test_a_function_ends_at_midnight_after_its_last_day_by_the_academies_clocks(academies, instant):
    fonction = Fonction(Role.DELEGUE, uais=frozenset({"0699001J"}), fin=date(2026, 1, 20))
    assert fonction.finit(frozenset(academies)) == instant


def test_a_function_without_a_last_day_has_no_end():
    assert Fonction(Role.CHEF).finit({"10"}) is None
    assert Fonction(Role.ADMINISTRATEUR, fin=date.max).finit({"10"}) is None, "there is no day after it"
    assert Fonction(Role.ADMINISTRATEUR, fin=date.max - timedelta(days=1)).finit(()) is not None
