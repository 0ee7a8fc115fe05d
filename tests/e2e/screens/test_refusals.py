"""What the screens refuse, and that nothing is lost by it."""

import asyncio
import re

import httpx2
from playwright.async_api import expect

from acces.acteur import Role
from testkit.eventually import eventually


async def _convoke_one(page, product, lycee):
    """Somebody convoked on the épreuve of histoire-géographie; her name."""
    name = product.of(lycee, "1000")[0]
    await page.goto(lycee.mission("HG"))
    await page.get_by_role("button", name="Créer convocation").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await dialog.get_by_role("button", name="Tout décocher").click()
    await dialog.get_by_role("checkbox", name=name).check()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await expect(dialog.get_by_text("à lire avant de convoquer")).to_be_visible()
    return name, dialog.get_by_role("button", name="Convoquer 1 personne")


async def test_another_etablissements_mission_is_a_page_that_does_not_exist(person, product):
    mine, other = product.etablissement(), product.etablissement()
    page = await person(Role.CHEF, mine)
    answer = await page.goto(other.mission("HG"))
    assert answer.status == 404
    await expect(page.get_by_role("heading", level=1)).to_have_text("Page introuvable")


async def test_a_delegue_is_refused_on_the_signature(person, product):
    lycee = product.etablissement()
    page = await person(Role.DELEGUE, lycee)
    await page.goto("/signature")
    await expect(page.get_by_text("réservé au chef")).to_be_visible()
    await expect(page.get_by_role("button", name="Enregistrer la signature")).to_have_count(0)
    answer = await page.request.post(f"/signature/{lycee.uai}", form={"nom": "X"}, headers={"Origin": product.url})
    assert answer.status == 403


async def test_in_two_tabs_the_second_is_told_and_what_was_typed_is_not_lost(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    name, convoke = await _convoke_one(page, product, lycee)
    await convoke.click()
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()
    address = await page.get_by_role("link", name=f"Modifier la convocation de {name}").get_attribute("href")
    first, second = page, await page.context.new_page()
    for tab, text in ((first, "écrit en premier"), (second, "écrit en second")):
        await tab.goto(address)
        await tab.get_by_label("Texte d'observation").fill(text)
    await first.get_by_role("button", name="Enregistrer la modification").click()
    await expect(first.get_by_text("Succès : Convocation modifiée")).to_be_visible()
    await second.get_by_role("button", name="Enregistrer la modification").click()
    await expect(second.get_by_text("la convocation a changé depuis que vous l’avez ouverte")).to_be_visible()
    await expect(second.get_by_text("écrit en premier")).to_be_visible()
    await expect(second.get_by_label("Texte d'observation")).to_have_value("écrit en second")
    await second.get_by_role("button", name="Enregistrer par-dessus").click()
    await expect(second.get_by_text("Succès : Convocation modifiée")).to_be_visible()


async def test_a_double_click_on_convoquer_has_one_effect(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    name, convoke = await _convoke_one(page, product, lycee)
    await convoke.dblclick()
    await expect(page.get_by_role("row", name=re.compile(re.escape(name)))).to_have_count(1)
    await expect(page.get_by_text("1 personne convoquée")).to_be_visible()
    address = await page.get_by_role("link", name=f"Visualiser la convocation de {name}").get_attribute("href")
    await page.goto(address)
    await expect(page.get_by_role("table").get_by_role("row")).to_have_count(1 + 1)  # one version


async def test_a_form_of_another_site_and_one_without_cookie_change_nothing(product, person):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    form = {"action": "convoquer", "cle": "x", "numeros": product.numero(lycee, "1000"), "dates": product.soon}
    url = product.url + lycee.mission("HG") + "/affectation"
    answer = await page.request.post(url, form=form, headers={"Origin": "https://ailleurs.example"})
    assert answer.status == 403
    async with httpx2.AsyncClient(trust_env=False) as nobody:
        refused = await nobody.post(url, data=form, headers={"Accept": "text/html"})
    assert refused.headers["location"].startswith("/connexion")
    await page.goto(lycee.mission("HG"))
    await expect(page.get_by_text("Personne n’est encore convoqué sur cette mission.")).to_be_visible()


async def test_while_the_service_is_closed_nothing_typed_is_lost_and_the_page_says_why(person, product, administrateur):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    _, convoke = await _convoke_one(page, product, lycee)
    async with httpx2.AsyncClient(base_url=product.url, trust_env=False) as http:
        closing = {"session": "2020-E3C1", "portee": "ETABLISSEMENT", "code": lycee.uai, "ouverte": False}
        await product.api(http, administrateur).put("/api/ouvertures", closing)
    await convoke.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Le service de convocation n’est pas ouvert").first).to_be_visible()
    await expect(dialog.get_by_label("Date de mission")).to_have_value(product.soon)
    await page.goto("/missions")
    await expect(page.get_by_text("Aucune mission n’est ouverte à la convocation.")).to_be_visible()


async def test_when_the_network_is_lost_the_window_says_so_and_keeps_what_was_typed(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    _, convoke = await _convoke_one(page, product, lycee)
    await page.context.set_offline(True)
    await convoke.click()
    await expect(page.get_by_text("la demande n’a pas abouti")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_label("Date de mission")).to_have_value(product.soon)
    await page.context.set_offline(False)
    await convoke.click()
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()


async def test_a_search_still_under_way_does_not_hide_the_answer_to_convoquer(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    _, convoke = await _convoke_one(page, product, lycee)
    searched = asyncio.Event()

    async def answer_after_the_search(route):
        if "affectation-contenu" in route.request.headers.get("hx-target", ""):
            await searched.wait()
        await route.continue_()
        if "personnes" in route.request.headers.get("hx-target", ""):
            searched.set()

    await page.route("**/affectation", answer_after_the_search)
    await page.get_by_role("dialog").get_by_label("NOM Prénom").fill("le")
    await convoke.click()
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()


async def test_a_box_ticked_while_a_search_is_under_way_stays_ticked(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    name, _ = await _convoke_one(page, product, lycee)
    other = product.of(lycee, "1000")[1]
    ticked, searches = asyncio.Event(), []

    async def answer_once_ticked(route):
        if "personnes" in route.request.headers.get("hx-target", ""):
            searches.append(route.request)
            await ticked.wait()
        await route.continue_()

    await page.route("**/affectation", answer_once_ticked)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("NOM Prénom").fill("le")
    await eventually(lambda: searches, because="the search is under way")
    await dialog.get_by_role("checkbox", name=other).check()
    await dialog.get_by_role("checkbox", name=name).uncheck()
    ticked.set()
    await expect(dialog.get_by_text("dans l’académie")).to_be_visible()
    await expect(dialog.get_by_role("checkbox", name=other).first).to_be_checked()
    await expect(dialog.get_by_role("checkbox", name=name).first).not_to_be_checked()
    await expect(dialog.get_by_role("button", name="Convoquer 1 personne")).to_be_visible()
    assert len(searches) == 2
