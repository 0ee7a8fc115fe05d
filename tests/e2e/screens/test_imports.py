"""What Cyclades changed is read, accepted or refused; from convocation's menu and back, in one session."""

import json
import re

import httpx2
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from playwright.async_api import expect

from acces.acteur import Role
from event_schemas.catalogue import INSCRIPTIONS
from imagin_dev.cyclades import inscriptions_file, producer
from imagin_dev.cyclades.closings import TYPE
from imagin_dev.demo.accounts import chef, gestionnaire
from imagin_ops.services import MISSION_IMPORT
from testkit.eventually import eventually

SESSION, ACADEMIE = "2020-E3C1", "10"
LIBELLES = {"HG": "Histoire-géographie", "HLP": "Humanités, littérature et philosophie", "SES": "Sciences économiques"}


class Imports:
    """mission-import of the running product: what Cyclades sends, and its API as the gestionnaire of Lyon."""

    def __init__(self, product, http):
        self.product, self.url = product, product.stack.url(MISSION_IMPORT)
        self.api = product.api(http, gestionnaire(ACADEMIE))

    async def policy(self, mode):
        await self.api.put(f"/api/academies/{ACADEMIE}/politique-import", {"mode": mode})

    async def sends(self, lycee, revision, **candidats):
        """Cyclades closes again, and mission-import has read it."""
        epreuves = [
            {"code": code, "libelle": LIBELLES[code], "type": "E3C", "voie": "GENERALE", "candidats_inscrits": n}
            for code, n in candidats.items()
        ]
        place = {"nom": f"LYCEE FICTIF {lycee.uai}", "commune": "VILLEFICTIVE", "academie": ACADEMIE}
        data = {"session": SESSION, "uai": lycee.uai, "revision": revision, "cloturee_le": "2020-01-12T18:00:00+01:00"}
        data |= {"etablissement": place, "epreuves": epreuves}
        ident = f"{lycee.uai}-{revision}"
        event = {
            "specversion": "1.0",
            "type": TYPE,
            "id": ident,
            "source": "/essai",
            "subject": lycee.uai,
            "data": data,
        }
        await producer.send(self.product.stack.kafka_connection, inscriptions_file.of_events([event]), lambda _: None)

        async def received():
            return (await self.read(lycee))["revision"] == revision

        await eventually(received, because="mission-import has read it")

    async def refuses(self, lycee, revision, motif):
        decision = {"revision": revision, "decision": "REFUSER", "motif": motif}
        await self.api.post(f"/api/imports/{SESSION}/{lycee.uai}/decision", decision, key=f"{lycee.uai}-{revision}")

    async def sends_nonsense(self, lycee):
        """A record in structured mode without a closing in it."""
        headers = [("content-type", b"application/cloudevents+json")]
        value = json.dumps({"specversion": "1.0", "type": TYPE, "id": "1", "source": "/essai"}).encode()
        async with AIOKafkaProducer(**self.product.stack.kafka_connection) as kafka:
            await kafka.send_and_wait(INSCRIPTIONS, value, key=lycee.uai.encode(), headers=headers)

    async def read(self, lycee):
        return await self.api.get(f"/api/imports/{SESSION}/{lycee.uai}")

    async def convoked_on_hlp(self, lycee):
        """One person, and mission-import knows it."""
        path = f"/api{lycee.mission('HLP')}/convocations"
        body = {"intervenants": [self.product.numero(lycee, "1000")], "dates": [self.product.soon]}
        async with httpx2.AsyncClient(base_url=self.product.url, trust_env=False) as http:
            await self.product.api(http, chef(lycee.uai, ACADEMIE)).post(path, body, key="essai")

        async def counted():
            return sum(one["convoques"] for one in (await self.read(lycee))["differentiel"]) == 1

        await eventually(counted, because="mission-import counts who is convoked")

    def page_of(self, lycee):
        return f"{self.url}/imports/{SESSION}/{lycee.uai}"


@pytest_asyncio.fixture(loop_scope="session")
async def imports(product):
    async with httpx2.AsyncClient(base_url=product.stack.url(MISSION_IMPORT), trust_env=False) as http:
        imports = Imports(product, http)
        yield imports
        await imports.policy("AUTOMATIQUE")


async def test_from_the_menu_a_changed_closing_is_read_accepted_and_seen_by_the_etablissement(person, product, imports):
    lycee = product.etablissement()
    await imports.convoked_on_hlp(lycee)
    page = await person(Role.GESTIONNAIRE)
    await page.goto("/missions")
    await page.get_by_role("link", name="Imports", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Imports de Cyclades")
    assert page.url == f"{imports.url}/imports"
    await page.get_by_role("link", name="Mode d’application").click()
    await page.get_by_role("button", name="Relire avant d’appliquer les clôtures de l’académie Lyon").click()
    await expect(page.get_by_text("Succès : Choix enregistré")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("^Lyon"))).to_contain_text("Après relecture")

    await imports.sends(lycee, 2, HG=68, SES=12)
    await page.get_by_role("link", name="Imports", exact=True).first.click()
    await page.get_by_role("link", name=re.compile(f"Lyon, session {SESSION}")).click()
    await page.get_by_role("link", name=f"LYCEE FICTIF {lycee.uai}").click()
    await expect(page.get_by_text("Ce que changerait la révision 2")).to_be_visible()
    await expect(page.get_by_text("1 personne est déjà convoquée sur des missions sans candidat")).to_be_visible()
    rows = page.get_by_role("table", name="Missions")
    await expect(rows.get_by_role("row", name=re.compile("Histoire"))).to_contain_text("candidats : de 70 à 68")
    await expect(rows.get_by_role("row", name=re.compile("Humanités"))).to_contain_text("Sans candidat désormais")
    await expect(rows.get_by_role("row", name=re.compile("Sciences"))).to_contain_text("Créée")
    await page.get_by_role("button", name="Accepter la révision 2").click()
    await expect(page.get_by_text("Succès : Clôture acceptée")).to_be_visible()
    decisions = page.get_by_role("table", name="Décisions et rejeux")
    await expect(decisions.get_by_role("row", name=re.compile("Révision 2 – Acceptée"))).to_contain_text("Essai")

    await page.get_by_role("link", name="Clôtures à décider").click()
    await expect(page.get_by_text("Aucune clôture n’attend de décision.")).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name="Rejouer la révision 2").click()
    await expect(page.get_by_text("Succès : Révision rejouée : rien n’a changé")).to_be_visible()

    etablissement = await person(Role.CHEF, lycee)

    async def marked():
        await etablissement.goto(lycee.mission("HLP"))
        return await etablissement.get_by_text("Attention : sans candidat").is_visible()

    await eventually(marked, because="the établissement sees the mission marked")
    await expect(etablissement.get_by_text("1 personne convoquée")).to_be_visible()
    await expect(etablissement.get_by_role("link", name="Imports", exact=True)).to_have_count(0)


async def test_by_keyboard_only_a_closing_is_refused_with_its_reason(person, product, imports):
    lycee = product.etablissement()
    await imports.policy("VALIDATION")
    await imports.sends(lycee, 2, HG=1)
    page = await person(Role.GESTIONNAIRE)
    await page.goto(f"{imports.url}/imports")
    await _enter(page, page.get_by_role("link", name=f"LYCEE FICTIF {lycee.uai}"))
    await _enter(page, page.get_by_role("button", name="Refuser"))
    await expect(page.get_by_role("group", name=re.compile("1 point est à corriger"))).to_be_focused()
    await _enter(page, page.get_by_role("link", name="Indiquez pourquoi cette clôture est refusée."))
    await expect(page.get_by_label("Motif, en cas de refus")).to_be_focused()
    await page.keyboard.type("Effectif invraisemblable")
    await _enter(page, page.get_by_role("button", name="Refuser"))
    await expect(page.get_by_text("Succès : Clôture refusée")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("Révision 2 – Refusée"))).to_contain_text("Effectif")
    assert (await imports.read(lycee))["etat"] == "REFUSEE"


@pytest.mark.parametrize("width", [360, 1280])
async def test_without_script_what_is_ticked_is_accepted_as_it_was_seen(person, product, imports, no_violation, width):
    first, second = product.etablissement(), product.etablissement()
    await imports.policy("VALIDATION")
    await imports.sends(first, 2, HG=60)
    await imports.sends(second, 2, HG=61)
    page = await person(Role.GESTIONNAIRE, script=False, width=width)
    await page.goto(f"{imports.url}/imports")
    await page.get_by_role("link", name=re.compile("Lyon, session")).click()
    for lycee in (first, second):
        await page.get_by_role("checkbox", name=f"LYCEE FICTIF {lycee.uai}, {lycee.uai}").check()
    await imports.sends(second, 3, HG=62)
    await page.get_by_role("button", name=re.compile("^Accepter")).click()
    await expect(page.get_by_text("1 clôture acceptée", exact=False)).to_be_visible()
    await expect(page.get_by_text(f"({second.uai}) : la révision 3 attend.")).to_be_visible()
    assert [(await imports.read(one))["etat"] for one in (first, second)] == ["APPLIQUEE", "A_VALIDER"]
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await page.get_by_role("checkbox", name=f"LYCEE FICTIF {second.uai}, {second.uai}").check()
    await page.get_by_role("button", name=re.compile("^Accepter")).click()
    assert (await imports.read(second))["etat"] == "APPLIQUEE"


async def test_by_keyboard_what_changes_is_filtered_found_by_commune_and_accepted(
    person, product, imports, no_violation
):
    more, fewer = product.etablissement(), product.etablissement()
    await imports.policy("VALIDATION")
    await imports.sends(more, 2, HG=75)
    await imports.sends(fewer, 2, HG=2)
    page = await person(Role.GESTIONNAIRE)
    await page.goto(f"{imports.url}/imports/a-valider/{ACADEMIE}/{SESSION}")
    boxes = page.get_by_role("table", name="Clôtures à décider").get_by_role("checkbox")
    before = await boxes.count()
    await page.get_by_label("Ce qui change").focus()
    await page.keyboard.type("Candidats en h")
    await _enter(page, page.get_by_role("button", name="Filtrer"))
    await expect(page.get_by_role("checkbox", name=re.compile(fewer.uai))).to_have_count(0)
    await page.get_by_label("Établissement, commune ou UAI").focus()
    await page.keyboard.type(f"Villefictivé {more.uai}")
    await page.keyboard.press("Enter")
    await expect(boxes).to_have_count(1)
    assert before >= 2
    await no_violation(page)
    await boxes.focus()
    await page.keyboard.press("Space")
    accept = page.get_by_role("button", name=re.compile("^Accepter"))
    await expect(accept).to_have_text(re.compile("Accepter 1 clôture cochée"))
    await _enter(page, accept)
    await expect(page.get_by_text("1 clôture acceptée", exact=False)).to_be_visible()
    await no_violation(page)
    assert [(await imports.read(one))["etat"] for one in (more, fewer)] == ["APPLIQUEE", "A_VALIDER"]


@pytest.mark.parametrize("width", [360, 1280])
async def test_what_has_no_effect_is_shown_with_a_sentence_for_cyclades(person, product, imports, no_violation, width):
    refused, invalid = product.etablissement(), product.etablissement()
    await imports.policy("VALIDATION")
    await imports.sends(refused, 2, HG=1)
    await imports.refuses(refused, 2, "Effectif invraisemblable")
    await imports.sends_nonsense(invalid)
    page = await person(Role.GESTIONNAIRE, script=False, width=width)
    await page.goto(f"{imports.url}/imports")
    link = page.get_by_role("link", name="Sans suite")

    async def shown():
        await page.goto(f"{imports.url}/imports")
        await link.click()
        return await page.get_by_role("row", name=re.compile(invalid.uai)).count() == 1

    await eventually(shown, because="mission-import has read the record that is no closing")
    for table, uai, why in (
        ("Clôtures invalides", invalid.uai, "l’attribut data est absent"),
        ("Clôtures refusées", refused.uai, "Effectif invraisemblable"),
    ):
        row = page.get_by_role("table", name=table).get_by_role("row", name=re.compile(uai))
        sentence = row.get_by_label("À dire à Cyclades")
        await expect(sentence).to_have_attribute("readonly", "")
        assert why in await sentence.input_value()
    sighted = await person(Role.GESTIONNAIRE, width=width)
    await sighted.goto(page.url)
    await _is_sound(sighted, no_violation)


async def test_the_session_is_one_signing_out_here_signs_out_there(person, product, imports):
    page = await person(None)
    await page.goto(f"{imports.url}/imports")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’êtes pas connecté")
    await page.get_by_role("link", name="Se connecter").click()
    await page.get_by_role("button", name=re.compile("Gestionnaire IMAGIN")).first.click()
    await page.get_by_role("link", name="Imports", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Imports de Cyclades")
    await page.get_by_role("link", name="Convocations", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui reste à faire")
    await page.get_by_role("link", name="Imports", exact=True).click()
    await page.get_by_role("button", name="Se déconnecter").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’êtes pas connecté")
    await page.goto(f"{product.url}/missions")
    assert "/connexion" in page.url


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_no_violation_on_the_pages_of_imports(person, product, imports, no_violation, width):
    lycee = product.etablissement()
    await imports.convoked_on_hlp(lycee)
    await imports.policy("VALIDATION")
    await imports.sends(lycee, 2, HG=68, SES=12)
    page = await person(Role.GESTIONNAIRE, width=width)
    paths = ("/imports", "/imports?q=introuvable", "/imports/politiques", f"/imports/a-valider/10/{SESSION}")
    for path in (*paths, "/imports/a-valider/10/2021-E3C1", "/connexion", f"/imports/{SESSION}/0000000A"):
        await page.goto(imports.url + path)
        await _is_sound(page, no_violation)
    await page.goto(imports.page_of(lycee))
    await _is_sound(page, no_violation)
    await page.get_by_role("button", name="Refuser").click()
    await expect(page.get_by_text("est à corriger")).to_be_visible()
    await _is_sound(page, no_violation)
    await page.get_by_label("Motif, en cas de refus").fill("Effectif invraisemblable")
    await page.get_by_role("button", name="Refuser").click()
    await expect(page.get_by_text("Succès : Clôture refusée")).to_be_visible()
    await _is_sound(page, no_violation)


async def _is_sound(page, no_violation):
    """Nothing for axe to say, nothing to scroll sideways."""
    await no_violation(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


async def _enter(page, element):
    """By the tabulator key to it, then Enter."""
    for _ in range(80):
        if await element.evaluate("one => one === document.activeElement"):
            await page.keyboard.press("Enter")
            return
        await page.keyboard.press("Tab")
    pytest.fail("not reached by the tabulator key")
