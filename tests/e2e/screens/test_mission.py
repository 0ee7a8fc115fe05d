"""The page of a mission and the frame around it, where they once failed people: each fault is tried in a browser."""

import re

import pytest
from playwright.async_api import expect

from acces.acteur import Role

ONE_LINE = 60  # pixels: two lines of the menu have 86, of the card 150


async def convoke(page, product, lycee, *, coordinateur=False):
    """All teachers of histoire-géographie of the lycée, by the window, the first as coordinateur; their names."""
    await page.goto(lycee.mission("HG"))
    await page.get_by_role("button", name="Créer convocation").click()
    window = page.get_by_role("dialog", name="Détails de l'affectation")
    await window.get_by_label("Discipline").fill("Histoire-géographie")
    boxes = window.locator("#groupe input[type=checkbox]")
    await expect(boxes.first).to_be_checked()
    _, *names = await window.locator("#coordinateur option").all_inner_texts()
    if coordinateur:
        await window.locator("#coordinateur").select_option(label=names[0])
    await window.get_by_label("Date de mission").fill(product.soon)
    button = window.get_by_role("button", name=re.compile("^Convoquer"))
    warnings = window.locator("#avertissements")
    await expect(warnings).to_contain_text("à lire avant de convoquer")
    if coordinateur:  # what is there to read has followed the choice: one that was not shown would hold the button back
        await expect(warnings).not_to_contain_text("Aucun coordinateur")
    await button.click()
    await expect(window).to_be_hidden()
    return names


async def test_a_coordinateur_needs_no_second_window_and_success_is_said_once_with_its_number(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    people = await convoke(page, product, lycee, coordinateur=True)
    told = page.get_by_text(re.compile(rf"{len(people)} convocations?\. SANTORIN en est prévenu"))
    await expect(told).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile(people[0]))).to_contain_text("Coordinateur")
    await expect(page.get_by_role("cell", name="Coordinateur", exact=True)).to_have_count(1)
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("Succès")).to_have_count(0)


async def test_a_line_of_the_list_has_a_badge_only_for_what_asks_for_something(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    [name, *_] = await convoke(page, product, lycee)
    row = page.get_by_role("row", name=re.compile(name))
    await expect(row).to_contain_text("non lue")
    await expect(row.locator(".fr-badge")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 1366, 1920])
async def test_menu_and_card_of_a_mission_are_one_line_each(person, product, width):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee, width=width)
    await page.goto(lycee.mission("HG"))
    menu = await page.get_by_role("navigation", name="Menu principal").bounding_box()
    assert menu["height"] <= ONE_LINE
    terms = [await one.bounding_box() for one in await page.locator(".im-fiche > div").all()]
    assert len({one["y"] for one in terms}) == 1


async def test_on_a_phone_the_menu_leaves_the_page_to_the_work(person, product):
    page = await person(Role.CHEF, product.etablissement(), width=360)
    await page.goto("/missions")
    await expect(page.get_by_role("navigation", name="Menu principal")).to_be_hidden()
    heading = await page.get_by_role("heading", level=1).bounding_box()
    assert heading["y"] <= 320  # of some 740
    await page.get_by_role("button", name="Menu", exact=True).click()
    await page.locator("summary", has_text="Session").click()
    await page.get_by_role("link", name="Suivi des convocations").click()
    await expect(page.get_by_role("heading", level=1, name="Suivi des convocations")).to_be_visible()
