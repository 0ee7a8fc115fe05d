"""Several pairs at once: told apart, or merged in one act whose effect is told first."""

import pytest

PAGE = "/intervenants/doublons"


async def ticked(world, *pairs):
    """Boxes as the list posts them."""
    values = []
    for pair in pairs:
        une, autre = [await world.lue(numero) for numero in pair]
        values.append(f"{une['id']}|{une['version']}|{autre['id']}|{autre['version']}")
    return values


async def keeping(world, kept, *pair):
    """The field in which the kept entry of a pair is chosen, with its value."""
    une, autre = [(await world.lue(numero))["id"] for numero in pair]
    return {f"gardee-{une}-{autre}": (await world.lue(kept))["id"]}


async def merged(world):
    rows = await world.pool.fetch("SELECT numero, fusionne_dans FROM intervenant WHERE fusionne_dans IS NOT NULL")
    return {row["numero"]: row["fusionne_dans"] for row in rows}


async def test_the_pairs_that_are_ticked_are_told_apart_and_the_others_stay(world, twins):
    await world.register([*twins, world.fiche("303", "N'DIAYE", "Karim", courriel="303@exemple.invalid")])
    assert len(await world.doublons(world.gestionnaire)) == 3
    paires = await ticked(world, ("100", "200"), ("103", "303"))
    answer = await world.browser("gestionnaire").post(PAGE, {"action": "distinctes", "paire": paires})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?fait=distinctes")
    assert list(await world.doublons(world.gestionnaire)) == [("102", "202")]
    assert await merged(world) == {}


async def test_the_effect_is_told_first_and_nothing_is_merged_before_each_kept_entry_is_chosen(open_world, twins):
    world, gestionnaire = open_world, open_world.browser("gestionnaire")
    await world.register(twins)
    await world.chef.convoque(world.hg, "200")
    paires = await ticked(world, ("100", "200"), ("102", "202"))
    told = await gestionnaire.post(PAGE, {"action": "fusionner", "paire": paires})
    assert told.status_code == 200
    assert "Reprend 1 convocation de la fiche 200." in told.text.replace("\u00a0", " ")
    assert "checked" not in told.text
    half = await keeping(world, "100", "100", "200")
    refused = await gestionnaire.post(PAGE, {"action": "confirmer", "paire": paires} | half)
    assert refused.status_code == 422
    assert (
        refused.text.count("Choisissez la fiche à garder pour chaque paire.") == 2
    )  # of the one pair, above and beside
    assert await merged(world) == {}
    both = half | await keeping(world, "202", "102", "202")
    done = await gestionnaire.post(PAGE, {"action": "confirmer", "paire": paires} | both)
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?fait=fusionnees")
    assert await merged(world) == {"200": "100", "102": "202"}


async def test_a_pair_that_is_refused_holds_no_other_and_stays_with_the_reason(world, twins):
    await world.register(twins)
    paires = await ticked(world, ("100", "200"), ("102", "202"))
    chosen = await keeping(world, "100", "100", "200") | await keeping(world, "102", "102", "202")
    await world.register([twins[0] | {"prenom": "Élodie-Rose"}])  # changed since it was looked at
    answer = await world.browser("gestionnaire").post(PAGE, {"action": "confirmer", "paire": paires} | chosen)
    assert answer.status_code == 412
    text = answer.text.replace("\u00a0", " ")
    assert "1 paire est fusionnée" in text
    assert "Fusionner 1 paire de fiches" in text
    assert await merged(world) == {"202": "102"}


@pytest.mark.parametrize("paire", [[], ["x"], ["1|2|3|4"], ["|||"], ["99999999-9999-9999-9999-999999999999|1|x|1"]])
async def test_nothing_that_makes_sense_is_ticked(world, paire):
    answer = await world.browser("gestionnaire").post(PAGE, {"action": "distinctes", "paire": paire})
    assert answer.status_code == 422
    assert "Cochez au moins une paire de fiches." in answer.text


async def test_of_another_academies_people_nothing_is_told_nor_done(world, twins):
    await world.register(twins)
    paires = await ticked(world, ("100", "200"))
    chosen = await keeping(world, "100", "100", "200")
    for action in ("distinctes", "fusionner", "confirmer"):
        answer = await world.browser("gestionnaire_de_lille").post(PAGE, {"action": action, "paire": paires} | chosen)
        assert answer.status_code == 404, action
    assert await merged(world) == {}
