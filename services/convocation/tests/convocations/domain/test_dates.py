"""Which dates one may choose, and what is told of them and of the people before saving. Pure and fast."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from convocation.annuaire.domain import Intervenant
from convocation.avertissements.domain import Avertissement
from convocation.convocations.domain import Saisie, convoquer, modifier
from convocation.convocations.examen import sur_la_discipline
from convocation.convocations.forms import Saisies
from convocation.convocations.refus import DateInvraisemblable, DatePassee
from convocation.missions.domain import Mission, MissionType

HIER, JOUR, DEMAIN = date(2027, 2, 1), date(2027, 2, 2), date(2027, 2, 3)
MISSION = Mission(
    mission_id=UUID(int=1),
    session="2027-E3C1",
    uai="0699001J",
    academie="10",
    etablissement_nom="LYCEE FICTIF",
    etablissement_commune="LYON",
    type=MissionType.CORRECTION,
    voie="GENERALE",
    code="HG",
    libelle="Histoire-géographie",
    candidats=100,
    date_debut=date(2027, 1, 13),
    sans_candidat=False,
    version=1,
)


def person(numero, *disciplines):
    return Intervenant(numero, "Mme", f"NOM{numero}", "Ana", "x@y.invalid", "0699001J", (), disciplines, "10")


def convoked(*dates, aujourdhui=JOUR, requis=None, people=None):
    people = people or {"1": person("1", "1000")}
    saisie = Saisie(None, dates, "")
    return convoquer(
        MISSION,
        ouvert=True,
        numeros=list(people),
        annuaire=people,
        existantes={},
        saisie=saisie,
        requis=requis or {},
        aujourdhui=aujourdhui,
    )


def test_a_past_date_is_refused_by_name_and_today_is_none():
    assert convoked(JOUR)[0].dates == (JOUR,)
    with pytest.raises(DatePassee) as refused:
        convoked(DEMAIN, HIER)
    assert refused.value.phrase.startswith("Cette date de mission est passée : lundi 1er février 2027.")
    assert refused.value.details["dates"] == ["2027-02-01"]
    with pytest.raises(DatePassee, match="date-passee"):
        convoked(date(2020, 1, 1))
    with pytest.raises(DateInvraisemblable):
        convoked(date(27, 2, 3))


def test_a_date_that_passed_may_stay_and_none_may_be_chosen():
    [held] = convoked(HIER, aujourdhui=HIER)

    def changed(*dates):
        return modifier(held, MISSION, ouvert=True, saisie=Saisie(None, dates, "Salle 2"), aujourdhui=JOUR)

    assert changed(HIER).observation == "Salle 2"
    assert changed(HIER, DEMAIN).dates == (HIER, DEMAIN)
    with pytest.raises(DatePassee) as refused:
        changed(HIER, date(2027, 1, 31))
    assert refused.value.jours == [date(2027, 1, 31)]


def test_the_sentence_stands_at_the_field_that_the_past_date_was_typed_into():
    saisies = Saisies(dates=["2027-02-03", "", "2027-02-01"])
    assert [one["champ"] for one in saisies.erreurs(DatePassee([HIER]))] == ["date-3"]
    assert [one["champ"] for one in saisies.erreurs(DateInvraisemblable())] == ["date-1"]
    assert saisies.erreurs(None) == []


def test_who_teaches_another_discipline_is_told_by_name_unless_she_covers_a_profile():
    people = {
        "1": person("1", "1000"),
        "2": person("2", "0202"),
        "3": replace(person("3", "9999"), profils=("lettres",)),
    }
    nouvelles = convoked(JOUR, people=people, requis={"lettres": frozenset({"0200"})})
    [told] = sur_la_discipline(list(people.values()), nouvelles, ["1000"])
    assert (told.type, told.details) == ("autre-discipline", ("NOM2 Ana",))
    assert sur_la_discipline(list(people.values()), nouvelles, []) == []


def test_people_of_whom_the_same_is_said_are_named_in_one_line_and_asked_about_one_by_one():
    details = ("A : 05/03/2027, HG", "B : 05/03/2027, HG", "B : 06/03/2027, HLP", "C")
    told = Avertissement("x", "Phrase.", details)
    assert told.lignes == ["A, B : 05/03/2027, HG", "B : 06/03/2027, HLP", "C"]
    assert len(told.cles) == 4
