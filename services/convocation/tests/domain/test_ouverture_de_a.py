"""R12: an opening with dates holds from its beginning (included) to its end (excluded), for each portée."""

from datetime import UTC, datetime, timedelta

import pytest

from convocation.domain.ouverture import NATIONALE, Cible, Decision, Portee, est_ouvert

DEBUT, FIN = datetime(2020, 1, 20, 8, tzinfo=UTC), datetime(2020, 2, 1, 8, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
CIBLES = [NATIONALE, Cible(Portee.ACADEMIE, "10"), Cible(Portee.ETABLISSEMENT, "0699001J")]


@pytest.mark.parametrize("cible", CIBLES)
@pytest.mark.parametrize(
    ("decision", "now", "ouvert"),
    [
        (Decision(True, DEBUT, FIN), DEBUT - INSTANT, False),
        (Decision(True, DEBUT, FIN), DEBUT, True),
        (Decision(True, DEBUT, FIN), FIN - INSTANT, True),
        (Decision(True, DEBUT, FIN), FIN, False),
        (Decision(True, DEBUT, None), FIN, True),
        (Decision(True, None, FIN), DEBUT - INSTANT, True),
        (Decision(False), DEBUT, False),
    ],
)
def test_r12_an_opening_holds_from_its_beginning_included_to_its_end_excluded(cible, decision, now, ouvert):
    assert est_ouvert({cible: decision}, "10", "0699001J", now) is ouvert


def test_r12_outside_its_dates_the_most_specific_decision_still_holds_and_it_is_closed():
    decisions = {NATIONALE: Decision(ouverte=True), CIBLES[1]: Decision(True, DEBUT, FIN)}
    assert not est_ouvert(decisions, "10", "0699001J", FIN)


def test_a_closing_has_no_dates_and_an_opening_ends_after_it_begins():
    assert not Decision(True, FIN, DEBUT).sensee
    assert not Decision(True, DEBUT, DEBUT).sensee
    assert not Decision(False, DEBUT).sensee
    assert Decision(True, DEBUT, FIN).sensee
