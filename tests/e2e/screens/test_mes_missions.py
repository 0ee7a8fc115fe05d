"""« Mes missions » in a real browser: read, SANTORIN entered, an empêchement reported and answered in one act."""

import re

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import expect

from acces.acteur import Role
from imagin_dev.demo import accounts, scenario
from testkit.eventually import eventually

MOTIF = "Opération prévue ce jour-là"
_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Mouse:
    """Clicks and fills, with script or without."""

    async def press(self, element):
        await element.click()

    async def write(self, element, text):
        await element.fill(text)


class Keyboard:
    """The tabulator key, Enter and letters; nothing else."""

    async def press(self, element):
        await self._reach(element)
        await element.page.keyboard.press("Enter")

    async def write(self, element, text):
        await self._reach(element)
        await element.page.keyboard.type(text)

    async def _reach(self, element):
        for _ in range(80):
            if await element.evaluate("one => one === document.activeElement"):
                return
            await element.page.keyboard.press("Tab")
        pytest.fail("not reached by the tabulator key")


WAYS = {"mouse": (Mouse(), True), "keyboard": (Keyboard(), True), "without-script": (Mouse(), False)}


@pytest_asyncio.fixture(loop_scope="session")
async def convoked(product):
    """A lycée in which a correcteur and a suppléant are convoked: (lycée, correcteur, suppléant)."""
    lycee = product.etablissement()
    teachers = [one for one in product.people.by_academie["10"] if one.uai == lycee.uai and "1000" in one.disciplines]
    correcteur, suppleant = teachers[:2]
    async with scenario.client(product.stack) as http:
        api = product.api(http, accounts.chef(lycee.uai, "10"))
        path = f"/api{lycee.mission('HG')}/convocations"
        body = {"intervenants": [correcteur.numero], "dates": [product.soon], "observation": "Salle 12"}
        await api.post(path, body, key=f"correcteur-{lycee.uai}")
        body |= {"intervenants": [suppleant.numero], "qualite": "CORRECTEUR_SUPPLEANT"}
        await api.post(path, body, key=f"suppleant-{lycee.uai}")
    return lycee, correcteur, suppleant


async def _enter_santorin(page, way, product):
    """Once the right is accepted; SANTORIN is told the usage, and not whose page it was."""
    link = page.get_by_role("link", name="Accéder à SANTORIN pour corriger les copies")
    await expect(link).to_have_count(0)

    async def accepted():
        await product.santorin_answers()
        await page.goto("/mes-missions")
        return await link.count() == 1

    await eventually(accepted, timeout=60)
    seen = []

    async def santorin(route):
        seen.append((route.request.url, route.request.headers.get("referer")))
        await route.fulfill(body="<title>SANTORIN</title>", content_type="text/html")

    await page.route("https://santorin.invalid/**", santorin)
    await way.press(link)
    await expect(page).to_have_title("SANTORIN")
    assert seen == [("https://santorin.invalid/entree/correction", None)]
    await page.goto("/mes-missions")


async def _report(page, way):
    await way.press(page.get_by_role("link", name="Signaler un empêchement"))
    await expect(page.get_by_text("Information : ce n’est pas un refus")).to_be_visible()
    await way.press(page.get_by_role("button", name="Signaler l’empêchement"))
    await expect(page.get_by_role("group", name="point est à corriger")).to_be_focused()
    await way.write(page.get_by_label("Motif de l’empêchement"), MOTIF)
    await way.press(page.get_by_role("button", name="Signaler l’empêchement"))
    await expect(page.get_by_text("Succès : Empêchement signalé")).to_be_visible()


async def _promote(page, way, suppleant):
    """From the list of missions to the suppléant in one act."""
    await page.goto("/missions")
    await expect(page.get_by_text("1 empêchement à traiter")).to_be_visible()
    await way.press(page.get_by_role("link", name="Voir les missions concernées"))
    await way.press(page.get_by_role("link", name="Histoire-géographie"))
    await expect(page.get_by_text("A pris connaissance le")).to_be_visible()
    await way.press(page.get_by_role("link", name=re.compile("^Traiter l’empêchement")))
    await expect(page.get_by_text(MOTIF)).to_be_visible()
    await expect(page.get_by_label("Remplacer par")).to_contain_text(suppleant.nom)
    await way.press(page.get_by_role("button", name="Remplacer"))
    await expect(page.get_by_text("Succès : Personne remplacée")).to_be_visible()


@pytest.mark.parametrize("name", WAYS)
async def test_r16_r18_and_r57_a_teacher_reads_enters_santorin_reports_and_a_suppleant_takes_the_place(
    person, product, convoked, name
):
    (way, script), (lycee, correcteur, suppleant) = WAYS[name], convoked
    teacher = await person(Role.INTERVENANT, sub=correcteur.numero, script=script)
    await teacher.goto("/")
    await expect(teacher.get_by_role("heading", level=1, name="Mes missions")).to_be_visible()
    await expect(teacher.get_by_text("1 mission à venir")).to_be_visible()
    await way.press(teacher.get_by_role("button", name="J’ai pris connaissance"))
    await expect(teacher.get_by_text("Succès : Prise de connaissance enregistrée")).to_be_visible()
    await expect(teacher.get_by_text("Vous en avez pris connaissance le")).to_be_visible()
    await _enter_santorin(teacher, way, product)
    await _report(teacher, way)
    await _promote(await person(Role.CHEF, lycee, script=script), way, suppleant)
    await teacher.goto("/mes-missions")
    await expect(teacher.get_by_text("0 mission à venir")).to_be_visible()
    await teacher.get_by_role("link", name="Histoire-géographie", exact=True).click()
    await expect(teacher.get_by_text("vous êtes remplacé(e)").first).to_be_visible()
    other = await person(Role.INTERVENANT, sub=suppleant.numero, script=script)
    await other.goto("/mes-missions")
    await expect(other.get_by_text("Correcteur Santorin")).to_be_visible()
    await expect(other.get_by_role("button", name="J’ai pris connaissance")).to_be_visible()


async def _every_page(page, chef, lycee, mail_came_back):
    """Each page of the two in turn, with what is waited for, errors, answers and empty states."""
    await page.goto("/mes-missions")
    yield page, "mes-missions"
    line = await page.get_by_role("link", name="Histoire-géographie").first.get_attribute("href")
    await page.goto(line)
    yield page, "convocation"
    await page.goto(f"{line}/empechement")
    yield page, "empechement"
    await page.get_by_role("button", name="Signaler l’empêchement").click()
    await expect(page.get_by_text("est à corriger")).to_be_visible()
    yield page, "empechement-erreur"
    await page.get_by_label("Motif de l’empêchement").fill(MOTIF)
    await page.get_by_role("button", name="Signaler l’empêchement").click()
    await expect(page.get_by_text("Succès : Empêchement signalé")).to_be_visible()
    yield page, "empechement-signale"
    await page.goto("/mes-missions")
    yield page, "mes-missions-signale"
    for path in ("/missions", "/missions-convoquees?etat=empechement", lycee.mission("HG"), line):
        await chef.goto(path)
        yield chef, f"chef{path[:9]}".replace("/", "-")
    await chef.goto(f"{line}/empechement/traiter")
    yield chef, "traiter"
    await chef.get_by_role("button", name="Maintenir la convocation").click()
    await expect(chef.get_by_text("est à corriger")).to_be_visible()
    yield chef, "traiter-erreur"
    await chef.get_by_label("Réponse à la personne").fill("Votre date est déplacée.")
    await chef.get_by_role("button", name="Maintenir la convocation").click()
    await expect(chef.get_by_text("Succès : Convocation maintenue")).to_be_visible()
    await chef.goto(f"{line}/empechement/traiter")
    yield chef, "traiter-vide"
    await mail_came_back(line)
    for path, words in (("/missions", "1 mail en échec"), (lycee.mission("HG"), "Mail revenu"), (line, "Mail revenu")):
        await chef.goto(path)
        await expect(chef.get_by_text(words, exact=True)).to_be_visible()
        yield chef, f"mail-revenu{path[:9]}".replace("/", "-")
    await chef.get_by_role("button", name="Confirmer la remise en main propre").click()
    await expect(chef.get_by_text("Succès : Remise en main propre confirmée")).to_be_visible()
    yield chef, "remise"
    await page.goto(f"{line}/empechement")
    await expect(page.get_by_text("Votre date est déplacée.")).to_be_visible()
    yield page, "empechement-reponse"
    await chef.goto(f"{line}/supprimer")
    await chef.get_by_label("Motif de l’annulation").fill("Erreur")
    await chef.get_by_role("button", name="Confirmer la suppression").click()
    await page.goto("/mes-missions")
    await expect(page.get_by_role("heading", name="Convocations annulées")).to_be_visible()
    yield page, "mes-missions-annulee"


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_no_violation_and_nothing_scrolls_sideways(person, product, convoked, no_violation, width):
    lycee, correcteur, _ = convoked
    teacher = await person(Role.INTERVENANT, sub=correcteur.numero, width=width)
    chef = await person(Role.CHEF, lycee, width=width)
    seen = []

    async def mail_came_back(line):
        """As the notifier's next event would say it."""
        connection = await asyncpg.connect(product.stack.databases["convocation"])
        done = "UPDATE notification SET etat = 'REVENUE', motif = '550 boîte inconnue' WHERE convocation_id = $1"
        assert await connection.execute(done, line.rpartition("/")[2]) == "UPDATE 1"
        await connection.close()

    async for page, name in _every_page(teacher, chef, lycee, mail_came_back):
        await no_violation(page)
        assert not await page.evaluate(_TOO_WIDE), f"{name} at {width} px"
        seen.append(name)
    assert len(seen) == 19
