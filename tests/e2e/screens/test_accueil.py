"""« Ce qui reste à faire » and « Aide » at a browser, for each role; the pictures that « Aide » shows are made here.

`IMAGIN_IMAGES=1` writes them where the pages take them from; else they are only looked at.
"""

import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from acces.acteur import Role
from convocation.cadre.domain import SUJETS

AIDE = Path(__file__).parents[3] / "services/convocation/src/convocation/aide"
_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_ROLES = [Role.CHEF, Role.DELEGUE, Role.GESTIONNAIRE, Role.ADMINISTRATEUR]
_WIDTH = 960


@pytest.fixture(scope="module")
def lycee(product):
    return product.etablissement()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("role", _ROLES)
async def test_each_role_reads_what_is_left_in_words(person, product, lycee, no_violation, tmp_path, role, width):
    page = await person(role, lycee, width=width)
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1, name="Ce qui reste à faire")).to_be_visible()
    steps = page.locator(".im-etapes > li")
    assert await steps.count() >= 3
    for step in await steps.all():
        await expect(step.get_by_text(re.compile("^(Fait|À faire|En attente)$"))).to_be_visible()
        await expect(step.get_by_role("link")).to_have_count(1)
    await no_violation(page)
    assert not await page.evaluate(_TOO_WIDE), f"the page scrolls sideways at {width} px"
    await page.screenshot(path=tmp_path / f"{role.value}-{width}.png", full_page=True)


@pytest.mark.parametrize("role", _ROLES)
async def test_each_step_leads_to_a_page_that_opens(person, lycee, role):
    page = await person(role, lycee, script=False)
    await page.goto("/")
    steps = page.locator(".im-etapes > li").get_by_role("link")
    for address in [await one.get_attribute("href") for one in await steps.all()]:
        answer = await page.goto(address)
        assert answer.status == 200, address
        await expect(page.get_by_role("heading", level=1)).to_have_count(1)


async def test_a_chef_signs_by_keyboard_and_the_step_is_done(person, product):
    page = await person(Role.CHEF, product.etablissement())
    await page.goto("/")
    step = page.get_by_role("listitem").filter(has_text="Coordonnées de l’établissement")
    await expect(step.get_by_text("À faire", exact=True)).to_be_visible()
    link = step.get_by_role("link", name=re.compile("Renseigner les coordonnées"))
    for _ in range(80):
        if await link.evaluate("one => one === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_label("Téléphone").fill("04 72 00 00 00")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Succès : Coordonnées enregistrées")).to_be_visible()
    await (
        page.get_by_role("navigation", name="Menu principal")
        .get_by_role("link", name="À faire", exact=True)
        .press("Enter")
    )
    await expect(step.get_by_text("Fait", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
async def test_every_page_of_the_help_fits_and_axe_finds_nothing(person, lycee, no_violation, width):
    page = await person(Role.CHEF, lycee, width=width)
    await page.goto("/signature")
    await page.get_by_role("banner").get_by_role("link", name="Aide").click()
    await expect(page).to_have_url(re.compile("/aide/signature$"))
    for path in ("/aide", *(f"/aide/{one}" for one in SUJETS)):
        await page.goto(path)
        await no_violation(page)
        assert not await page.evaluate(_TOO_WIDE), path


def _named():
    """The pictures that templates name."""
    texts = (one.read_text(encoding="utf-8") for one in (AIDE / "templates").glob("*.html"))
    return {name for text in texts for name in re.findall(r'\{\{ image\("([^"]+)"', text)}


async def _story(person, product):
    """Each picture's page, ready to be taken; all people are invented."""
    lycee = product.etablissement()  # the large one is another test's
    chef = await person(Role.CHEF, lycee)
    for name, path in (("accueil", "/"), ("preparation", f"/preparation/{lycee.uai}"), ("signature", "/signature")):
        await chef.goto(path)
        yield name, chef
    await chef.goto(lycee.mission("HG"))
    await chef.get_by_role("button", name="Créer convocation").click()
    await chef.get_by_role("dialog").get_by_label("Discipline").press_sequentially("hist")
    await expect(chef.get_by_role("dialog").get_by_role("checkbox").first).to_be_visible()
    yield "affectation", chef
    numero = product.numero(lycee, "1000")
    teacher = await person(Role.INTERVENANT, sub=numero)
    yield "couverture", await _at(await person(Role.GESTIONNAIRE), "/couverture?par=etablissement")
    await _convoke(chef, product, lycee)
    yield "suivi", await _at(chef, f"/suivi/{lycee.uai}")
    yield "mes-missions", await _at(teacher, "/mes-missions")


async def _at(page, path):
    await page.goto(path)
    return page


async def _convoke(chef, product, lycee):
    await chef.goto(f"/preparation/{lycee.uai}")
    await chef.get_by_label("Date pour toutes les missions").fill(product.soon)
    await chef.get_by_role("button", name=re.compile("^Enregistrer .* convocation")).click()
    again = chef.get_by_role("button", name=re.compile("^Enregistrer .* convocation"))
    done = chef.get_by_text("Succès : Convocations enregistrées")
    await expect(done.or_(chef.get_by_text("à lire avant de convoquer"))).to_be_visible(timeout=60_000)
    if not await done.is_visible():
        await again.click()
        await expect(done).to_be_visible(timeout=60_000)


async def test_the_pictures_of_the_help_are_those_that_its_pages_name(person, product, tmp_path):
    folder = AIDE / "statique" if os.environ.get("IMAGIN_IMAGES") else tmp_path
    made = set()
    async for name, page in _story(person, product):
        await page.set_viewport_size({"width": 1280, "height": 800})
        shot = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
        shot.resize((_WIDTH, _WIDTH * shot.height // shot.width)).save(folder / f"{name}.webp", quality=60)
        made.add(name)
    assert made == _named() == {one.stem for one in (AIDE / "statique").iterdir()}
    assert max(one.stat().st_size for one in folder.glob("*.webp")) < 100_000
