"""A chef delegates and takes back, an administrateur deactivates: at the real portal, in a browser, by keyboard."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from acces.acteur import Role
from event_schemas.academies import local_time

AIDE = "aucune fonction"  # an account to which the ministry gives nothing


@pytest.fixture
def enters(person, product):
    """`page = await enters("chef", "/missions")`: somebody signs in at the portal, in a browser of her own."""

    async def work(fonction, path):
        page = await person(None)
        account = next(one for one in product.provider.accounts if one.fonction == fonction)
        await page.goto(path)
        await press(page.get_by_role("link", name="Se connecter par le portail ARENA"))
        await page.wait_for_url(f"{product.provider.url}/**")
        field = page.locator("input[name=sub]")
        await field.fill(account.sub)
        await field.press("Enter")
        return page

    return work


async def press(one):
    await one.focus()
    await one.press("Enter")


async def test_whom_the_chef_names_acts_for_him_from_the_next_sign_in_until_he_takes_it_back(enters, no_violation):
    chef = await enters("chef", "/delegations")
    await expect(chef.get_by_role("heading", name="Délégations", level=1)).to_be_visible()
    await no_violation(chef)
    await press(chef.get_by_role("button", name="Déléguer"))
    await expect(chef.get_by_text("points sont à corriger")).to_be_visible()
    await no_violation(chef)
    await chef.get_by_label("Nom et prénom").fill("Ange ROBIN")
    await chef.get_by_label("Adresse académique").fill("ange.robin@ac-exemple.invalid")
    await chef.get_by_label("Ce que la personne peut faire").select_option("CONSULTER")
    await chef.get_by_label("Au", exact=True).fill(local_time("*", datetime.now(UTC)).date().isoformat())
    await press(chef.get_by_role("button", name="Déléguer"))
    await expect(chef.get_by_text("Délégation enregistrée")).to_be_visible()
    await expect(chef.get_by_role("row", name="Ange ROBIN")).to_contain_text("ne s’est pas encore connectée")
    await no_violation(chef)
    aide = await enters(AIDE, "/missions")
    await expect(aide.get_by_role("banner")).to_contain_text("Ange ROBIN pour Camille ROUX")
    await expect(aide.get_by_role("banner")).to_contain_text("Délégué du chef d’établissement à la consultation")
    await expect(aide.get_by_role("link", name="Délégations")).to_have_count(0)
    await no_violation(aide)
    await press(chef.get_by_role("button", name="Retirer la délégation de Ange ROBIN"))
    await expect(chef.get_by_text("Délégation retirée")).to_be_visible()
    await aide.reload()
    await aide.wait_for_url(re.compile("/connexion"))


async def test_the_administrateur_sees_who_has_what_and_a_deactivated_account_gets_in_no_more(enters, no_violation):
    aide = await enters(AIDE, "/missions")
    await expect(aide.get_by_text("ne donne aucune fonction dans IMAG’IN")).to_be_visible()
    admin = await enters("administrateur", "/comptes")
    row = admin.get_by_role("row", name="Noa GARNIER")
    await expect(row).to_contain_text("Administrateur IMAGIN")
    await no_violation(admin)
    await admin.get_by_label("Nom ou adresse").fill("robin")
    await admin.get_by_label("Nom ou adresse").press("Enter")
    await press(admin.get_by_role("link", name="Ange ROBIN"))
    await expect(admin.get_by_role("heading", name="Ange ROBIN")).to_be_visible()
    assert "robin" not in admin.url
    await no_violation(admin)
    for geste, fait in (("Désactiver", "Compte désactivé"), ("Réactiver", "Compte réactivé")):
        await press(admin.get_by_role("link", name=geste))
        await no_violation(admin)
        await admin.get_by_label("Raison").fill("essai")
        await press(admin.get_by_role("button", name=f"{geste} le compte"))
        await expect(admin.get_by_text(fait)).to_be_visible()
        if geste == "Désactiver":
            again = await enters(AIDE, "/missions")
            await expect(again.get_by_text("Votre compte est désactivé dans IMAG’IN")).to_be_visible()


async def test_the_administrateur_gives_and_withdraws_a_right_with_a_reason(person, no_violation):
    admin = await person(Role.ADMINISTRATEUR)
    await admin.goto("/comptes")
    await press(admin.get_by_role("link", name="Donner un droit"))
    await no_violation(admin)
    await press(admin.get_by_role("button", name="Donner ce droit"))
    await expect(admin.get_by_text("points sont à corriger")).to_be_visible()
    await no_violation(admin)
    await admin.get_by_label("Nom et prénom").fill("Gwen GERANTE")
    await admin.get_by_label("Adresse académique").fill("gwen.gerante@ac-exemple.invalid")
    await admin.get_by_label("Droit", exact=True).select_option("gestionnaire")
    await admin.get_by_label("Lyon").check()
    await admin.get_by_label("Raison").fill("prise de fonction")
    await press(admin.get_by_role("button", name="Donner ce droit"))
    await expect(admin.get_by_text("Droit donné")).to_be_visible()
    await press(admin.get_by_role("link", name="Retirer ce droit à Gwen GERANTE"))
    await no_violation(admin)
    await admin.get_by_label("Raison").fill("départ")
    await press(admin.get_by_role("button", name="Retirer le droit"))
    await expect(admin.get_by_text("Droit retiré")).to_be_visible()
    await expect(admin.get_by_role("row", name="Gwen GERANTE")).to_have_count(0)
