"""Invented people of one académie, many of one name, and some that are there twice."""

import random
from itertools import accumulate, count

import pytest

from convocation.annuaire.domain import Intervenant


def _words(text):
    return text.split()


ACADEMIE, LYCEES = "10", [f"069{n:04}A" for n in range(500)]
_PRENOMS = _words(
    "Marie Nathalie Isabelle Sylvie Catherine Françoise Martine Christine Monique Valérie Sandrine Véronique Nicole "
    "Stéphanie Sophie Anne Céline Julie Aurélie Émilie Laura Camille Léa Manon Élodie Jean Pierre Michel Philippe "
    "Alain Patrick Nicolas Christophe Christian Daniel Laurent Frédéric Éric Julien Sébastien David Thomas Alexandre "
    "Antoine Karim Inès Zoé Hugo Louis Paul Luc"
)
_NOMS = _words(
    "MARTIN BERNARD THOMAS PETIT ROBERT RICHARD DURAND DUBOIS MOREAU LAURENT SIMON MICHEL LEFEVRE LEROY ROUX DAVID "
    "BERTRAND MOREL FOURNIER GIRARD BONNET DUPONT LAMBERT FONTAINE ROUSSEAU VINCENT MULLER FAURE ANDRE MERCIER BLANC "
    "GUERIN BOYER GARNIER CHEVALIER FRANCOIS LEGRAND GAUTHIER GARCIA PERRIN ROBIN CLEMENT MORIN NICOLAS HENRY ROUSSEL"
)
_SYLLABES = _words("BAR BEL BOU CHA COR DAL DUR FER GAR GUI LAM LER MAR MON NAU PEL PER RIV ROU SAL TAR VAL VER VIL")
_FINS = _words("AND ARD AUD EAU ELLE ET IER IN ON OT OUX ERT IEU OIS")
_DISCIPLINES = [f"{code:04}" for code in range(100, 4100, 100)]


@pytest.fixture
def gens():
    """A function of how many people, and how many of them are there twice."""
    return _gens


def _gens(size, doubles, seed=20):
    """`size` people, of whom `doubles` are there a second time under another number; the pairs of those."""
    rng = random.Random(seed)  # the same people each time
    noms = _NOMS + sorted({a + b + c for a in _SYLLABES for b in _SYLLABES for c in _FINS})[:6000]
    rng.shuffle(noms[len(_NOMS) :])
    by_rank = list(accumulate(1 / (rank + 12) for rank in range(len(noms))))
    prenoms = list(accumulate(1 / (rank + 6) for rank in range(len(_PRENOMS))))
    numbers, mails, people, pairs = count(1_000_000), {}, [], set()
    for _ in range(size - doubles):
        nom = rng.choices(noms, cum_weights=by_rank)[0]
        prenom = rng.choices(_PRENOMS, cum_weights=prenoms)[0]
        base = f"{prenom}.{nom}".lower()
        mails[base] = mails.get(base, 0) + 1
        mail = f"{base}{mails[base] if mails[base] > 1 else ''}@ac-exemple.invalid"
        people.append(_one(numbers, nom, prenom, mail, rng.choice(LYCEES), rng.choice(_DISCIPLINES)))
    for one in rng.sample(people, doubles):
        people.append(_again(rng, numbers, one))
        pairs.add(tuple(sorted((one.numero, people[-1].numero))))
    return people, pairs


def _one(numbers, nom, prenom, mail, uai, discipline):
    return Intervenant(str(next(numbers)), "Mme", nom, prenom, mail, uai, (), (discipline,), ACADEMIE)


def _again(rng, numbers, one):
    """As directories have somebody twice: by hand at the same lycée, from another file, with a letter wrong."""
    how = rng.randrange(4)
    nom = one.nom if how else one.nom[:-1] + rng.choice("ESTX")
    mail = one.courriel if how == 1 else f"{one.courriel.partition('@')[0]}@exemple.invalid" if how == 2 else ""
    uai = one.uai if how in {0, 3} else rng.choice(LYCEES)
    discipline = one.disciplines[0] if how != 3 else rng.choice(_DISCIPLINES)
    mail = mail or f"{rng.randrange(10**9)}@exemple.invalid"
    return _one(numbers, nom, one.prenom, mail, uai, discipline)
