"""« Suivi des convocations »: all convocations of a lycée on one page, and acts on several at once."""

import re
from datetime import timedelta

import pytest_asyncio

LYON, DAY = "0699001J", "2030-03-05"
PAGE = f"/suivi/{LYON}"


@pytest_asyncio.fixture
async def convoked(open_world):
    """100 and 101 on histoire-géographie, 100 and 102 on HLP; ids by mission and number."""
    for mission, numeros, day in ((open_world.hg, ("100", "101"), DAY), (open_world.hlp, ("100", "102"), "2030-03-09")):
        await open_world.chef.convoque(mission, *numeros, dates=[day])
    rows = await open_world.pool.fetch("SELECT convocation_id, mission_id, numero FROM convocation")
    names = {open_world.hg: "hg", open_world.hlp: "hlp"}
    return {(names[row["mission_id"]], row["numero"]): str(row["convocation_id"]) for row in rows}


def ticked(convoked, *which, version=1):
    return [f"{convoked[one]}|{version}" for one in which]


async def states(world):
    """Number, days, qualité, version and status, by mission and number."""
    rows = await world.pool.fetch(
        """SELECT libelle, numero, dates::text[], qualite, c.version, c.status FROM convocation c
           JOIN mission USING (mission_id) ORDER BY libelle, numero"""
    )
    return [(row["libelle"][:1], row["numero"], *row["dates"], row["version"], row["status"]) for row in rows]


async def confirm(browser, acte, choix, **typed):
    return await browser.post(PAGE, data={"action": f"{acte}|confirmer", "choix": choix, **typed})


async def test_the_date_of_several_convocations_is_changed_at_once_and_its_effect_told_first(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "100"), ("hg", "101"))
    told = " ".join((await browser.post(PAGE, data={"action": "dates", "choix": choix})).text.split())
    assert "2 convocations de 2 personnes" in told
    assert "2 mails au plus" in told
    assert len(await open_world.told()) == 4  # nothing happened yet
    assert (await confirm(browser, "dates", choix, date="2030-03-12")).status_code == 303
    assert await states(open_world) == [
        ("H", "100", "2030-03-12", 2, "ACTIVE"),
        ("H", "101", "2030-03-12", 2, "ACTIVE"),
        ("H", "100", "2030-03-09", 1, "ACTIVE"),
        ("H", "102", "2030-03-09", 1, "ACTIVE"),
    ]
    assert len(await open_world.told()) == 6


async def test_a_lot_that_would_convoke_somebody_twice_a_day_is_read_before(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "100"), ("hlp", "100"))
    answer = await confirm(browser, "dates", choix, date="2030-03-12")  # both of her missions to one day
    assert answer.status_code == 422
    assert "BŒUF Élodie : 12/03/2030" in answer.text
    lus = re.findall(r'name="lus" value="([^"]*)"', answer.text)
    assert (await confirm(browser, "dates", choix, date="2030-03-12", lus=lus, outre="Deux heures")).status_code == 303
    assert await open_world.pool.fetchval("SELECT DISTINCT motif FROM passage_outre") == "Deux heures"


async def test_qualite_and_observation_of_several_are_changed_and_the_rest_stays(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "101"), ("hlp", "102"))
    await confirm(browser, "qualite", choix, qualite="COORDINATEUR")
    await confirm(browser, "observation", ticked(convoked, ("hg", "101"), version=2), observation="Salle B12")
    rows = await open_world.pool.fetch(
        "SELECT numero, qualite, observation, version FROM convocation WHERE version > 1"
    )
    found = {row["numero"]: (row["qualite"], row["observation"], row["version"]) for row in rows}
    assert found == {"101": ("COORDINATEUR", "Salle B12", 3), "102": ("COORDINATEUR", "", 2)}


async def test_somebody_ill_is_cancelled_everywhere_with_one_motif(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "100"), ("hlp", "100"))
    assert (await confirm(browser, "annuler", choix)).status_code == 422  # a reason is asked for
    assert (await confirm(browser, "annuler", choix, motif="Arrêt de travail")).status_code == 303
    rows = await open_world.pool.fetch("SELECT numero, motif FROM convocation WHERE status = 'CANCELLED'")
    assert [(row["numero"], row["motif"]) for row in rows] == [("100", "Arrêt de travail")] * 2
    assert (await open_world.browser("chef").text(PAGE)).count("im-annulee") == 2


async def test_somebody_ill_is_replaced_everywhere_by_one_person(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "100"), ("hlp", "100"))
    asked = await browser.post(PAGE, data={"action": "remplacer", "choix": choix, "recherche": "dupont inès"})
    assert 'name="remplacant" value="105" checked' in asked.text
    answer = await confirm(browser, "remplacer", choix, remplacant="105", motif="Arrêt de travail")
    lus = re.findall(r'name="lus" value="([^"]*)"', answer.text)
    again = await confirm(browser, "remplacer", choix, remplacant="105", motif="Arrêt de travail", lus=lus)
    assert again.status_code == 303, again.text
    rows = await open_world.pool.fetch("SELECT numero, dates::text[] FROM convocation WHERE status = 'ACTIVE'")
    days = sorted((row["numero"], *row["dates"]) for row in rows)
    assert days == [("101", DAY), ("102", "2030-03-09"), ("105", DAY), ("105", "2030-03-09")]


async def test_nobody_replaces_herself(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "100"))
    asked = {"action": "remplacer", "choix": choix, "recherche": "boeuf"}
    assert "Personne d’autre de ce nom" in (await browser.post(PAGE, data=asked)).text
    await open_world.register([open_world.fiche("200", "BOEUF", "Elodie", "0699002K")])
    page = await browser.post(PAGE, data=asked)
    assert re.findall(r'name="remplacant" value="(\d+)"', page.text) == ["200"]


async def test_namesakes_are_told_apart_by_where_they_teach(open_world, convoked):
    browser = open_world.browser("chef")
    assert (await browser.text(PAGE)).count('<span class="fr-hint-text">0699001J</span>') == 4
    page = await browser.post(PAGE, data={"action": "annuler", "choix": ticked(convoked, ("hg", "100"))})
    assert "BŒUF Élodie (0699001J) – Histoire-géographie" in page.text


async def test_a_convocation_that_changed_meanwhile_holds_its_mission_back_and_the_others_go(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "100"), ("hg", "101"), ("hlp", "102"))
    await confirm(browser, "qualite", ticked(convoked, ("hg", "101")), qualite="COORDINATEUR")
    answer = await confirm(browser, "dates", choix, date="2030-03-12")
    assert answer.status_code == 412
    text = " ".join(answer.text.split())
    assert "1 convocation est faite" in text
    assert "Quelqu’un a modifié cette donnée" in text
    assert [day for _, _, day, *_ in await states(open_world)] == [DAY, DAY, "2030-03-09", "2030-03-12"]


async def test_who_has_read_is_counted_filtered_and_the_others_reminded_once_a_day(open_world, convoked):
    for one in convoked.values():
        await open_world.mailed(one)
    person, browser = open_world.browser("intervenant"), open_world.browser("chef")
    read = convoked[("hg", "100")]
    await person.post(f"/convocations/{read}/prise-de-connaissance", data={"version": "1"})
    page = await browser.text(PAGE)
    assert "3 non lues" in page
    assert "1 lue<" in page
    unread = await browser.text(f"{PAGE}?etat=non-lues")
    assert (unread.count("Non lue<"), unread.count("Lue le")) == (3, 0)
    choix = [f"{one}|1" for one in convoked.values()]
    assert (await confirm(browser, "relancer", choix)).status_code == 303
    asked = "SELECT count(*) FROM courriel_demande"
    assert await open_world.pool.fetchval(asked) == 3  # who has read is left alone
    again = await confirm(browser, "relancer", choix)
    assert again.status_code == 409
    await open_world.pool.execute("UPDATE relance SET le = le - $1::interval", timedelta(hours=25))
    assert (await confirm(browser, "relancer", choix)).status_code == 303
    assert await open_world.pool.fetchval("SELECT sum(version) FROM courriel_demande") == 6


async def test_a_name_finds_all_the_convocations_of_a_person(open_world, convoked):
    browser = open_world.browser("chef")
    found = await browser.post(PAGE, data={"action": "chercher", "nom": "boeuf"})
    assert found.text.count('data-titre="Lecture"') == 2


async def test_nothing_ticked_is_told(open_world, convoked):
    answer = await open_world.browser("chef").post(PAGE, data={"action": "annuler"})
    assert answer.status_code == 422
    assert "Cochez au moins une convocation." in answer.text


async def test_who_may_only_look_sees_no_boxes_and_changes_nothing(open_world, convoked):
    browser, choix = open_world.browser("delegue_consultation"), ticked(convoked, ("hg", "100"))
    assert 'name="choix"' not in await browser.text(PAGE)
    for acte in ("annuler", "relancer"):
        assert (await confirm(browser, acte, choix, motif="x")).status_code == 403
    numerisation = open_world.browser("delegue_numerisation")
    assert (await confirm(numerisation, "annuler", choix, motif="x")).status_code == 403
    assert {row[-1] for row in await states(open_world)} == {"ACTIVE"}


async def test_another_lycees_convocations_do_not_exist(open_world, convoked):
    browser, choix = open_world.browser("autre_chef"), ticked(convoked, ("hg", "100"))
    assert (await browser.get(PAGE)).status_code == 404
    assert (await confirm(browser, "annuler", choix, motif="x")).status_code == 404
    own = await browser.post("/suivi/0699002K", data={"action": "annuler|confirmer", "choix": choix, "motif": "x"})
    assert own.status_code == 422  # what is ticked is none of hers
    assert {row[-1] for row in await states(open_world)} == {"ACTIVE"}


async def undone(browser, answer):
    """What « Défaire » answers on the page that the act led to."""
    assert answer.status_code == 303
    return await browser.post(f"{PAGE}/defaire", data={"lot": await number(browser)})


async def number(browser):
    """Of the act that the page offers to undo, whatever one has looked at since."""
    [lot] = re.findall(r'name="lot" value="(\d+)"', await browser.text(PAGE))
    return lot


async def test_an_act_on_several_is_undone_and_all_is_as_before(open_world, convoked):
    browser, before = open_world.browser("chef"), await states(open_world)
    choix = ticked(convoked, ("hg", "100"), ("hlp", "100"))
    for n, (acte, typed) in enumerate((("annuler", {"motif": "Malade"}), ("qualite", {"qualite": "COORDINATEUR"}))):
        version = 1 + 2 * n
        choix = ticked(convoked, ("hg", "100"), ("hlp", "100"), version=version)
        done = await confirm(browser, acte, choix, **typed)
        assert "2 convocations. SANTORIN en est prévenu" in (await browser.get(done.headers["location"])).text
        back = await undone(browser, done)
        assert "fait=defait&n=2" in back.headers["location"]
        after = [(*one[:-2], 1, one[-1]) for one in await states(open_world)]
        assert after == before, acte
    qualites = await open_world.pool.fetch("SELECT DISTINCT qualite, qualite_par_defaut FROM convocation")
    assert [tuple(one) for one in qualites] == [("CORRECTEUR", True)]


async def test_a_replacement_is_undone_the_one_leaves_and_the_other_is_back(open_world, convoked):
    browser = open_world.browser("chef")
    choix = ticked(convoked, ("hlp", "102"))
    page = await confirm(browser, "remplacer", choix, recherche="BOEUF", remplacant="101", motif="Malade")
    lus = re.findall(r'name="lus" value="([^"]*)"', page.text)
    if lus:
        page = await confirm(browser, "remplacer", choix, remplacant="101", motif="Malade", lus=lus, outre="Oui")
    assert page.status_code == 303
    assert (await undone(browser, page)).status_code == 303
    hlp = [one for one in await states(open_world) if one[2] == "2030-03-09"]
    assert [(one[1], one[-1]) for one in hlp] == [("100", "ACTIVE"), ("101", "CANCELLED"), ("102", "ACTIVE")]


async def test_what_is_too_old_another_persons_done_or_changed_since_cannot_be_undone(open_world, convoked):
    browser, choix = open_world.browser("chef"), ticked(convoked, ("hg", "100"), ("hg", "101"))
    await confirm(browser, "annuler", choix, motif="Malade")
    lot = await number(browser)
    other = await open_world.browser("delegue").post(f"{PAGE}/defaire", data={"lot": lot})
    assert other.status_code == 409
    await open_world.pool.execute("UPDATE lot SET le = le - interval '3 minutes'")
    assert (await browser.post(f"{PAGE}/defaire", data={"lot": lot})).status_code == 409
    await open_world.pool.execute("UPDATE lot SET le = le + interval '3 minutes'")
    assert (await browser.post(f"{PAGE}/defaire", data={"lot": lot})).status_code == 303
    assert (await browser.post(f"{PAGE}/defaire", data={"lot": lot})).status_code == 409
    await confirm(browser, "dates", ticked(convoked, ("hg", "100"), ("hg", "101"), version=3), date="2030-03-12")
    await confirm(browser, "dates", ticked(convoked, ("hg", "101"), version=4), date="2030-03-13")
    assert (await browser.post(f"{PAGE}/defaire", data={"lot": lot})).status_code == 409
