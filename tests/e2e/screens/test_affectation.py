"""The window « Détails de l'affectation » where it once failed people: each fault is tried in a browser."""

import asyncio
import re
from datetime import date, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from acces.acteur import Role
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import gestionnaire

WIDTHS = (1280, 1366, 1920, 360)


@pytest_asyncio.fixture(loop_scope="session")
async def window(person, product):
    """A chef at the open window of a mission, with nineteen teachers of the discipline more; `window.of(code)`."""
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)

    async def of(code):
        await page.goto(lycee.mission(code))
        await page.get_by_role("button", name="Créer convocation").click()
        return page.get_by_role("dialog")

    page.lycee, page.of = lycee, of
    return page


async def _nineteen(product, lycee):
    people = [
        {
            "numero": f"{lycee.uai}{n:02}",
            "civilite": "Mme",
            "nom": f"NOMCOMPOSÉ-DELONGUEUR {chr(65 + n)}",
            "prenom": "Marie-Antoinette",
            "courriel": f"x{n}@ac-exemple.invalid",
            "uai": lycee.uai,
            "disciplines": ["1000"],
        }
        for n in range(19)
    ]
    async with scenario.client(product.stack) as http:
        await product.api(http, gestionnaire("10")).put("/api/academies/10/intervenants", {"intervenants": people})


async def test_every_ticked_name_is_in_sight_of_whoever_reads_down_at_any_width(window, product):
    await _nineteen(product, window.lycee)
    dialog = await window.of("HG")
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    boxes = dialog.locator("#groupe input[type=checkbox]")
    await expect(boxes.nth(18)).to_be_checked()
    for width in WIDTHS:
        await window.set_viewport_size({"width": width, "height": 900})
        outside = await dialog.locator("#groupe .im-cases__liste").evaluate(
            """(list) => { const box = list.getBoundingClientRect();
            return [...list.querySelectorAll("input, label")].filter((one) => { const at = one.getBoundingClientRect();
              return at.left < box.left || at.right > box.right + 1 || at.top < box.top || at.bottom > box.bottom + 1;
            }).length + (list.scrollWidth > list.clientWidth) + (list.scrollHeight > list.clientHeight); }"""
        )
        assert outside == 0, width


async def test_a_convoquer_too_fast_leads_to_the_warning_which_the_button_does_not_cover(window, product):
    dialog = await window.of("HG")
    await window.set_viewport_size({"width": 1366, "height": 700})
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await expect(dialog.get_by_role("checkbox").first).to_be_checked()
    pressed = asyncio.Event()

    async def warnings_come_late(route):
        if "avertissements" in route.request.headers.get("hx-target", ""):
            await pressed.wait()
        await route.continue_()

    await window.route("**/affectation", warnings_come_late)
    soon = date.fromisoformat(product.soon)
    sunday = soon + timedelta(days=6 - soon.weekday())
    await dialog.get_by_label("Date de mission").fill(sunday.isoformat())
    button = dialog.get_by_role("button", name=re.compile(r"^Convoquer \d"))
    await button.click()
    told = dialog.locator("#a-lire")
    await expect(told).to_be_focused()
    await expect(told).to_contain_text("La date est un dimanche.")
    await expect(told).to_contain_text("Rien n’est encore enregistré")
    line = await told.get_by_text("La date est un dimanche.").bounding_box()
    bar = await dialog.locator(".im-actions").bounding_box()
    assert 0 < line["y"] + line["height"] <= bar["y"] + 1
    pressed.set()
    await button.click()
    await expect(window.get_by_text("Succès")).to_be_visible()


async def test_a_date_that_is_added_has_the_focus_and_nobody_is_convoked_by_zero(window):
    dialog = await window.of("HG")
    nobody = dialog.get_by_role("button", name="Convoquer 0 personne")
    await expect(nobody).to_have_attribute("aria-disabled", "true")
    await nobody.click(force=True)
    await expect(dialog.get_by_text("à corriger")).to_have_count(0)
    await dialog.get_by_role("button", name="Ajouter une date").click()
    await expect(dialog.get_by_label("Date de mission 2")).to_be_focused()
    await expect(dialog.get_by_text("Histoire-géographie, voie générale")).to_be_visible()


async def test_escape_asks_before_what_was_typed_is_lost(window):
    dialog = await window.of("HG")
    await dialog.get_by_label("Texte d'observation").fill("Salle 12")
    asked = []

    async def stay(one):
        asked.append(one.message)
        await one.dismiss()

    window.once("dialog", stay)
    await window.keyboard.press("Escape")
    await expect(dialog.get_by_label("Texte d'observation")).to_have_value("Salle 12")
    assert asked == ["Fermer sans enregistrer ? Ce que vous avez saisi sera perdu."]
    window.once("dialog", lambda one: one.accept())
    await dialog.get_by_label("Texte d'observation").press("Escape")
    await expect(dialog).to_have_count(0)


async def test_a_session_that_ended_keeps_what_the_window_held(window, product, acteur_of):
    dialog = await window.of("HG")
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await expect(dialog.get_by_role("checkbox").first).to_be_checked()
    await dialog.get_by_label("Texte d'observation").fill("Salle 12")
    await product.end_sessions()
    await window.keyboard.press("Tab")  # the warnings are asked for
    await expect(window.get_by_role("heading", name="Votre session est finie")).to_be_visible()
    await window.context.add_cookies([await product.cookie(acteur_of(Role.CHEF, window.lycee))])
    await window.get_by_role("button", name="Envoyer de nouveau").click()
    await expect(window.get_by_label("Texte d'observation")).to_have_value("Salle 12")
    await expect(window.get_by_role("checkbox").first).to_be_checked()


async def test_back_after_a_refusal_shows_a_page_and_no_error_of_the_browser(window):
    await window.goto("/demandes")
    await window.get_by_role("button", name="Demander la création").click()
    await expect(window.get_by_text("à corriger")).to_be_visible()
    await window.goto("/missions")
    await window.go_back()
    await expect(window.get_by_role("heading", level=1)).to_have_text("Demandes de création")


@pytest.mark.parametrize("width", [1280, 360])
async def test_whom_nobody_found_is_asked_for_with_name_and_mission(window, width):
    await window.set_viewport_size({"width": width, "height": 900})
    dialog = await window.of("HG")
    await dialog.get_by_label("NOM Prénom").fill("ZZYZX Ana")
    await dialog.get_by_role("button", name="Faire une demande de création").click()
    await expect(window.get_by_label("Nom", exact=True)).to_have_value("ZZYZX")
    await expect(window.get_by_label("Prénom", exact=True)).to_have_value("Ana")
    await expect(window.get_by_label("Précisions")).to_have_value("Pour Histoire-géographie, voie générale")
