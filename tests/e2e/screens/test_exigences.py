"""« Profils et besoins » at a browser: by mouse, by keyboard only, without script, and with another program's eyes."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from acces.acteur import Role

LVB, HLP = "Langue vivante B : portugais", "Humanités, littérature et philosophie"


async def _open(page, epreuve):
    await page.goto("/exigences")
    await page.get_by_role("link", name=re.compile(f"^Modifier {re.escape(epreuve)}")).click()
    await expect(page.get_by_role("heading", level=1, name=re.compile(re.escape(epreuve)))).to_be_visible()


async def _back_to_the_nations(page, epreuve):
    """So that each test finds the nation's rule, whatever came before it."""
    await _open(page, epreuve)
    await page.get_by_role("link", name="Revenir à la règle nationale").click()
    await expect(page.get_by_role("heading", name="Effet de ce changement")).to_be_visible()
    await page.get_by_label("Motif du changement").fill("Fin de l’essai")
    await page.get_by_role("button", name="Revenir à la règle nationale").click()
    await expect(page.get_by_text("Succès : Règle nationale en vigueur")).to_be_visible()


async def test_by_mouse_the_effect_is_seen_then_the_rule_saved_then_given_back(person, product):
    page = await person(Role.GESTIONNAIRE)
    await page.goto("/missions")
    await page.locator("summary", has_text="Réglages").click()
    await page.get_by_role("link", name="Profils et besoins").click()
    row = page.get_by_role("row", name=re.compile(HLP))
    await expect(row).to_contain_text("Règle nationale")
    await expect(row).to_contain_text("professeur de philosophie")
    await row.get_by_role("link", name="Modifier").click()
    await expect(page.get_by_role("button", name="Enregistrer")).to_have_count(0)
    await page.get_by_label("Copies d’un lot").fill("10")
    await page.get_by_role("button", name="Ajouter un profil").click()
    await page.get_by_label("Nom du profil 3").fill("professeur d’histoire-géographie")
    third = page.get_by_role("group", name="Disciplines du profil 3")
    await third.get_by_role("checkbox", name="Histoire-géographie").check()
    await page.get_by_role("button", name="Voir l’effet").click()
    await expect(page.get_by_role("heading", name="Effet de ce changement")).to_be_focused()
    effect = page.get_by_role("row", name=re.compile("LYCEE FICTIF 0"))
    await expect(effect).to_contain_text("9")  # three lots of ten, three profiles
    await expect(page.get_by_text("Les convocations déjà faites gardent le profil")).to_be_visible()
    await page.get_by_label("Motif du changement").fill("Essai d’un troisième profil")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("Succès : Règle enregistrée")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile(HLP))).to_contain_text("Règle de l’académie")
    lycee = product.etablissement()
    await page.goto(lycee.mission("HLP"))
    await expect(page.locator("dl").first).to_contain_text("Besoin estimé9")
    await _back_to_the_nations(page, HLP)
    await page.goto(lycee.mission("HLP"))
    await expect(page.locator("dl").first).to_contain_text("Besoin estimé2")


async def test_by_keyboard_only(person):
    page = await person(Role.GESTIONNAIRE)
    await page.goto("/exigences")
    await _tab_to(page, page.get_by_role("link", name=re.compile(f"^Modifier {re.escape(LVB)}")))
    await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_label("Nombre fixe de personnes"))
    await page.keyboard.type("4")
    await page.keyboard.press("Enter")  # the form's first button: it only shows
    await expect(page.get_by_role("heading", name="Effet de ce changement")).to_be_focused()
    await _tab_to(page, page.get_by_label("Motif du changement"))
    await page.keyboard.type("Deux examinateurs par salle")
    await _tab_to(page, page.get_by_role("button", name="Enregistrer"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Succès : Règle enregistrée")).to_be_visible()
    await _back_to_the_nations(page, LVB)


async def _tab_to(page, element):
    for _ in range(200):
        if await element.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail("not reached by the tabulator key")


async def test_without_script_the_story_is_the_same_and_a_refusal_keeps_what_was_typed(person):
    page = await person(Role.GESTIONNAIRE, script=False)
    await _open(page, LVB)
    await page.get_by_label("Copies d’un lot").fill("beaucoup")
    await page.get_by_role("button", name="Voir l’effet").click()
    await expect(page.get_by_text("Un lot compte de 1 à 1 000 copies.").first).to_be_visible()
    await expect(page.get_by_label("Copies d’un lot")).to_have_value("beaucoup")
    await page.get_by_label("Copies d’un lot").fill("2")
    await page.get_by_role("button", name="Ajouter un profil").click()
    await page.get_by_label("Nom du profil 1").fill("portugais")
    await page.get_by_role("group", name="Disciplines du profil 1").get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Voir l’effet").click()
    await page.get_by_label("Retirer le profil 1").check()
    await page.get_by_label("Motif du changement").fill("Essai")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("rien n’est encore enregistré")).to_be_visible()
    await expect(page.get_by_label("Nom du profil 1")).to_have_count(0)
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("Succès : Règle enregistrée")).to_be_visible()
    await _back_to_the_nations(page, LVB)


async def _every_page(page):
    await page.goto("/exigences")
    yield "liste"
    await _open(page, HLP)
    yield "formulaire"
    await page.get_by_label("Copies d’un lot").fill("10")
    await page.get_by_role("button", name="Voir l’effet").click()
    await expect(page.get_by_role("heading", name="Effet de ce changement")).to_be_visible()
    yield "effet"
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("est à corriger")).to_be_visible()
    yield "erreur"
    stale = await page.context.new_page()
    await stale.goto(page.url)
    await stale.get_by_label("Copies d’un lot").fill("12")
    await page.get_by_label("Motif du changement").fill("Essai")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("Succès : Règle enregistrée")).to_be_visible()
    await stale.get_by_role("button", name="Voir l’effet").click()
    await expect(stale.get_by_text("la règle a changé depuis que vous l’avez ouverte")).to_be_visible()
    await expect(stale.get_by_label("Copies d’un lot")).to_have_value("12")
    await _open(page, HLP)
    await page.get_by_role("link", name="Revenir à la règle nationale").click()
    yield "retour"
    await page.goto("/exigences")
    await _back_to_the_nations(page, HLP)


_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_nothing_and_nothing_scrolls_sideways(person, no_violation, width, tmp_path):
    page = await person(Role.GESTIONNAIRE, width=width)
    async for name in _every_page(page):
        await no_violation(page)
        assert await page.evaluate(_TOO_WIDE) <= 0, name
        await page.screenshot(path=Path(tmp_path) / f"{width}-{name}.png", full_page=True)
