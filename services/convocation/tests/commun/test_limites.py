"""Who asks too often waits, by person or by address; nobody reads the whole directory in an hour without a word."""

from dataclasses import replace

import pytest

from convocation.commun.application import Debits

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
SEARCH = {"search_per_second": 1, "search_burst": 3}
DOCUMENTS = {"document_per_second": 1, "document_burst": 2}
STRANGERS = {"stranger_per_second": 1, "stranger_burst": 4}


@pytest.fixture
def limited(open_world, clock):
    """The application with these limits, and a clock of its own for them."""

    def limit(**limits):
        settings = open_world.settings.model_copy(update=limits)
        state = open_world.app.state.application
        open_world.app.state.application = replace(state, debits=Debits.of(settings))
        open_world.clock = clock
        return open_world

    return limit


def searches(world, who):
    """The same limit holds for a program and for the page."""
    path = f"missions/{world.hg}"
    form = {"action": "chercher", "discipline": "1000", "cle": "c"}
    return (
        lambda: who.get(f"/api/{path}/intervenants", discipline="1000"),
        lambda: world.browser(who).post(f"/{path}/affectation", form),
    )


async def test_who_searches_too_often_waits_and_others_do_not(limited):
    world = limited(**SEARCH)
    by_program, by_page = searches(world, world.chef)
    assert [(await by_program()).status_code, (await by_page()).status_code] == [200, 200]
    assert (await by_program()).status_code == 200
    for one in (by_program, by_page):
        refused = await one()
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert (await searches(world, world.delegue)[0]()).status_code == 200
    world.clock.now += int(refused.headers["retry-after"])
    assert (await by_program()).status_code == 200


async def test_the_directory_is_searched_within_the_same_rate(limited):
    world = limited(**SEARCH)
    asked = [
        await world.gestionnaire.post("/api/academies/10/intervenants/recherche", {"nom": "DUPONT"}),
        await world.browser("gestionnaire").get("/intervenants"),
        await world.browser("gestionnaire").post("/intervenants", {"nom": "DUPONT"}),
        await world.browser("gestionnaire").post("/intervenants", {"nom": "DUPONT"}),
    ]
    assert [one.status_code for one in asked] == [200, 200, 200, 429]


async def test_documents_have_a_rate_of_their_own(limited):
    world = limited(**DOCUMENTS)
    await world.chef.convoque(world.hg, "100")
    paths = [f"/missions/{world.hg}/convocations.pdf"] * 3
    assert [(await world.chef.get(path)).status_code for path in paths] == [200, 200, 429]
    assert (await searches(world, world.chef)[0]()).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/lien/x", "/verifier/x", "/calendrier/x.ics", "/connexion/developpement?role=administrateur"],
)
async def test_what_needs_no_person_is_limited_by_address_whatever_it_finds(limited, path):
    world = limited(**STRANGERS)
    told = [(await world.client.get(path, headers=HTML)).status_code for _ in range(6)]
    assert 429 not in told[:4]
    assert told[4:] == [429, 429]
    assert (await world.client.get("/verifier/x", headers=HTML)).status_code == 429, "one rate for all of it"


async def test_lost_mails_are_declared_within_the_same_rate(limited):
    world = limited(**STRANGERS)
    asked = [await world.client.post("/lien-perdu", data={"courriel": "x@y.invalid"}, headers=HTML) for _ in range(6)]
    assert [one.status_code for one in asked] == [303] * 4 + [429] * 2


async def test_nobody_reads_the_whole_directory_in_an_hour_and_the_audit_says_who_tried(limited):
    world = limited(people_per_hour=100)
    people = [world.fiche(f"9{number:02}", "DUPONT", f"Anne {number}") for number in range(60)]
    await world.register(people)
    gestionnaire = world.browser("gestionnaire")
    assert (await gestionnaire.get("/intervenants")).status_code == 200  # fifty of them
    assert (await gestionnaire.post("/intervenants", {"nom": "DUPONT"})).status_code == 200
    for _ in range(3):
        refused = await gestionnaire.post("/intervenants", {"nom": "DUPONT"})
        assert refused.status_code == 429
    acts = (await world.administrateur.get("/api/audit", famille="intervenants")).json()["actes"]
    assert [(one["action"], one["par"]) for one in acts if "plafond" in one["action"]] == [
        ("intervenants.plafond", "gest")
    ]
    assert "Annuaire lu au-delà" in await world.browser("administrateur").text("/journal")
    assert (await searches(world, world.chef)[0]()).status_code == 200, "others read on"
    world.clock.now += 3_600
    assert (await gestionnaire.get("/intervenants")).status_code == 200


async def test_somebody_who_is_shown_nobody_has_read_nobody(limited):
    world = limited(people_per_hour=100)
    for _ in range(5):
        answer = await world.chef.get(f"/api/missions/{world.hg}/intervenants", nom="PERSONNE")
        assert (answer.status_code, answer.json()["intervenants"]) == (200, [])
