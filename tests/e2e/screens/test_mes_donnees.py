"""« Mes données »: a teacher looks at what is kept of them and takes it along, at a real browser (0061)."""

import json
import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from acces.acteur import Role
from testkit.eventually import eventually

_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize(("width", "script"), [(1280, True), (1280, False), (360, True), (320, True)])
async def test_a_teacher_sees_and_downloads_what_is_kept_of_them(
    person, product, no_violation, width, script, tmp_path
):
    numero = product.people.by_academie["10"][0].numero
    page = await person(Role.INTERVENANT, sub=numero, width=width, script=script)

    async def in_the_directory():
        await page.goto("/mes-missions/donnees")
        return await page.get_by_role("rowheader", name="Fiche de l’annuaire").count()

    await eventually(in_the_directory)
    await page.goto("/mes-missions")
    await page.get_by_role("link", name="Mes données").click()
    await expect(page.get_by_role("heading", level=1, name="Mes données")).to_be_visible()
    if script:
        await no_violation(page)
    assert not await page.evaluate(_TOO_WIDE)
    if folder := os.environ.get("IMAGIN_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"mes-donnees-{width}.png", full_page=True)
    for name, start in (("en PDF", b"%PDF-"), ("en JSON", b"{")):
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name=name).click()
        file = tmp_path / f"{name}-{width}"
        await (await waiting.value).save_as(file)
        assert file.read_bytes().startswith(start)
    assert json.loads(file.read_bytes())["convocation"]["intervenant"][0]["numero"] == numero
