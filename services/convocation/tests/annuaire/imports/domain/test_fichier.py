"""What the directory says of a person before she is convoked. Pure."""

from datetime import date

from convocation.annuaire.domain import Indisponibilite, Intervenant
from convocation.convocations.examen import sur_les_personnes
from convocation.exigences.domain import profil_couvert

FIRST, LAST = date(2020, 3, 5), date(2020, 3, 6)


def person(**more):
    fields = {"numero": "1", "civilite": "Mme", "nom": "NOM", "prenom": "Prénom", "courriel": "x@y.invalid"}
    places = {"uai": "0699001J", "uais_secondaires": (), "disciplines": ("1000",), "academie": "10"}
    return Intervenant(**fields, **places, **more)


def test_somebody_unavailable_is_told_for_each_day_chosen_the_first_and_the_last_included():
    absent = person(indisponibilites=(Indisponibilite(FIRST, LAST),))
    around = [date(2020, 3, 4), FIRST, LAST, date(2020, 3, 7)]
    [warning] = sur_les_personnes([absent], around)
    assert warning.type == "indisponible"
    assert warning.details == ("NOM Prénom : 05/03/2020", "NOM Prénom : 06/03/2020")


def test_a_stagiaire_is_told_and_somebody_available_and_titulaire_is_not():
    assert [one.type for one in sur_les_personnes([person(stagiaire=True)], [FIRST])] == ["stagiaire"]
    assert sur_les_personnes([person()], [FIRST]) == []


def test_r47_a_profile_that_the_directory_says_of_a_person_counts_as_one_of_her_disciplines():
    requis = {"lettres": frozenset({"0202"}), "philosophie": frozenset({"0100"})}
    assert profil_couvert(requis, ["1000"], ["philosophie"]) == "philosophie"
    assert profil_couvert(requis, ["0202"]) == "lettres"
    assert profil_couvert(requis, ["1000"], ["autre"]) is None
