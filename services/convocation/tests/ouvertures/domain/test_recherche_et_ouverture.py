"""R12, R13, R29, R35: opening by the most specific decision; search that forgives."""

from datetime import UTC, datetime

import pytest

from convocation.commun.recherche import cle, mots
from convocation.ouvertures.domain import NATIONALE, Cible, Decision, PorteeOuverture, est_ouvert

NOW = datetime(2020, 1, 20, 8, tzinfo=UTC)
ACADEMIE, LYCEE = Cible(PorteeOuverture.ACADEMIE, "10"), Cible(PorteeOuverture.ETABLISSEMENT, "0699001J")


@pytest.mark.parametrize(
    ("decisions", "ouvert"),
    [
        ({}, False),
        ({NATIONALE: True}, True),
        ({NATIONALE: True, ACADEMIE: False}, False),
        ({NATIONALE: True, ACADEMIE: False, LYCEE: True}, True),
        ({LYCEE: False, ACADEMIE: True}, False),
    ],
)
def test_r12_the_most_specific_decision_of_the_administrateur_holds_and_none_is_closed(decisions, ouvert):
    held = {cible: Decision(ouverte) for cible, ouverte in decisions.items()}
    assert est_ouvert(held, "10", "0699001J", NOW) is ouvert


def test_r13_another_etablissement_is_not_opened_by_this_ones_decision():
    assert not est_ouvert({LYCEE: Decision(ouverte=True)}, "10", "0699002K", NOW)


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Bœuf", "BOEUF"),
        ("  d’Arvor ", "D ARVOR"),
        ("Marie-Claude", "MARIE CLAUDE"),
        ("N’DIAYE Élodie", "N DIAYE ELODIE"),
        ("GRÜNER", "GRUNER"),
        ("Muñoz", "MUNOZ"),
        ("NʼDIAYE TEʻURAMA", "N DIAYE TE URAMA"),
        ("Łukasiewicz", "LUKASIEWICZ"),
        ("ĐOÀN Ơ đ", "DOAN O D"),
        ("IŞIK ışık", "ISIK ISIK"),
        ("Groß GROẞ", "GROSS GROSS"),
        ("BON\u00adNET", "BONNET"),
    ],
)
def test_r35_accents_hyphens_apostrophes_and_case_are_forgiven(texte, attendu):
    assert cle(texte) == attendu


def test_r35_each_word_is_kept_once_whatever_the_order():
    assert sorted(mots("le GOFF Le Loïc")) == sorted(mots("LOIC LE GOFF"))
