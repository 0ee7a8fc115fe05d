"""« Rappeler des établissements » at a browser: by mouse, by keyboard, without script; the letter is in the mailbox."""

import re

import httpx2
import pytest
from playwright.async_api import expect

from acces.acteur import Role
from testkit.eventually import eventually

_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def gives_an_address(person, lycee):
    courriel = f"ce.{lycee.uai.lower()}@ac-exemple.invalid"
    chef = await person(Role.CHEF, lycee)
    await chef.goto(f"/coordonnees/{lycee.uai}")
    await chef.get_by_label("Courriel").fill(courriel)
    await chef.get_by_role("button", name="Enregistrer les coordonnées").click()
    await chef.get_by_text("Succès : Coordonnées enregistrées").wait_for()
    return courriel, chef


def letters(product, courriel):
    """Of the rectorat alone."""
    mailed = [one.message for one in product.smtp.mailed if one.recipients == (courriel,)]
    return [one for one in mailed if "rappel du rectorat" in one["Subject"]]


@pytest.mark.parametrize("script", [True, False])
async def test_from_the_coverage_to_the_mailbox_and_the_lycees_first_page(product, person, script):
    lycee = product.etablissement()
    courriel, chef = await gives_an_address(person, lycee)
    page = await person(Role.GESTIONNAIRE, script=script)
    await page.goto(f"/couverture?par=etablissement&q={lycee.uai}")
    await page.get_by_role("link", name="Rappeler des établissements").click()
    await expect(page.get_by_role("checkbox", name=re.compile(lycee.uai))).to_be_checked()
    await expect(page.get_by_text("1 établissement coché sur 1")).to_be_visible()
    await page.get_by_role("button", name="Écrire le rappel").click()
    await expect(page.get_by_text("1 établissement, 1 courrier, aussitôt.")).to_be_visible()
    text = page.get_by_label("Texte du rappel")
    await text.fill("Bonjour {lycee}\n\nÀ ce jour, {missions}.\n\nCordialement")
    await page.get_by_role("button", name="Actualiser l’aperçu").click()
    await expect(page.get_by_role("blockquote")).to_contain_text("À ce jour, 4 missions sont sans convocation.")
    await page.get_by_role("button", name="Envoyer : 1 rappel").dblclick()
    await expect(page.get_by_text(re.compile(r"Succès\s: Rappels (déjà )?envoyés"))).to_be_visible()
    await expect(page.get_by_text("0 établissement coché sur 1")).to_be_visible()
    await expect(page.get_by_text("Rappelé il y a peu")).to_be_visible()

    async def came():
        return letters(product, courriel)

    await eventually(came, timeout=90, because="the letter has come")
    words = letters(product, courriel)[0].get_body(("plain",)).get_content()
    assert "À ce jour, 4 missions sont sans convocation." in words
    assert f"{product.url}/preparation/{lycee.uai}?session=2020-E3C1" in words
    await page.goto(f"/couverture?par=etablissement&q={lycee.uai}")
    await expect(page.get_by_text("Dernier rappel le")).to_be_visible()
    await chef.goto("/")
    await expect(chef.get_by_text("Le rectorat vous l’a rappelé le")).to_be_visible()
    await chef.goto(f"/avis/{lycee.uai}")
    await chef.get_by_text("Lire le rappel du rectorat").click()
    await expect(chef.get_by_text("Cordialement")).to_be_visible()
    assert len(letters(product, courriel)) == 1


async def test_by_keyboard_one_is_unticked_on_the_second_page_and_all_others_are_written_to(product, person, acteur_of):
    page = await person(Role.GESTIONNAIRE)
    await page.goto("/rappels?motif=SIGNATURE")
    total = int(re.search(r"sur (\d+), sur toutes les pages", await page.locator("main").inner_text())[1])
    await press(page, page.get_by_role("button", name="Page suivante"), "Enter")
    await expect(page.get_by_text("Page 2 sur")).to_be_visible()
    first = page.locator("input[name=choix]").first
    await press(page, first, "Space")
    await expect(page.get_by_text(f"{total - 1} établissements cochés sur {total}")).to_be_visible()
    await press(page, page.get_by_role("button", name="Page précédente"), "Enter")
    await expect(page.get_by_text(f"{total - 1} établissements cochés sur {total}")).to_be_visible()
    await press(page, page.get_by_role("button", name="Écrire le rappel"), "Enter")
    await expect(page.get_by_role("button", name=f"Envoyer : {total - 1} rappels")).to_be_visible()
    await press(page, page.get_by_role("button", name="Revenir à la liste"), "Enter")
    await expect(page.get_by_text(f"{total - 1} établissements cochés sur {total}")).to_be_visible()


async def press(page, element, key):
    await expect(element).to_be_visible()
    await page.evaluate("document.activeElement.blur()")
    for _ in range(200):
        await page.keyboard.press("Tab")
        if await element.evaluate("one => one === document.activeElement"):
            await page.keyboard.press(key)
            return
    pytest.fail("not reached by the tabulator key")


@pytest.mark.parametrize("width", [1280, 360])
async def test_axe_finds_no_violation_and_the_pages_fit(product, person, acteur_of, no_violation, tmp_path, width):
    lycee = product.etablissement()
    async with httpx2.AsyncClient(base_url=product.url, timeout=30, trust_env=False) as http:
        api = product.api(http, acteur_of(Role.GESTIONNAIRE))
        body = {"session": "2020-E3C1", "motif": "RIEN", "uais": [lycee.uai]}
        await api.post("/api/rappels", body, key=f"axe-{lycee.uai}")
    page = await person(Role.ADMINISTRATEUR, width=width)
    for name, query in (("liste", "motif=RIEN"), ("un", f"motif=RIEN&q={lycee.uai}"), ("vide", "motif=RESTE&q=zzz")):
        await page.goto(f"/rappels?{query}")
        await looked_at(page, no_violation, tmp_path / f"{name}-{width}.png")
    await page.goto("/rappels?motif=RIEN")
    await page.get_by_role("button", name="Écrire le rappel").click()
    await page.get_by_role("heading", name="Aperçu pour").wait_for()
    await looked_at(page, no_violation, tmp_path / f"effet-{width}.png")
    await page.get_by_label("Texte du rappel").fill("{lycée}")
    await page.get_by_role("button", name="Envoyer").click()
    await page.get_by_text("n’est remplacé par rien").first.wait_for()
    await looked_at(page, no_violation, tmp_path / f"refus-{width}.png")
    await page.goto("/aide/rappels")
    await looked_at(page, no_violation, tmp_path / f"aide-{width}.png")
    await page.goto(f"/couverture?par=etablissement&q={lycee.uai}")
    await looked_at(page, no_violation, tmp_path / f"couverture-{width}.png")


async def looked_at(page, no_violation, path):
    await no_violation(page)
    assert not await page.evaluate(_TOO_WIDE), path.stem
    await page.screenshot(path=path, full_page=True)
