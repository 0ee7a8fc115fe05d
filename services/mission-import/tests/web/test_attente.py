"""What waits is filtered by what changes and by place, ticked over pages, accepted as it was seen (0059)."""

import html
import re

SESSION, LYON, AUTRE, LILLE = "2020-E3C1", "0699001J", "0699002K", "0599001N"
ATTENTE = f"/imports/a-valider/10/{SESSION}"


def named(state, nom=None, commune=None):
    place = state.etablissement
    changed = place.model_copy(update={"nom": nom or place.nom, "commune": commune or place.commune})
    return state.model_copy(update={"etablissement": changed})


def uais(numbers):
    """UAI of lycées that there are not, with their letters."""
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    return [f"0699{one:03}{letters[int(f'0699{one:03}') % 23]}" for one in numbers]


def listed(answer):
    return re.findall(r'<input type="checkbox" name="vue" value="([^":]+):', answer.text)


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


async def changes(world):
    """A lycée for each kind of change, as they wait."""
    kinds = dict(zip(("CREEES", "RETIREES", "HAUSSE", "BAISSE", "NOM"), uais(range(10, 15)), strict=True))
    await world.receive(*(world.closing(one, 1, HG=30, HLP=5) for one in kinds.values()))
    await world.validation()
    after = {
        "CREEES": world.closing(kinds["CREEES"], 2, HG=30, HLP=5, SES=4),
        "RETIREES": world.closing(kinds["RETIREES"], 2, HG=30),
        "HAUSSE": world.closing(kinds["HAUSSE"], 2, HG=31, HLP=5),
        "BAISSE": world.closing(kinds["BAISSE"], 2, HG=29, HLP=5),
        "NOM": named(world.closing(kinds["NOM"], 2, HG=30, HLP=5), "LYCÉE ÉMILE-ZOLA", "Saint-Étienne"),
    }
    await world.receive(*after.values())
    return kinds


async def test_the_list_is_filtered_by_what_changes(world):
    kinds = await changes(world)
    assert sorted(listed(await world.page("lyon", ATTENTE))) == sorted(kinds.values())
    for tri, uai in kinds.items():
        assert listed(await world.page("lyon", f"{ATTENTE}?tri={tri}")) == [uai], tri
    assert len(listed(await world.page("lyon", f"{ATTENTE}?tri=AUTRE"))) == 5
    assert "ne correspond à ce filtre" in words(await world.page("lyon", f"{ATTENTE}?q=introuvable"))


async def test_name_commune_and_uai_are_found_without_accents_and_hyphens(world):
    kinds = await changes(world)
    for asked in ("emile zola", "SAINT ETIENNE", "étienne zola", kinds["NOM"].lower()):
        assert listed(await world.page("lyon", f"{ATTENTE}?q={asked}")) == [kinds["NOM"]], asked
        page = await world.page("lyon", f"/imports?q={asked}")
        assert f"/imports/{SESSION}/{kinds['NOM']}" in page.text, asked
        assert f"/imports/{SESSION}/{kinds['HAUSSE']}" not in page.text, asked


async def test_boxes_are_ticked_over_pages_and_within_a_filter(world):
    await world.validation()
    places = uais(range(100, 160))
    await world.receive(*(world.closing(one, 1, HG=30) for one in places))
    first = await world.page("lyon", ATTENTE)
    assert len(listed(first)) == 50
    ticked = [f"{one}:1" for one in listed(first)[:3]]
    second = await world.page("lyon", ATTENTE, {"vue": ticked, "action": "page|2"})
    assert len(listed(second)) == 10
    assert re.findall(r'type="hidden" name="vue" value="([^"]+)"', second.text) == sorted(ticked)
    assert "3 clôtures cochées sur 60, sur toutes les pages" in words(second)
    both = await world.page("lyon", f"{ATTENTE}?q={places[0]}", {"vue": ticked[1:], "action": "tous"})
    assert "3 clôtures cochées sur 1" in words(both)
    none = await world.page("lyon", ATTENTE, {"vue": ticked, "action": "aucun", "page": "2"})
    assert "0 clôture cochée" in words(none)
    await world.page("lyon", ATTENTE, {"vue": [*ticked, f"{listed(second)[0]}:1"], "action": "accepter"})
    states = [row["etat"] for row in await world.pool.fetch("SELECT etat FROM cloture_recue")]
    assert (states.count("APPLIQUEE"), states.count("A_VALIDER")) == (4, 56)


async def test_a_line_that_changed_since_it_was_shown_is_left_and_told_and_the_others_are_accepted(world):
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30), world.closing(AUTRE, 1, HG=20))
    await world.receive(world.closing(LYON, 2, HG=29))
    answer = await world.page("lyon", ATTENTE, {"vue": [f"{LYON}:1", f"{AUTRE}:1"], "action": "accepter"})
    assert (await world.etats(), await world.etats(AUTRE)) == ({1: "REMPLACEE", 2: "A_VALIDER"}, {1: "APPLIQUEE"})
    told = words(await world.page("lyon", answer.headers["location"]))
    assert "1 clôture acceptée" in told
    assert "1 clôture n’est pas acceptée : ce n’est plus ce que vous avez lu" in told
    assert f"LYCEE {LYON} ({LYON}) : la révision 2 attend." in told
    await world.decide(2, "REFUSER", "x")
    again = await world.page("lyon", ATTENTE, {"vue": f"{LYON}:2", "action": "accepter"})
    assert f"{LYON} : elle n’attend plus." in words(await world.page("lyon", again.headers["location"]))


async def test_accepted_twice_is_accepted_once_and_says_so(world):
    """A second click: « n’est pas acceptée » would be untrue."""
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30), world.closing(AUTRE, 1, HG=20))
    ticked = {"vue": [f"{LYON}:1", f"{AUTRE}:1", "<forgé>:1"], "action": "accepter"}
    await world.page("lyon", ATTENTE, ticked)
    before = await world.checksums()
    again = await world.page("lyon", ATTENTE, ticked)
    assert await world.checksums() == before
    assert again.headers["location"].endswith("?acceptees=0&deja=2&changees=")
    told = words(await world.page("lyon", again.headers["location"]))
    assert "2 clôtures étaient déjà acceptées" in told
    assert "ce n’est plus ce que vous avez lu" not in told


async def test_another_academies_closing_that_is_ticked_is_not_accepted(world):
    for academie in ("10", "09"):
        await world.validation(academie)
    await world.receive(world.closing(LILLE, 1, HG=30), world.closing(LYON, 1, HG=30))
    await world.page("lyon", ATTENTE, {"vue": [f"{LILLE}:1", f"{LYON}:1"], "action": "accepter"})
    assert (await world.etats(LILLE), await world.etats(LYON)) == ({1: "A_VALIDER"}, {1: "APPLIQUEE"})
