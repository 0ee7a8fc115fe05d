"""The same story by keyboard only, without script, on a narrow screen, and with another program's eyes (axe)."""

import re

import pytest
from playwright.async_api import expect

from acces.acteur import Role


async def test_by_keyboard_only_somebody_is_convoked_from_the_list_to_the_right(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    await page.goto("/missions")
    await _tab_to(page, page.get_by_role("link", name="Histoire-géographie"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1, name="Histoire-géographie")).to_be_visible()
    await _tab_to(page, page.get_by_role("button", name="Créer convocation"))
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Discipline")).to_be_focused()
    await page.keyboard.type("Philosophie")
    boxes = dialog.get_by_role("checkbox")
    await expect(boxes.first).to_be_checked()
    how_many = await boxes.count()
    await _tab_to(page, boxes.first)
    await page.keyboard.press("Space")
    await _tab_to(page, dialog.get_by_label("Qualité"))
    await page.keyboard.type("Coordinateur")
    await _tab_to(page, dialog.get_by_label("Date de mission"))
    await _type_date(page, dialog.get_by_label("Date de mission"), product.soon)
    button = dialog.get_by_role("button", name=f"Convoquer {how_many - 1} personne")
    await _tab_to(page, button)
    await expect(dialog.get_by_text("D’une autre discipline que celle de l’épreuve")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()
    await expect(page.get_by_text("Transmise à SANTORIN").first).to_be_visible(timeout=30_000)


async def _type_date(page, field, date):
    """Day or month first: that is the browser's own language, not the page's."""
    year, month, day = date.split("-")
    await page.keyboard.type(f"{day}{month}{year}")
    if await field.input_value() != date:
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.type(f"{month}{day}{year}")
    await expect(field).to_have_value(date)


async def test_escape_closes_the_window_and_the_focus_is_where_it_was(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    await page.goto(lycee.mission("HG"))
    opener = page.get_by_role("button", name="Créer convocation")
    await opener.press("Enter")
    await expect(page.get_by_role("dialog").get_by_label("Discipline")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()


async def _tab_to(page, element):
    for _ in range(80):
        if await element.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail("not reached by the tabulator key")


async def test_without_script_the_story_is_the_same(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee, script=False)
    await page.goto("/missions")
    await page.get_by_role("link", name="Histoire-géographie").click()
    await page.get_by_role("button", name="Créer convocation").click()
    await expect(page.get_by_role("heading", level=1, name="Détails de l'affectation")).to_be_visible()
    await page.get_by_label("Discipline").fill("histoire")
    await page.get_by_role("button", name="Chercher la discipline").click()
    boxes = page.get_by_role("checkbox")
    await expect(boxes.first).to_be_checked()
    await page.get_by_role("button", name="Tout décocher").click()
    await expect(boxes.first).not_to_be_checked()
    await boxes.first.check()
    name = (await boxes.first.evaluate("box => box.labels[0].firstChild.textContent")).strip()
    await page.get_by_label("Date de mission").fill(product.soon)
    await page.get_by_role("button", name="Ajouter une date").click()
    await page.get_by_label("Date de mission 2").fill(product.soon[:-2] + "28")
    await expect(page.get_by_text("à lire avant de convoquer")).to_be_visible()
    await page.get_by_label("Motif pour passer outre").fill("Signature à venir")
    await page.get_by_role("button", name="Convoquer 1 personne").click()
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()
    row = page.get_by_role("row", name=re.compile(re.escape(name)))
    await expect(row).to_contain_text("28")
    await page.get_by_role("link", name=f"Modifier la convocation de {name}").click()
    await page.get_by_label("Texte d'observation").fill("Salle 12")
    await page.get_by_role("button", name="Enregistrer la modification").click()
    await expect(page.get_by_text("Salle 12").first).to_be_visible()
    await page.goto(lycee.mission("HG"))
    await page.get_by_role("link", name=f"Supprimer la convocation de {name}").click()
    await page.get_by_label("Motif de l’annulation").fill("Erreur")
    await page.get_by_role("button", name="Confirmer la suppression").click()
    await expect(page.get_by_role("row", name=re.compile(re.escape(name)))).to_contain_text("Annulée")


async def _every_page(page, product, lycee):
    """Opens each page of the établissement in turn, with people, errors and empty states."""
    await page.goto("/missions")
    yield "liste"
    await page.goto("/missions?q=introuvable")
    yield "liste vide"
    await page.goto("/missions-convoquees")
    yield "consultation"
    await page.goto(lycee.mission("HG"))
    yield "mission"
    await page.get_by_role("button", name="Créer convocation").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await expect(dialog.get_by_role("checkbox").first).to_be_visible()
    await dialog.get_by_label("NOM Prénom").fill("le")
    await dialog.get_by_role("button", name=re.compile("Convoquer")).click()
    await expect(dialog.get_by_text("est à corriger")).to_be_visible()
    yield "affectation, erreur"
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await expect(dialog.get_by_text("à lire avant de convoquer")).to_be_visible()
    yield "affectation, avertissements"
    await dialog.get_by_role("button", name=re.compile("Convoquer")).click()
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()
    yield "mission, personnes"
    line = page.get_by_role("link", name=re.compile("^Visualiser")).first
    address = await line.get_attribute("href")
    for suffix in ("", "/modifier", "/supprimer"):
        await page.goto(address + suffix)
        yield f"convocation{suffix}"
    await page.goto(f"{lycee.mission('HG')}/affectation")
    yield "affectation, page"
    for path in ("/signature", "/demandes", "/accessibilite", "/donnees-personnelles", "/missions/x", "/connexion"):
        await page.goto(path)
        yield path
    await page.goto(f"/verifier/{'A' * 43}")
    yield "vérification"


# What makes the page scroll sideways, if it does.
_TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll("main *")].filter(one => one.getBoundingClientRect().right > innerWidth)
    .map(one => one.outerHTML.slice(0, 120)).slice(-3)"""


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_no_violation_on_any_page(person, product, no_violation, width):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee, width=width)
    seen = []
    async for name in _every_page(page, product, lycee):
        await no_violation(page)
        assert await page.evaluate(_TOO_WIDE) == [], f"{name}: the page scrolls sideways at {width} px"
        seen.append(name)
    assert len(seen) > 15


async def test_axe_finds_no_violation_for_the_other_roles(person, product, no_violation):
    lycee = product.etablissement()
    page = await person(Role.INTERVENANT, sub=product.numero(lycee, "1000"))
    await page.goto("/mes-missions")
    await no_violation(page)
    for role in (Role.GESTIONNAIRE, Role.ADMINISTRATEUR, Role.DELEGUE):
        page = await person(role, lycee)
        await page.goto("/missions")
        await no_violation(page)
    await page.goto("/signature")
    await no_violation(page)
