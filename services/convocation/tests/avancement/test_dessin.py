"""The curves' geometry: lines stand where their numbers are."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from convocation.avancement.dessin import draw, sparkline
from convocation.avancement.domain import Comptes, Suite

FIRST = date(2030, 3, 1)


def suite(*convoques, attendus=100, first=FIRST):
    return Suite([(first + timedelta(days=at), Comptes(attendus, one)) for at, one in enumerate(convoques)])


NONE = Suite([])


def test_nothing_is_drawn_of_nothing():
    assert draw(NONE, NONE, "", None) is None


def test_lines_end_at_their_last_values_and_the_deadline_is_on_the_axis():
    found = draw(suite(0, 50), NONE, "", FIRST + timedelta(days=4))
    assert [one.nom for one in found.lignes] == ["Convocations", "Lues", "Acceptées par SANTORIN", "Besoin estimé"]
    assert found.lignes[0].points == "0.00,100.00 25.00,50.00"
    assert found.lignes[3].fin == (25, 0)
    assert found.echeance == 100
    assert [text for _, text in found.hauteurs] == ["0", "50", "100"]
    assert found.dates[0] == (0, "01/03")


def test_a_deadline_before_the_first_day_is_not_drawn_and_one_day_is_a_point():
    found = draw(suite(3), NONE, "", FIRST - timedelta(days=1))
    assert {one.fin[0] for one in found.lignes} == {100}, "beside the axis, not on its figures"
    assert found.echeance is None
    assert found.lignes[0].points == "100.00,97.00"
    assert sparkline(suite(3)) == ""


def test_the_session_before_is_drawn_within_the_days_that_are_shown():
    before = suite(1, 2, 3, 4, first=FIRST - timedelta(days=2))
    found = draw(suite(0, 50), before, "avant", None)
    assert (found.lignes[-1].nom, found.lignes[-1].valeur) == ("avant", 4)
    assert found.lignes[-1].points == "0.00,97.00 100.00,96.00"


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200), st.integers(0, 10**6), st.integers(-10, 400))
def test_every_line_stays_in_its_box_and_axes_bear_few_texts(convoques, attendus, deadline):
    found = draw(suite(*convoques, attendus=attendus), NONE, "", FIRST + timedelta(days=deadline))
    for one in found.lignes:
        places = [tuple(map(float, point.split(","))) for point in one.points.split()]
        assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in places)
    assert 2 <= len(found.dates) <= 6
    assert found.echeance is None or 0 <= found.echeance <= 100
