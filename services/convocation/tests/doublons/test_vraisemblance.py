"""Of many namesakes only plausible pairs are shown, the likeliest first, and the page is read from what was found."""

import pytest

from convocation.annuaire import sql as intervenants
from convocation.doublons.domain import Comparee, Paire, motifs_vraisemblables

AC = "@ac-exemple.invalid"


def one(cle="MARTIN MARIE", courriel=f"marie.martin{AC}", lieu="A", discipline="1"):
    return Comparee(cle, cle, courriel, frozenset({lieu}), frozenset({discipline}))


@pytest.mark.parametrize(
    ("autre", "homonymes", "motifs"),
    [
        (one(courriel="x@b.invalid", lieu="B", discipline="2"), 9, ()),
        (one(courriel="x@b.invalid", lieu="B", discipline="2"), 2, ("nom", "seules")),
        (one(courriel=f"marie.martin2{AC}", lieu="B", discipline="2"), 2, ()),
        (one(courriel=f"marie.martin2{AC}", lieu="B"), 9, ()),
        (one(courriel="x@b.invalid", lieu="B"), 9, ("nom", "discipline")),
        (one("MARIE MARTIN", "x@b.invalid", "B"), 9, ("nom", "discipline")),
        (one(courriel=f"marie.martin2{AC}", discipline="2"), 9, ("nom", "etablissement")),
        (one(courriel="marie.martin@b.invalid", lieu="B", discipline="2"), 9, ("nom", "identifiant")),
        (one("MARTINS MARIE", "x@b.invalid", "B"), 9, ()),
        (one("MARTINS MARIE", "x@b.invalid"), 9, ("proche", "etablissement", "discipline")),
        (one("DURAND MARIE", lieu="B", discipline="2"), 9, ("courriel",)),
        (one("DURAND MARIE", "x@b.invalid"), 9, ()),
        (one("DURAND ANNE"), 9, ()),
    ],
)
def test_a_name_and_something_else_make_a_pair(autre, homonymes, motifs):
    assert motifs_vraisemblables(one(), autre, homonymes, 2) == motifs


def test_an_offices_address_says_nothing():
    assert motifs_vraisemblables(one(), one("DURAND MARIE", lieu="B"), 1, 6) == ()


def test_the_address_counts_more_than_the_place_and_the_place_more_than_the_discipline():
    pairs = [
        Paire("1", "2", ("nom", motif)).poids for motif in ("courriel", "identifiant", "etablissement", "discipline")
    ]
    assert pairs == sorted(pairs, reverse=True)
    assert Paire("1", "2", ("nom", "etablissement")).poids > Paire("1", "2", ("proche", "etablissement")).poids


async def test_among_many_namesakes_the_doubles_are_found_and_little_else(world, gens):
    people, doubles = gens(3_000, 60)
    async with world.pool.acquire() as connection, connection.transaction():
        await intervenants.save(connection, people)
    await world.look_for_pairs()
    rows = await world.pool.fetch("SELECT numero, autre FROM doublon_probable")
    found = {tuple(row) for row in rows}
    assert doubles <= found
    assert len(found) < 2 * len(doubles)


async def test_who_changes_is_looked_for_again_and_a_third_of_the_name_makes_it_common(world):
    far = world.fiche("300", "RARE", "Nom", courriel="300@exemple.invalid", disciplines=["0202"])
    await world.register([world.fiche("301", "RARE", "Nom", "0699001J"), far])
    assert await world.doublons(world.gestionnaire) == {("300", "301"): ("nom", "seules")}
    await world.register([world.fiche("302", "RARE", "Nom", "0699003L", ["0201"], courriel="302@autre.invalid")])
    assert await world.doublons(world.gestionnaire) == {}
    await world.register([far | {"uai": "0699001J"}])
    assert await world.doublons(world.gestionnaire) == {("300", "301"): ("nom", "etablissement")}
    await world.register([far | {"uai": "0699001J", "actif": False}])
    assert await world.doublons(world.gestionnaire) == {("301", "302"): ("nom", "seules")}


async def test_the_page_says_that_some_are_still_being_looked_for(world, twins):
    await world.look_for_pairs()
    gestionnaire = world.browser("gestionnaire")
    assert "encore cherchés" not in await gestionnaire.text("/intervenants/doublons")
    await world.register(twins)
    assert "encore cherchés" in await gestionnaire.text("/intervenants/doublons")
    await world.look_for_pairs()
    page = await gestionnaire.text("/intervenants/doublons")
    assert "Même nom et même prénom&nbsp;; nom que personne d’autre ne porte dans l’académie" in page
    assert "encore cherchés" not in page
