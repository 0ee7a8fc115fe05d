"""« Avancement » at a browser: from the menu to a département and its coverage, by keyboard, without script."""

import asyncpg
import pytest
from playwright.async_api import expect

from acces.acteur import Role
from imagin_ops.services import CONVOCATION
from testkit.eventually import eventually

_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Twenty days before today, and the session before this one: a product that has just started has one day.
_DAYS = """
INSERT INTO avancement
SELECT session, academie, departement, jour - n, attendus, attendus * (20 - n) / 20, attendus * (20 - n) / 40,
       attendus * (20 - n) / 30, vu_le
FROM avancement AS a, generate_series(1, 20) AS n
WHERE session = '2020-E3C1' AND NOT EXISTS (SELECT FROM avancement AS b WHERE b.session = a.session AND b.jour > a.jour)
ON CONFLICT DO NOTHING
"""


@pytest.fixture
async def counted(product):
    """The loop has counted once; days of before are planted."""
    connection = await asyncpg.connect(product.stack.databases[CONVOCATION.name])

    async def today():
        return await connection.fetchval("SELECT count(*) FROM avancement WHERE session = '2020-E3C1'")

    try:
        await eventually(today, timeout=90, because="the loop counts within a minute")
        await connection.execute(_DAYS)
    finally:
        await connection.close()


@pytest.mark.parametrize("script", [True, False])
async def test_from_the_menu_to_a_departement_and_what_lacks_there(counted, person, script):
    page = await person(Role.GESTIONNAIRE, script=script)
    await page.goto("/couverture")
    await page.get_by_role("link", name="Voir l’avancement jour par jour").click()
    await expect(page.get_by_role("heading", name="Avancement")).to_be_visible()
    picture = page.get_by_role("img", name="Convocations par jour")
    await expect(picture).to_be_visible()
    assert await picture.locator("polyline").count() == 4
    await page.locator("summary", has_text="jours plus anciens").click()
    await expect(page.get_by_role("table", name="Jours plus anciens").get_by_role("row")).to_have_count(15)
    await page.get_by_role("link", name="Rhône (069)").click()
    await expect(page.get_by_role("heading", name="Rhône (069)")).to_be_visible()
    await page.get_by_role("link", name="Voir ce qui manque dans la couverture").click()
    await expect(page.get_by_label("Département", exact=True)).to_have_value("069")


async def test_by_keyboard_an_academie_is_chosen(counted, person):
    page = await person(Role.ADMINISTRATEUR)
    await page.goto("/avancement")
    await expect(page.get_by_role("heading", name="France entière")).to_be_visible()
    await page.get_by_role("link", name="Lyon").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Par département")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
async def test_axe_finds_no_violation_and_the_page_fits(counted, person, no_violation, tmp_path, width):
    for role in (Role.GESTIONNAIRE, Role.ADMINISTRATEUR):
        page = await person(role, width=width)
        await page.goto("/avancement")
        await no_violation(page)
        assert not await page.evaluate(_TOO_WIDE)
        await page.screenshot(path=tmp_path / f"{role.value}-{width}.png", full_page=True)
