"""R12: an opening with dates holds from its beginning (included) to its end (excluded), for each portée."""

from datetime import UTC, datetime, timedelta

import pytest

from convocation.ouvertures.domain import (
    NATIONALE,
    Cible,
    Decision,
    PorteeOuverture,
    est_ouvert,
    instant,
    juger,
    ouvrira,
)
from convocation.ouvertures.forms import MAX_LIGNES, faults_of_uais, read_uais
from convocation.ouvertures.refus import OuvertureRefusee
from event_schemas.academies import zone

DEBUT, FIN = datetime(2020, 1, 20, 8, tzinfo=UTC), datetime(2020, 2, 1, 8, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
CIBLES = [NATIONALE, Cible(PorteeOuverture.ACADEMIE, "10"), Cible(PorteeOuverture.ETABLISSEMENT, "0699001J")]


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


def test_when_it_will_open_is_what_the_decision_that_holds_says_and_no_other():
    national, own = {NATIONALE: Decision(True, DEBUT)}, {CIBLES[2]: Decision(False)}
    before = DEBUT - INSTANT
    assert ouvrira(national, "10", "0699001J", before) == DEBUT
    assert ouvrira(national, "10", "0699001J", DEBUT) is None
    assert ouvrira(national | own, "10", "0699001J", before) is None
    assert ouvrira({}, "10", "0699001J", before) is None


@pytest.mark.parametrize(
    ("decision", "champ"),
    [
        (Decision(True, FIN, DEBUT), "fin"),
        (Decision(True, FIN, FIN), "fin"),
        (Decision(True, None, DEBUT - INSTANT), "fin"),
        (Decision(True, None, DEBUT + timedelta(seconds=30)), "fin"),
        (Decision(True, DEBUT - timedelta(minutes=1)), "debut"),
        (Decision(False, FIN), "debut"),
        (Decision(False, None, FIN), "fin"),
    ],
)
def test_dates_that_make_no_sense_are_refused_with_their_field(decision, champ):
    with pytest.raises(OuvertureRefusee) as refused:
        juger(decision, DEBUT + timedelta(seconds=30))
    assert refused.value.champ == champ


@pytest.mark.parametrize("decision", [Decision(True, DEBUT, FIN), Decision(True), Decision(False), Decision(True, FIN)])
def test_the_minute_that_is_running_is_not_past(decision):
    juger(decision, DEBUT + timedelta(seconds=30))


@pytest.mark.parametrize(
    ("academie", "local", "utc"),
    [
        ("10", datetime(2027, 3, 27, 8), datetime(2027, 3, 27, 7, tzinfo=UTC)),
        ("10", datetime(2027, 3, 29, 8), datetime(2027, 3, 29, 6, tzinfo=UTC)),
        ("10", datetime(2027, 10, 31, 2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # shown twice: the first
        ("10", datetime(2027, 11, 1, 8), datetime(2027, 11, 1, 7, tzinfo=UTC)),
        ("28", datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 27, 22, 30, tzinfo=UTC)),
        ("28", datetime(2027, 7, 1, 8), datetime(2027, 7, 1, 4, tzinfo=UTC)),
        ("32", datetime(2027, 1, 1, 8), datetime(2027, 1, 1, 12, tzinfo=UTC)),
        ("32", datetime(2027, 7, 1, 8), datetime(2027, 7, 1, 12, tzinfo=UTC)),
        ("*", datetime(2027, 7, 1, 8), datetime(2027, 7, 1, 6, tzinfo=UTC)),
    ],
)
def test_an_hour_is_that_of_the_academies_clocks_summer_and_winter(academie, local, utc):
    assert instant(local, zone(academie), "debut") == utc


def test_the_hour_that_the_change_to_summer_time_leaves_out_is_refused_where_clocks_change():
    with pytest.raises(OuvertureRefusee) as refused:
        instant(datetime(2027, 3, 28, 2, 30), zone("10"), "fin")
    assert (refused.value.champ, "heure d’été" in refused.value.phrase) == ("fin", True)


def test_a_list_of_uais_is_told_wrong_line_by_line_and_the_empty_ones_count():
    lines = read_uais("0699001j \n\nLYCEE\r\n0699002K\n069900")
    assert lines == {1: "0699001J", 3: "LYCEE", 4: "0699002K", 5: "069900"}
    told = faults_of_uais(lines, {"0699001J": "10"})
    assert [one.split(" : ")[0] for one in told] == ["Ligne 3", "Ligne 4", "Ligne 5"]
    assert "n’est pas un UAI" in told[0]
    assert "aucune mission" in told[1]


@pytest.mark.parametrize("texte", ["", " \n ", "0699001J\n" * (MAX_LIGNES + 1)])
def test_an_empty_list_and_one_that_is_too_long_are_refused(texte):
    with pytest.raises(OuvertureRefusee):
        read_uais(texte)
