"""« Doublons probables » at a browser: two entries become one, and SANTORIN lets in the kept person only."""

import re
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import expect

from acces.acteur import Role
from imagin_dev.demo.accounts import chef, gestionnaire
from imagin_dev.santorin.simulator import Behaviour, Santorin
from testkit.eventually import eventually

ACADEMIE = "10"


class Twice:
    """An invented person whom the directory has twice, in a lycée of her own; first by name, for the invented
    directory has pages of pairs."""

    def __init__(self, product, nom):
        self.product, self.lycee, self.nom = product, product.etablissement(), nom
        self.numeros = [f"{nom}A", f"{nom}B"]

    def _entry(self, numero, prenom, discipline):
        names = {"numero": numero, "civilite": "Mme", "nom": self.nom, "prenom": prenom, "uai": self.lycee.uai}
        return names | {"courriel": f"{numero.lower()}@ac-exemple.invalid", "disciplines": [discipline]}

    async def enter(self):
        body = [self._entry(self.numeros[0], "Élodie", "1000"), self._entry(self.numeros[1], "Elodie", "0100")]
        async with httpx2.AsyncClient(base_url=self.product.url, trust_env=False) as http:
            api = self.product.api(http, gestionnaire(ACADEMIE))
            await api.put(f"/api/academies/{ACADEMIE}/intervenants", {"intervenants": body})
        await self.is_listed()

    async def is_listed(self):
        await eventually(self._listed, timeout=90, because="the loop has looked for the pair")

    async def _listed(self):
        async with httpx2.AsyncClient(base_url=self.product.url, trust_env=False) as http:
            found = (await self.product.api(http, gestionnaire(ACADEMIE)).get("/api/intervenants/doublons"))["doublons"]
        return any({face["numero"] for face in one["intervenants"]} == set(self.numeros) for one in found)

    async def convoke(self, code, *numeros):
        async with httpx2.AsyncClient(base_url=self.product.url, trust_env=False) as http:
            api = self.product.api(http, chef(self.lycee.uai, ACADEMIE))
            body = {"intervenants": list(numeros), "dates": [self.product.soon], "observation": "Salle 3"}
            path = f"/api{self.lycee.mission(code)}/convocations"
            await api.post(path, body, key=f"{code}-{'-'.join(numeros)}")

    async def rights(self):
        """(number, code, status) of her rights, as SANTORIN reads them on the topic."""
        santorin = Santorin(self.product.stack.kafka_connection, Behaviour())
        await santorin.run(lambda _: None, until_idle_seconds=1)
        rights = santorin.rights.values()
        return {
            (one.intervenant.numero, one.mission.code): one.status
            for one in rights
            if one.intervenant.numero in self.numeros
        }

    async def has(self, expected):
        return await self.rights() == expected


@pytest.fixture
def twice(product):
    return lambda nom: Twice(product, nom)


async def _compare(page, one):
    await page.goto("/intervenants")
    await page.get_by_role("link", name="Doublons probables").click()
    await page.get_by_role("link", name=re.compile(f"^Comparer {one.nom}")).click()
    await expect(page.get_by_role("heading", level=1, name="Comparer deux fiches")).to_be_visible()


async def test_by_mouse_two_entries_become_one_and_the_right_at_santorin_follows(person, twice):
    one = twice("AJUMELLEE")
    first, second = one.numeros
    await one.enter()
    await one.convoke("HG", first)
    await one.convoke("HLP", second)
    await one.convoke("LVB-POR", first, second)
    before = {(first, "HG"): "GRANTED", (second, "HLP"): "GRANTED"}
    before |= {(first, "LVB-POR"): "GRANTED", (second, "LVB-POR"): "GRANTED"}
    await eventually(lambda: one.has(before), timeout=60, because="SANTORIN reads the four rights")
    page = await person(Role.GESTIONNAIRE)
    await _compare(page, one)
    await expect(page.get_by_role("row", name=re.compile("^Courriel"))).to_contain_text("Différent")
    await expect(page.get_by_role("row", name=re.compile("^Prénom"))).to_contain_text("Identique")
    await expect(page.get_by_role("row", name=re.compile("^Convocations en cours"))).to_contain_text("2")
    await page.get_by_role("radio", name=re.compile(f"Fiche {first}")).check()
    await page.get_by_role("button", name="Fusionner").click()
    await expect(page.get_by_text("Succès : Fiches fusionnées")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile(f"^Comparer {one.nom}"))).to_have_count(0)
    after = {(first, "HG"): "GRANTED", (first, "HLP"): "GRANTED", (first, "LVB-POR"): "GRANTED"}
    after |= {(second, "HLP"): "REVOKED", (second, "LVB-POR"): "REVOKED"}
    await eventually(lambda: one.has(after), timeout=60, because="SANTORIN lets in the kept person only")
    await page.goto(one.lycee.mission("HLP"))
    rows = page.get_by_role("row", name=re.compile(one.nom))
    await expect(rows).to_have_count(2)
    await expect(rows.filter(has_text="Annulée")).to_have_count(1)


async def test_by_keyboard_only(person, twice):
    one = twice("ACLAVIER")
    await one.enter()
    page = await person(Role.GESTIONNAIRE)
    await page.goto("/intervenants/doublons")
    await _tab_to(page, page.get_by_role("link", name=re.compile(f"^Comparer {one.nom}")))
    await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_role("button", name="Fusionner"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Choisissez la fiche à garder.").first).to_be_visible()
    await expect(page.get_by_role("group", name=re.compile("à corriger"))).to_be_focused()
    await _tab_to(page, page.get_by_role("radio").first)
    await page.keyboard.press("Space")
    await _tab_to(page, page.get_by_role("button", name="Fusionner"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Succès : Fiches fusionnées")).to_be_visible()


async def _tab_to(page, element):
    for _ in range(150):
        if await element.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail("not reached by the tabulator key")


async def test_without_script_two_people_who_are_not_one_are_shown_no_more(person, twice):
    one = twice("ADISTINCTE")
    await one.enter()
    page = await person(Role.GESTIONNAIRE, script=False)
    await _compare(page, one)
    await page.get_by_role("button", name="Ce ne sont pas les mêmes").click()
    await expect(page.get_by_text("Succès : Deux personnes différentes")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile(f"^Comparer {one.nom}"))).to_have_count(0)


async def test_without_script_two_pairs_are_ticked_merged_in_one_act_and_one_is_undone(person, twice):
    pairs = [twice("AENSEMBLE"), twice("AENSUITE")]
    for one in pairs:
        await one.enter()
    page = await person(Role.GESTIONNAIRE, script=False)
    await page.goto("/intervenants/doublons")
    for one in pairs:
        await page.get_by_role("checkbox", name=re.compile(f"^{one.nom}")).check()
    await page.get_by_role("button", name="Fusionner", exact=True).click()
    await expect(page.get_by_role("heading", level=1, name="Fusionner 2 paires de fiches")).to_be_visible()
    await page.get_by_role("radio", name=re.compile(f", fiche {pairs[0].numeros[0]}")).check()
    await page.get_by_role("radio", name=re.compile(f", fiche {pairs[1].numeros[1]}")).check()
    await page.get_by_role("button", name="Fusionner (2)").click()
    await expect(page.get_by_text("Succès : Fiches fusionnées")).to_be_visible()
    await page.get_by_role("link", name=f"Défaire la fusion de {pairs[0].numeros[1]}").click()
    await page.get_by_role("button", name="Défaire la fusion").click()
    await expect(page.get_by_text("Succès : Fusion défaite")).to_be_visible()
    await pairs[0].is_listed()
    await page.reload()
    await expect(page.get_by_role("link", name=re.compile(f"^Comparer {pairs[0].nom}"))).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile(f"^Comparer {pairs[1].nom}"))).to_have_count(0)


_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [1280, 360, 320])
async def test_axe_finds_nothing_and_nothing_scrolls_sideways(person, twice, no_violation, width, tmp_path):
    one = twice(f"AACCESSIBLE{width}")
    await one.enter()
    page = await person(Role.GESTIONNAIRE, width=width)

    async def look(name):
        await no_violation(page)
        await page.screenshot(path=Path(tmp_path) / f"{width}-{name}.png", full_page=True)
        assert await page.evaluate(_TOO_WIDE) <= 0, name

    await page.goto("/intervenants/doublons")
    await look("liste")
    await _compare(page, one)
    await look("comparaison")
    await page.get_by_role("button", name="Fusionner").click()
    await expect(page.get_by_text("Choisissez la fiche à garder.").first).to_be_visible()
    await look("erreur")
    await page.goto("/intervenants/doublons")
    await page.get_by_role("checkbox", name=re.compile(f"^{one.nom}")).check()
    await page.get_by_role("button", name="Fusionner", exact=True).click()
    await page.get_by_role("button", name="Fusionner (1)").click()
    await look("plusieurs")
    await page.get_by_role("radio").first.check()
    await page.get_by_role("button", name="Fusionner (1)").click()
    await page.get_by_role("link", name=re.compile(f"^Défaire la fusion de {one.nom}")).click()
    await look("defaire")
    await page.get_by_role("button", name="Défaire la fusion").click()
    await expect(page.get_by_text("Succès : Fusion défaite")).to_be_visible()
