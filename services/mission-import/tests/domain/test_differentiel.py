"""The differential of a closing: rows, words and numbers, exactly (K.a)."""

from datetime import date

from mission_import.domain.differentiel import Bilan, Changement, Ligne, Nature, bilan, differentiel
from mission_import.domain.generation import generate
from mission_import.domain.inscriptions import Cloture, Epreuve, Etablissement
from mission_import.domain.mission import NUMERISATION, Cle

TODAY = date(2020, 1, 11)
PLACE = Etablissement("0699001J", "LYCEE FICTIF", "VILLE", "10")
HG, HLP, ALL = Cle("GENERALE", "HG"), Cle("GENERALE", "HLP"), Cle("COMMUNE", "LVA-ALL")


def closing(**candidats):
    places = {"HG": "GENERALE", "HLP": "GENERALE", "LVA_ALL": "COMMUNE"}
    epreuves = [Epreuve(c.replace("_", "-"), f"Épreuve {c}", "E3C", places[c], n) for c, n in candidats.items()]
    return Cloture("2020-E3C1", 1, PLACE, tuple(epreuves))


def held(cloture, before=None):
    return dict(before or {}) | {one.cle: one for one in generate(cloture, before or {}, TODAY)}


def test_each_mission_is_created_changed_unchanged_or_without_candidates_with_its_people():
    existing = held(closing(HG=30, HLP=12))
    rows = differentiel(closing(HG=28, LVA_ALL=14), existing, TODAY, {HLP: 3, HG: 1})
    assert rows == [
        Ligne(ALL, "Épreuve LVA_ALL", Nature.CREEE),
        Ligne(HG, "Épreuve HG", Nature.MODIFIEE, (Changement("candidats", 30, 28),), 1),
        Ligne(NUMERISATION, "Numérisation de copies", Nature.INCHANGEE),
        Ligne(
            HLP,
            "Épreuve HLP",
            Nature.SANS_CANDIDAT,
            (Changement("candidats", 12, 0), Changement("etat", "ACTIVE", "WITHDRAWN")),
            3,
        ),
    ]


def test_the_numbers_are_those_of_the_rows():
    existing = held(closing(HG=30, HLP=12))
    later = closing(HG=28, LVA_ALL=14)
    assert bilan(generate(later, existing, TODAY), existing) == Bilan(1, 1, 1, 1)
    assert bilan(generate(closing(HG=30, HLP=12), existing, TODAY), existing) == Bilan(0, 0, 3, 0)


def test_a_mission_withdrawn_before_that_stays_so_is_not_told_and_one_that_comes_back_is_changed():
    existing = held(closing(HG=30), held(closing(HG=30, HLP=12)))
    assert HLP not in {row.cle for row in differentiel(closing(HG=30), existing, TODAY, {})}
    [back] = [row for row in differentiel(closing(HG=30, HLP=5), existing, TODAY, {}) if row.cle == HLP]
    assert back.nature is Nature.MODIFIEE
    assert back.changements == (Changement("candidats", 0, 5), Changement("etat", "WITHDRAWN", "ACTIVE"))
