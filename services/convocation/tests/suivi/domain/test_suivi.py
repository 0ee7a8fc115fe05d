"""Where a convocation stands. Pure and fast."""

import pytest

from convocation.suivi.domain import Acces, Courriel, Fait, suivi


def test_a_new_convocation_is_on_its_way_to_santorin_and_by_mail():
    state = suivi(1, active=True, acces=None, notification=None)
    assert (state.acces, state.courriel, state.en_attente) == (Acces.EN_COURS, Courriel.EN_ATTENTE, True)


def test_once_transmitted_and_mailed_nothing_is_waited_for():
    state = suivi(1, active=True, acces=Fait("TRANSMISE", 1, None), notification=Fait("ENVOYEE", 1, None))
    assert (state.acces, state.courriel, state.en_attente) == (Acces.TRANSMISE, Courriel.ENVOYEE, False)


def test_what_was_said_of_an_earlier_version_says_nothing_of_this_one():
    state = suivi(2, active=True, acces=Fait("ACCEPTEE", 1, None), notification=Fait("ECHOUEE", 1, "SMTP 550"))
    assert (state.acces, state.courriel, state.courriel_motif) == (Acces.EN_COURS, Courriel.EN_ATTENTE, None)


def test_r45_after_a_cancellation_the_right_is_withdrawn_and_the_person_told():
    waiting = suivi(2, active=False, acces=Fait("TRANSMISE", 1, None), notification=Fait("ENVOYEE", 1, None))
    assert waiting.acces is Acces.RETRAIT_EN_COURS
    done = suivi(2, active=False, acces=Fait("RETIREE", 2, None), notification=Fait("ENVOYEE", 2, None))
    assert (done.acces, done.en_attente) == (Acces.RETIREE, False)


def test_who_was_never_told_is_not_waited_for_after_a_cancellation():
    state = suivi(2, active=False, acces=Fait("RETIREE", 2, None), notification=None)
    assert (state.courriel, state.en_attente) == (Courriel.SANS_OBJET, False)


def test_a_refusal_bears_its_reason():
    state = suivi(1, active=True, acces=Fait("REJETEE", 1, "identité inconnue"), notification=None)
    assert (state.acces, state.acces_motif) == (Acces.REJETEE, "identité inconnue")


def test_a_mail_that_came_back_wants_to_be_handed_over_until_it_was():
    back = suivi(1, active=True, acces=None, notification=Fait("REVENUE", 1, "boîte inconnue"))
    assert (back.courriel, back.courriel_motif, back.a_remettre) == (Courriel.REVENUE, "boîte inconnue", True)
    done = suivi(1, active=True, acces=None, notification=Fait("REVENUE", 1, "boîte inconnue"), remise=True)
    assert (done.courriel, done.courriel_motif, done.a_remettre) == (Courriel.REMISE, None, False)


@pytest.mark.parametrize("etat", ["ENVOYEE", None])
def test_what_was_mailed_or_will_be_is_not_to_be_handed_over(etat):
    state = suivi(1, active=True, acces=None, notification=Fait(etat, 1, None) if etat else None)
    assert not state.a_remettre
