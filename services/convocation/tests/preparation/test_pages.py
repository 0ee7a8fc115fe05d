"""« Préparer la session »: all missions of the lycée on one page, a draft, and one click that convokes."""

import re

LYON = "0699001J"
PAGE = f"/preparation/{LYON}"


class Form:
    """The form of the page as a browser without script sends it: what is shown, changed by the test."""

    def __init__(self, html):
        self.html = " ".join(html.split())
        self.fields = {}
        for tag in re.findall(r"<input [^>]*>", self.html):
            found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            ticked = found.get("type") != "checkbox" or tag.rstrip(">").endswith(" checked")
            if "name" in found and ticked:
                self.fields.setdefault(found["name"], []).append(found.get("value", ""))
        for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', self.html):
            chosen = re.search(r'value="([^"]*)" selected', options)
            self.fields[name] = [chosen[1] if chosen else ""]

    def set(self, **changes):
        self.fields |= {name: [value] for name, value in changes.items()}

    @property
    def ticked(self):
        return {name.removeprefix("coches-"): values for name, values in self.fields.items() if "coches-" in name}

    async def send(self, browser, action):
        return await browser.post(PAGE, data=self.fields | {"action": action})


async def opened(browser):
    return Form((await browser.get(PAGE)).text)


async def convoked(world):
    rows = await world.pool.fetch("SELECT mission_id, numero FROM convocation WHERE status = 'ACTIVE' ORDER BY numero")
    found = {}
    for row in rows:
        found.setdefault(row["mission_id"], []).append(row["numero"])
    return found


def counted(caplog):
    """People of the directory that were read, as the hour's cap counts them."""
    return sum(one.facts["count"] for one in caplog.records if one.msg == "directory.read")


async def test_each_mission_proposes_the_people_of_its_discipline_all_ticked(open_world):
    form = await opened(open_world.browser("chef"))
    assert form.ticked == {str(open_world.hg): ["100", "101", "104"], str(open_world.hlp): ["102", "103"]}


async def test_all_missions_are_convoked_in_one_click_each_person_with_her_qualite(open_world):
    browser = open_world.browser("chef")
    form = await opened(browser)
    form.set(date="2030-03-05", **{f"qualite-{open_world.hg}-101": "COORDINATEUR"})
    form = Form((await form.send(browser, "garder")).text)
    assert "Aucun coordinateur n’est convoqué sur cette mission. <ul><li>Humanités" in form.html
    assert (await form.send(browser, "convoquer")).status_code == 303
    rows = await open_world.pool.fetch("SELECT numero, qualite FROM convocation ORDER BY numero")
    qualites = {row["numero"]: row["qualite"] for row in rows}
    assert qualites == dict.fromkeys(["100", "102", "103", "104"], "CORRECTEUR") | {"101": "COORDINATEUR"}
    assert len(await open_world.told()) == 5
    assert "3 personnes déjà convoquées" in (await opened(browser)).html


async def test_who_is_convoked_already_stands_by_name(open_world):
    await open_world.register([open_world.fiche("099", "ÉVRARD", "Zoé", "0699001J", ["1000"])])
    await open_world.chef.convoque(open_world.hg, "099", "100", "101")
    page = (await opened(open_world.browser("chef"))).html
    assert "déjà convoquées&nbsp;: BŒUF Élodie, DE LA TOUR Jean-Noël, ÉVRARD Zoé<" in page


async def test_the_same_form_sent_twice_convokes_once(open_world):
    browser = open_world.browser("chef")
    form = await opened(browser)
    form.set(date="2030-03-05")
    form = Form((await form.send(browser, "garder")).text)
    answers = [await form.send(browser, "convoquer") for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert len(await open_world.told()) == 5


async def test_a_mission_that_is_refused_takes_none_of_its_people_and_the_others_are_convoked(open_world):
    browser = open_world.browser("chef")
    form = await opened(browser)
    form.set(date="2030-03-05")
    form = Form((await form.send(browser, "garder")).text)
    await open_world.chef.convoque(open_world.hg, "101", dates=["2030-03-05"])  # meanwhile, by somebody else
    answer = await form.send(browser, "convoquer")
    assert answer.status_code == 422
    assert "2 convocations enregistrées sur 1 mission" in Form(answer.text).html
    assert "Histoire-géographie, voie générale : " in answer.text
    assert await convoked(open_world) == {open_world.hg: ["101"], open_world.hlp: ["102", "103"]}
    assert Form(answer.text).ticked == {str(open_world.hg): ["100", "104"]}  # the rest is kept


async def test_warnings_that_nobody_has_read_hold_the_mission_back(open_world):
    browser = open_world.browser("chef")
    form = await opened(browser)
    form.set(date="2030-03-05", lus=f"{open_world.hg}|signature-absente")
    answer = await form.send(browser, "convoquer")
    assert (answer.status_code, await convoked(open_world)) == (422, {})
    assert 'role="alert"' in answer.text
    again = Form(answer.text)
    again.set(motif="Le coordinateur vient demain")
    assert (await again.send(browser, "convoquer")).status_code == 303
    assert await open_world.pool.fetchval("SELECT DISTINCT motif FROM passage_outre") == "Le coordinateur vient demain"


async def test_somebody_ticked_on_two_missions_of_one_day_is_told_before(open_world):
    browser = open_world.browser("chef")
    form = await opened(browser)
    form.set(date="2030-03-05", **{f"nom-{open_world.hlp}": "boeuf"})
    form = Form((await form.send(browser, "chercher")).text)
    form.fields[f"coches-{open_world.hlp}"].append("100")
    form = Form((await form.send(browser, "garder")).text)
    assert f"BŒUF Élodie : 05/03/2030, Histoire-géographie, voie générale, LYCEE {LYON}" in form.html
    assert (await form.send(browser, "convoquer")).status_code == 303  # as read, it is the same when it is written
    assert (await convoked(open_world))[open_world.hlp] == ["100", "102", "103"]


async def test_a_draft_is_the_etablissements_and_says_who_kept_it(open_world):
    form = await opened(open_world.browser("chef"))
    form.fields[f"coches-{open_world.hg}"] = ["104"]
    form.set(date="2030-03-05", observation="Salle B12", **{f"date-{open_world.hlp}": "2030-03-09"})
    await form.send(open_world.browser("chef"), "garder")
    await open_world.register([open_world.fiche("109", "NOUVELLE", "Ana", LYON, ["1000"])])
    found = await opened(open_world.browser("delegue"))
    assert found.ticked[str(open_world.hg)] == ["104"]
    assert "109" in found.fields[f"vus-{open_world.hg}"]  # shown, not ticked
    assert (found.fields["date"], found.fields[f"date-{open_world.hlp}"]) == (["2030-03-05"], ["2030-03-09"])
    assert re.search(r"brouillon gardé le .* par chef", found.html)
    assert "Salle B12" in found.html


async def test_who_was_cancelled_on_a_mission_is_marked_and_not_ticked_by_itself(open_world):
    answer = (await open_world.chef.convoque(open_world.hg, "100", dates=["2030-03-05"])).json()
    convocation = answer["convocations"][0]["convocation_id"]
    body = {"motif": "Malade"}
    await open_world.chef.post(f"/api/convocations/{convocation}/annulation", body, **{"If-Match": '"1"'})
    form = await opened(open_world.browser("chef"))
    assert form.ticked[str(open_world.hg)] == ["101", "104"]
    assert 'BŒUF Élodie <span class="fr-badge fr-badge--sm">Annulée</span>' in form.html


async def test_a_coordinateur_is_proposed_for_each_mission_on_demand(open_world):
    browser = open_world.browser("chef")
    form = Form((await (await opened(browser)).send(browser, "coordinateurs")).text)
    chosen = {name for name, values in form.fields.items() if values == ["COORDINATEUR"]}
    assert chosen == {f"qualite-{open_world.hg}-100", f"qualite-{open_world.hlp}-102"}


async def test_the_people_of_the_session_before_are_taken_up_with_their_qualite(open_world):
    await open_world.tell_of_session("2019-E3C1")
    before = await open_world.pool.fetchval("SELECT mission_id FROM mission WHERE session = '2019-E3C1'")
    body = {"session": "2019-E3C1", "portee": "NATIONALE", "code": "*", "ouverte": True}
    await open_world.administrateur.put("/api/ouvertures", body)
    await open_world.chef.convoque(before, "105", qualite="COORDINATEUR", dates=["2030-03-05"])
    browser = open_world.browser("chef")
    form = Form((await (await opened(browser)).send(browser, "reprendre")).text)
    assert "105" in form.ticked[str(open_world.hg)]
    assert form.fields[f"qualite-{open_world.hg}-105"] == ["COORDINATEUR"]


async def test_a_closed_service_lets_one_prepare_and_convokes_nobody(world):
    browser = world.browser("chef")
    form = await opened(browser)
    assert "le service de convocation est fermé" in form.html
    form.set(date="2030-03-05")
    await form.send(browser, "garder")
    assert (await form.send(browser, "convoquer")).status_code == 422
    assert await convoked(world) == {}
    assert (await opened(browser)).fields["date"] == ["2030-03-05"]


async def test_who_convokes_for_the_numerisation_alone_prepares_it_alone(open_world):
    form = await opened(open_world.browser("delegue_numerisation"))
    assert {name for name in form.fields if name.startswith("date-")} == {f"date-{open_world.numerisation}"}


async def test_nobody_prepares_for_another_etablissement_nor_without_the_right(open_world):
    for who, status in (("autre_chef", 404), ("delegue_consultation", 403), ("gestionnaire", 403)):
        browser = open_world.browser(who)
        assert (await browser.get(PAGE)).status_code == status
        assert (await browser.post(PAGE, data={"action": "convoquer"})).status_code == status
    form = await opened(open_world.browser("chef"))
    elsewhere = await open_world.pool.fetchval("SELECT mission_id FROM mission WHERE uai = '0699002K'")
    form.fields[f"coches-{elsewhere}"] = ["105"]
    form.set(date="2030-03-05")
    await form.send(open_world.browser("chef"), "garder")
    assert await open_world.pool.fetchval("SELECT count(*) FROM brouillon WHERE mission_id = $1", elsewhere) == 0


async def test_ticking_boxes_is_no_reading_of_the_directory(open_world, caplog):
    """Each change is posted: one's own people must not count each time against the hour's 2,000."""
    browser = open_world.browser("chef")
    form = await opened(browser)
    form = Form((await form.send(browser, "garder")).text)
    assert counted(caplog) == 0
    form.set(**{f"nom-{open_world.hlp}": "dupont"})
    form = Form((await form.send(browser, "chercher")).text)
    assert counted(caplog) == 1  # 104 is of the lycée's discipline, 105 is not
    await form.send(browser, "garder")
    assert counted(caplog) == 1


async def test_a_number_typed_by_hand_names_nobody_of_another_academie_and_counts_as_read(open_world, caplog):
    await open_world.register(
        [open_world.fiche("900", "LILLOISE", "Ana", "0599001F")], "09", open_world.gestionnaire_de_lille
    )
    form = await opened(open_world.browser("chef"))
    form.fields[f"vus-{open_world.hg}"] += ["900", "105"]
    answer = await form.send(open_world.browser("chef"), "garder")
    assert "LILLOISE" not in answer.text
    assert "DUPONT Inès" in answer.text
    assert counted(caplog) == 1


async def test_without_anybody_ticked_it_is_said_and_nothing_is_convoked(open_world):
    browser = open_world.browser("chef")
    form = await opened(browser)
    form.fields = {name: values for name, values in form.fields.items() if not name.startswith("coches-")}
    answer = await form.send(browser, "convoquer")
    assert answer.status_code == 422
    assert "point est à corriger" in answer.text
    assert await convoked(open_world) == {}


async def test_who_teaches_it_in_other_lycees_is_shown_on_one_mission_and_not_ticked(open_world):
    await open_world.register([open_world.fiche("901", "VOISINE", "Ana", "0690023K", ["1000"])])
    browser = open_world.browser("chef")
    form = await opened(browser)
    before = form.fields[f"vus-{open_world.hlp}"]
    form = Form((await form.send(browser, f"ailleurs|{open_world.hg}")).text)
    assert "901" in form.fields[f"vus-{open_world.hg}"]
    assert "901" not in form.ticked[str(open_world.hg)]
    assert form.fields[f"vus-{open_world.hlp}"] == before
