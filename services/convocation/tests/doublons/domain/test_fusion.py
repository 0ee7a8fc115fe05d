"""Two entries that are one person: what they are together, and whose the convocations become. Pure."""

from dataclasses import replace
from datetime import date

import pytest

from convocation.annuaire.domain import Indisponibilite, Intervenant, noms_proches
from convocation.convocations.domain import Convocation, NatureVersion, Qualite, QualiteRetenue
from convocation.doublons.domain import MOTIF_DOUBLE, MOTIF_REPRISE, differents, reprendre, unir

UNE = Intervenant("1", "Mme", "DUPONT", "Zoé", "zoe@ac-exemple.invalid", "0699001J", ("0699003L",), ("1000",), "10")
AUTRE = Intervenant("2", "Mme", "DUPOND", "Zoe", "z@ac-exemple.invalid", "0699002K", ("0699001J",), ("0100",), "10")
ANCIENNE = Convocation(
    "2",
    QualiteRetenue(Qualite("COORDINATEUR"), False),
    "p",
    (date(2020, 3, 5),),
    "Salle 3",
    NatureVersion.MODIFICATION,
    4,
)


def absent(first, last):
    return Indisponibilite(date(2020, 3, first), date(2020, 3, last))


def test_the_kept_entry_has_the_disciplines_places_profiles_and_absences_of_both():
    une = replace(UNE, profils=("philo",), indisponibilites=(absent(1, 2), absent(5, 6)))
    autre = replace(AUTRE, profils=("lettres", "philo"), indisponibilites=(absent(5, 9), absent(12, 12)))
    both = unir(une, autre)
    assert both.disciplines == ("1000", "0100")
    assert both.uais_secondaires == ("0699003L", "0699002K")
    assert both.profils == ("philo", "lettres")
    assert both.indisponibilites == (absent(1, 2), absent(5, 9), absent(12, 12))
    assert (both.numero, both.nom, both.courriel, both.uai) == (une.numero, une.nom, une.courriel, une.uai)


def test_a_convocation_is_cancelled_and_made_again_with_the_same_entry():
    reprise = reprendre(ANCIENNE, None, "1")
    assert reprise.annulee == replace(ANCIENNE, nature=NatureVersion.ANNULATION, motif=MOTIF_REPRISE, version=5)
    assert reprise.nouvelle == replace(ANCIENNE, numero="1", nature=NatureVersion.CONVOCATION, version=1)


def test_one_that_the_kept_person_had_and_lost_takes_its_next_version():
    lost = replace(ANCIENNE, numero="1", nature=NatureVersion.ANNULATION, version=7, motif="Erreur")
    nouvelle = reprendre(ANCIENNE, lost, "1").nouvelle
    assert (nouvelle.version, nouvelle.motif, nouvelle.active) == (8, None, True)


def test_where_both_are_convoked_the_kept_persons_stays_as_it_is():
    reprise = reprendre(ANCIENNE, replace(ANCIENNE, numero="1"), "1")
    assert reprise.nouvelle is None
    assert (reprise.annulee.numero, reprise.annulee.motif, reprise.annulee.active) == ("2", MOTIF_DOUBLE, False)


def test_the_fields_that_differ_are_those_a_reader_sees_differ():
    assert differents(UNE, AUTRE) == {"nom", "courriel", "uai", "uais_secondaires", "disciplines"}
    assert differents(UNE, replace(UNE, numero="9", nom="Dupont", disciplines=("1000",))) == frozenset()


@pytest.mark.parametrize(
    ("une", "autre", "near"),
    [
        ("DUPONT ZOE", "DUPOND ZOE", True),
        ("DUPONT ZOE", "ZOE DUPONT", True),
        ("DUPONT MARTEL ZOE", "DUPONT ZOE", True),
        ("DUPONT ZOE", "DUPONT INES", False),
        ("DUPONT", "DUPONT ZOE", False),
        ("MARTIN PAUL", "MARTIN PAULE", True),
        ("MARTIN PAUL", "MARTEAU PAUL", False),
    ],
)
def test_names_are_near_by_one_letter_another_order_or_one_name_more(une, autre, near):
    assert noms_proches(une, autre) is near
    assert noms_proches(autre, une) is near
