"""A gestionnaire acts for an établissement at a browser: with and without script, by keyboard, until « Terminer »."""

import re

import pytest
from playwright.async_api import expect

from acces.acteur import Role
from testkit.eventually import eventually

_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
MOTIF = "À la demande du chef d’établissement, absent jusqu’au 12."


async def begins(page, lycee):
    await page.goto(f"/couverture?par=etablissement&q={lycee.uai}")
    await page.get_by_role("link", name=re.compile("^Agir pour")).click()
    await page.get_by_label("Motif").fill(MOTIF)
    await page.get_by_role("button", name="Agir pour cet établissement").click()
    await expect(page.get_by_text("Vous agissez pour cet établissement.")).to_be_visible()


async def test_from_the_coverage_to_a_convocation_and_the_lycees_mailbox_without_script(product, person):
    lycee = product.etablissement()
    chef = await person(Role.CHEF, lycee)
    await chef.goto(f"/coordonnees/{lycee.uai}")
    courriel = f"ce.{lycee.uai.lower()}@ac-exemple.invalid"
    await chef.get_by_label("Courriel").fill(courriel)
    await chef.get_by_role("button", name="Enregistrer les coordonnées").click()
    await chef.get_by_text("Succès : Coordonnées enregistrées").wait_for()
    await chef.goto(f"/avis/{lycee.uai}")
    await chef.get_by_label("Quand prévenir l’établissement").select_option("Aussitôt")
    await chef.get_by_role("button", name="Enregistrer").click()

    page = await person(Role.GESTIONNAIRE, script=False)
    await begins(page, lycee)
    await page.goto(f"{lycee.mission('HG')}/affectation")
    await page.get_by_label("Discipline").fill("histoire")
    await page.get_by_role("button", name="Chercher la discipline").click()
    await page.get_by_label("Date de mission").fill(product.soon)
    await page.get_by_role("button", name=re.compile("^Convoquer")).click()
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_text("Vous n’agissez plus pour l’établissement")).to_be_visible()
    await expect(page.get_by_text(MOTIF).first).to_be_visible()
    await page.goto("/exigences")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()

    async def told():
        return [one for one in product.smtp.mailed if one.recipients == (courriel,) and "a agi" in str(one.message)]

    await eventually(told, timeout=150, because="the établissement is told")
    await chef.goto("/interventions")
    await expect(chef.get_by_text(MOTIF)).to_be_visible()
    await expect(chef.get_by_text(re.compile(r"\d+ personnes? convoquées?"))).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
async def test_axe_finds_no_violation_and_by_keyboard_it_ends(product, person, no_violation, tmp_path, width):
    lycee = product.etablissement()
    page = await person(Role.GESTIONNAIRE, width=width)
    await page.goto(f"/interventions/{lycee.uai}")
    await page.get_by_role("button", name="Agir pour cet établissement").click()
    await page.get_by_text("Dites pourquoi vous agissez").first.wait_for()
    await looked_at(page, no_violation, tmp_path / f"motif-{width}.png")
    await page.get_by_label("Motif").fill(MOTIF)
    await page.get_by_role("button", name="Agir pour cet établissement").press("Enter")
    await expect(page.get_by_text("Vous agissez pour cet établissement.")).to_be_visible()
    await looked_at(page, no_violation, tmp_path / f"agir-{width}.png")
    await page.get_by_role("button", name="Terminer").press("Enter")
    await expect(page.get_by_role("heading", name="Interventions du rectorat")).to_be_visible()
    await looked_at(page, no_violation, tmp_path / f"liste-{width}.png")
    await page.goto("/aide/interventions")
    await looked_at(page, no_violation, tmp_path / f"aide-{width}.png")


async def looked_at(page, no_violation, path):
    await no_violation(page)
    assert not await page.evaluate(_TOO_WIDE), path.stem
    await page.screenshot(path=path, full_page=True)
