"""« Importer un fichier »: faults by line, mended, read, confirmed; by mouse, by keyboard alone, without script."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from playwright.async_api import expect

from acces.acteur import Role
from imagin_ops.services import MISSION_IMPORT, SERVICES
from testkit.eventually import eventually

SESSION = "2020-E3C1"
IMAGIN = str(Path(sys.executable).with_name("imagin"))
ENTETE = "session;uai;revision;cloturee_le;academie;nom;commune;voie;code;libelle;type;candidats_inscrits"
WAYS = ("mouse", "keyboard", "without script")


def csv_file(lycee, *epreuves):
    """Revision 2 of a closing that had HG, HLP and Portuguese."""
    before = f"{SESSION};{lycee.uai};2;;10;LYCEE FICTIF;VILLEFICTIVE;GENERALE"
    rows = [f"{before};{code};{libelle};E3C;{candidats}" for code, libelle, candidats in epreuves]
    content = "\r\n".join([ENTETE, *rows, ""]).encode("cp1252")
    return {"name": "clotures.csv", "mimeType": "text/csv", "buffer": content}


async def photograph(page, name):
    if folder := os.environ.get("IMAGIN_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/fichier-{name}.png", full_page=True)


@pytest.mark.parametrize("way", WAYS)
async def test_a_file_is_mended_read_and_imported_and_the_same_again_changes_nothing(
    person, product, no_violation, way
):
    lycee = product.etablissement()
    url = product.stack.url(MISSION_IMPORT)
    page = await person(Role.GESTIONNAIRE, script=way != "without script")

    async def press(role, name):
        target = page.get_by_role(role, name=name, exact=True)
        if way == "keyboard":
            await target.focus()
            await page.keyboard.press("Enter")
        else:
            await target.click()

    async def look(name):
        if way == "mouse":
            await no_violation(page)
            await photograph(page, name)

    async def give(*epreuves):
        await page.get_by_label("Fichier des clôtures").set_input_files(csv_file(lycee, *epreuves))
        await press("button", "Lire le fichier")

    await page.goto(f"{url}/imports")
    await press("link", "Importer un fichier")
    await look("depot")
    await give(("HG", "Histoire-géographie", "beaucoup"), ("hlp", "Humanités", 12))
    errors = page.get_by_role("table", name="Erreurs du fichier")
    await expect(errors.get_by_role("row").nth(1)).to_contain_text("candidats_inscrits")
    await expect(errors.get_by_role("row").nth(2)).to_contain_text("code")
    await expect(errors.get_by_role("rowheader")).to_have_text(["2", "3"])
    await look("erreurs")

    await give(("HG", "Histoire-géographie", 69), ("SES", "Sciences économiques", 14))
    await expect(page.get_by_role("heading", name="Ce que le fichier changerait")).to_be_visible()
    await expect(page.get_by_text("CSV, Windows-1252, 3 lignes")).to_be_visible()
    row = page.get_by_role("table", name="Clôtures du fichier").get_by_role("row").nth(1)
    await expect(row).to_contain_text("1 créée, 2 modifiées, 2 sans candidat")
    if way == "mouse":
        await page.get_by_text("Détail").click()
        await expect(page.get_by_text("candidats : de 70 à 69")).to_be_visible()
    await look("essai")
    await press("button", "Importer 1 clôture")
    await expect(page.get_by_role("heading", name="Fichier importé", exact=True)).to_be_visible()
    await look("importe")

    await _the_chef_sees(await person(Role.CHEF, lycee), "Sciences économiques")
    await page.goto(f"{url}/imports/fichier")
    await expect(page.get_by_role("table", name="Derniers fichiers importés")).to_contain_text("1 créée")
    await look("historique")
    await give(("HG", "Histoire-géographie", 69), ("SES", "Sciences économiques", 14))
    await expect(page.get_by_text("rien ne changerait")).to_be_visible()
    await press("button", "Importer 1 clôture")
    await expect(page.get_by_text("rien n’a changé").first).to_be_visible()
    await look("inchange")
    await page.goto(f"{url}/imports/{SESSION}/{lycee.uai}")
    await expect(page.get_by_text("Fichier importé par")).to_be_visible()
    await look("revue")


async def _the_chef_sees(page, mission):
    """The mission of the file is the établissement's, as one from the topic is."""

    async def there():
        await page.goto("/missions")
        return await page.get_by_role("table").get_by_text(mission).count() > 0

    await eventually(there, because="the missions of the file reach convocation")


@pytest.mark.parametrize("width", [320])
async def test_the_pages_fit_a_narrow_screen(person, product, no_violation, width):
    lycee = product.etablissement()
    page = await person(Role.GESTIONNAIRE, width=width)
    await page.goto(f"{product.stack.url(MISSION_IMPORT)}/imports/fichier")
    await page.get_by_label("Fichier des clôtures").set_input_files(csv_file(lycee, ("HG", "Histoire", 9)))
    await page.get_by_role("button", name="Lire le fichier").click()
    await expect(page.get_by_role("heading", name="Ce que le fichier changerait")).to_be_visible()
    await no_violation(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await photograph(page, "etroit")


async def test_a_file_too_large_is_told_in_the_browser(person, product):
    page = await person(Role.GESTIONNAIRE)
    await page.goto(f"{product.stack.url(MISSION_IMPORT)}/imports/fichier")
    large = {"name": "clotures.csv", "mimeType": "text/csv", "buffer": b"x" * 20_000_000}
    await page.get_by_label("Fichier des clôtures").set_input_files(large)
    await page.get_by_role("button", name="Lire le fichier").click()
    await expect(page.get_by_role("link", name="Le fichier dépasse 7,5 Mo")).to_be_visible()


async def test_the_command_imports_as_the_page_does(product, tmp_path):
    lycee = product.etablissement()
    file = tmp_path / "clotures.csv"
    installation = product.stack.installation()
    env = os.environ | {
        "IMAGIN_KAFKA_BOOTSTRAP": installation.bootstrap,
        "IMAGIN_SIGNING_KEYS": installation.signing_keys,
        "MISSION_IMPORT_URL": installation.urls["mission-import"],
        **{f"{one.prefix}DATABASE_URL": installation.databases[one.name] for one in SERVICES},
    }

    async def run(*arguments):
        command = (IMAGIN, "import", "closings", str(file), *arguments)
        process = await asyncio.create_subprocess_exec(*command, env=env, stdout=PIPE, stderr=PIPE)
        output, errors = await process.communicate()
        return process.returncode, output.decode(), errors.decode()

    file.write_bytes(csv_file(lycee, ("HG", "Histoire", "x"))["buffer"])
    code, _, errors = await run("--confirm")
    assert (code, "ligne 2, candidats_inscrits : Un nombre entier est attendu." in errors) == (1, True)
    file.write_bytes(csv_file(lycee, ("HG", "Histoire", 9))["buffer"])
    code, output, _ = await run()
    assert (code, "Rien n’est encore importé" in output) == (0, True)
    code, output, _ = await run("--confirm", "--json")
    assert (code, json.loads(output)["resultat"]) == (0, "importe")
    code, output, _ = await run("--confirm")
    assert (code, "Rien n’a changé" in output) == (0, True)
