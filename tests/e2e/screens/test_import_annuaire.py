"""« Importer un annuaire » in a real browser, on the running product: by mouse, by keyboard alone, without script."""

import os

import pytest
from playwright.async_api import expect

from acces.acteur import Role

ENTETE = "numero;civilite;nom;prenom;courriel;uai;uais_secondaires;disciplines;actif"


def csv_file(lycee, numero, *, mail="@ac-exemple.invalid"):
    row = f"{numero};Mme;IMPORTEE;Camille;importee{mail};{lycee.uai};;1000;oui"
    return {"name": "annuaire.csv", "mimeType": "text/csv", "buffer": f"{ENTETE}\n{row}\n".encode()}


async def photograph(page, name):
    if folder := os.environ.get("IMAGIN_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/import-{name}.png", full_page=True)


@pytest.mark.parametrize("way", ["mouse", "keyboard", "without script"])
async def test_r36_a_file_is_mended_checked_and_imported(person, product, no_violation, way):
    lycee = product.etablissement()
    page = await person(Role.GESTIONNAIRE, script=way != "without script")

    async def press(name):
        button = page.get_by_role("button", name=name, exact=True)
        if way == "keyboard":
            await button.focus()
            await page.keyboard.press("Enter")
        else:
            await button.click()

    numero = f"IMPORT{('mouse', 'keyboard', 'without script').index(way)}"
    await page.goto("/intervenants/import")
    if way == "mouse":
        await no_violation(page)
        await photograph(page, "fichier")
    await page.get_by_label("Fichier XLSX ou CSV").set_input_files(csv_file(lycee, numero, mail=""))
    await press("Vérifier le fichier")
    errors = page.get_by_role("table", name="Erreurs du fichier")
    await expect(errors.get_by_role("row")).to_have_count(2)
    await expect(errors.get_by_role("row").nth(1)).to_contain_text("courriel")
    await expect(page.get_by_role("button", name="Importer")).to_have_count(0)
    if way == "mouse":
        await no_violation(page)
        await photograph(page, "erreurs")
    await page.get_by_role("link", name="Déposer un autre fichier").click()
    await page.get_by_label("Fichier XLSX ou CSV").set_input_files(csv_file(lycee, numero))
    await press("Vérifier le fichier")
    await expect(page.get_by_text("À créer")).to_be_visible()
    await press("Importer")
    await expect(page.get_by_text("l’annuaire est à jour")).to_be_visible()
    if way == "mouse":
        await no_violation(page)
        await photograph(page, "termine")
