"""An address that one door takes is taken by all: import by file, API, form, and sending."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData

from convocation.annuaire.forms import fautes, lire_fiche
from convocation.annuaire.imports.domain import Faute, Ligne, Regles, lire
from convocation.annuaire.schemas import FicheIn, IntervenantIn
from francais.textes import inerte
from notifier.gateways.composition import Inenvoyable, _address

HEADER = "numero;civilite;nom;prenom;courriel;uai;uais_secondaires;disciplines;actif"
FICHE = {"civilite": "Mme", "nom": "NOM", "prenom": "Prénom", "uai": "0699001J"}
ODD = [
    "anne,x@b.invalid",
    "<a@b.invalid>",
    "mailto:a@b.invalid",
    "a@b.invalid.",
    "a\u200bb@c.invalid",
    "rené@b.invalid",
    "+a@b.invalid",
    "-a@b.invalid",
    "anne..x@b.invalid",
    "anne@académie.invalid",
    "a@xn--acadmie-eya.invalid",
    "a@b",
    "é@é",
    "a@-b",
    "a@b_c",
    "Anne@B.invalid",
    "a+b@c.invalid",
]
"""U+200B: a form takes it away, as in every text that is pasted; the other doors say that it is there."""


def by_file(courriel):
    """What is kept, or None; the fault is at the line and the column. A file of ours bears `inerte` texts."""
    line = f"1;Mme;NOM;Prénom;{inerte(courriel)};0699001J;;;oui"
    [found] = lire(f"{HEADER}\n{line}\n".encode(), Regles("10", (), lambda _: True))
    if isinstance(found, Faute):
        assert (found.ligne, found.colonne) == (2, "courriel")
        return None
    assert isinstance(found, Ligne)
    return found.personne.courriel


def by_api(courriel):
    try:
        return IntervenantIn(numero="1", courriel=courriel, **FICHE).courriel
    except ValueError:
        return None


def by_form(courriel):
    corps = lire_fiche(FormData(FICHE | {"courriel": courriel})).corps()
    wrong = fautes(FicheIn, corps)
    assert {one["champ"] for one in wrong} <= {"courriel"}
    return None if wrong else FicheIn.model_validate(corps).courriel


def by_sending(courriel):
    try:
        return _address("NOM", courriel).addr_spec
    except Inenvoyable:
        return None


@pytest.mark.parametrize("courriel", ODD, ids=ascii)
def test_an_odd_address_is_judged_alike_at_every_door(courriel):
    doors = {by_file(courriel), by_api(courriel), by_sending(courriel)}
    if "\u200b" not in courriel:
        doors.add(by_form(courriel))
    assert len(doors) == 1


LETTERS = st.text(st.sampled_from("aaZ9..-_+'é@ ,<\u00df\u0301"), max_size=6)


@settings(max_examples=1_000)
@given(LETTERS, LETTERS)
@example("'", "9")
def test_whatever_is_typed_is_judged_alike_and_what_is_kept_can_be_sent_to(local, domain):
    courriel = f"{local}@{domain}".strip()
    kept = by_api(courriel)
    assert by_file(courriel) == kept == by_form(courriel) == by_sending(courriel)
    assert kept is None or by_sending(kept) == kept
