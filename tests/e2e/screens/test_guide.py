"""The guide's story (R19–R53), sentence by sentence, in a real browser on the running product."""

import re

import pytest
from playwright.async_api import expect

from acces.acteur import Role
from event_schemas.catalogue import HABILITATION
from event_schemas.habilitations import Habilitation
from testkit.eventually import eventually
from testkit.topics import read_all


async def rights(product, numero):
    """Roles and status of a person's rights, as a plain reader of the topic sees them now."""
    latest = {}
    for record in await read_all(product.stack.kafka_connection, HABILITATION):
        right = Habilitation.model_validate_json(record.value)
        if right.intervenant.numero == numero:
            latest[record.key] = (right.role, right.status)
    return sorted(latest.values())


async def open_dialog(page, url):
    await page.goto(url)
    await page.get_by_role("button", name="Créer convocation").click()
    dialog = page.get_by_role("dialog", name="Détails de l'affectation")
    await expect(dialog).to_be_visible()
    return dialog


async def convoke(page, dialog, how_many):
    """Reads the warnings, then convokes."""
    button = dialog.get_by_role("button", name=f"Convoquer {how_many} personne")
    await expect(button).to_be_visible()
    await expect(dialog.get_by_text("à lire avant de convoquer")).to_be_visible()
    await button.click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("Succès : Convocation enregistrée")).to_be_visible()


async def test_r19_to_r23_the_menu_leads_to_the_missions_open_to_convocation(person, product):
    page = await person(Role.CHEF, product.etablissement())
    await page.goto("/")
    menu = page.get_by_role("navigation", name="Menu principal")
    for words in (
        "Convocation par mission",
        "Consultation des missions convoquées",
        "Signature établissement pour la convocation",
    ):
        await expect(menu.get_by_role("link", name=words)).to_be_visible()
    await expect(page.get_by_text("Centre Examen")).to_be_visible()
    await menu.get_by_role("link", name="Convocation par mission").click()
    rows = page.get_by_role("table").get_by_role("row")
    await expect(rows).to_have_count(1 + 4)
    await expect(page.get_by_role("cell", name="Epreuve commune de contrôle continu")).to_have_count(3)
    await expect(page.get_by_role("cell", name="Numérisation de copies")).to_have_count(1)


async def test_r25_to_r31_by_discipline_all_own_teachers_are_ticked_and_those_not_concerned_are_unticked(
    person, product
):
    lycee = product.etablissement()
    teachers = product.of(lycee, "1000")
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("HG"))
    await dialog.get_by_label("Discipline").press_sequentially("hist")
    boxes = dialog.get_by_role("group", name=re.compile("Intervenants de votre établissement"))
    await expect(boxes.get_by_role("checkbox")).to_have_count(len(teachers))
    for name in teachers:
        await expect(boxes.get_by_role("checkbox", name=name)).to_be_checked()
    await boxes.get_by_role("checkbox").first.uncheck()
    await expect(boxes.get_by_text(f"{len(teachers) - 1} sélectionnés")).to_be_visible()
    await boxes.get_by_role("button", name="Tout décocher").click()
    await expect(dialog.get_by_role("button", name="Convoquer 0 personne")).to_be_visible()
    await boxes.get_by_role("button", name="Tout cocher").click()
    await expect(dialog.get_by_role("button", name=f"Convoquer {len(teachers)} personnes")).to_be_visible()


async def test_r34_r37_r41_and_r42_convoked_without_qualite_they_are_correcteurs_santorin_and_have_their_right(
    person, product
):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("HG"))
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await expect(dialog.get_by_role("checkbox").first).to_be_checked()
    date = dialog.get_by_label("Date de mission")
    assert await date.input_value() == "", "the fictitious date is never taken over (K.f)"
    await expect(dialog.get_by_text("date de fin de corrections des copies")).to_be_visible()  # R38
    how_many = len(product.of(lycee, "1000"))
    await dialog.get_by_role("button", name=f"Convoquer {how_many} personnes").click()
    await expect(dialog.get_by_text("Choisissez au moins une date de mission.").first).to_be_visible()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await dialog.get_by_label("Texte d'observation").fill("Notes avant 17 h.")
    await convoke(page, dialog, how_many)
    people = page.get_by_role("region", name="Liste des Intervenants")
    await expect(people.get_by_text("Correcteur Santorin")).to_have_count(how_many)
    # nobody reloads: the page asks by itself what SANTORIN and the mails made of it
    await expect(people.get_by_text("Transmise à SANTORIN")).to_have_count(how_many, timeout=30_000)
    await expect(people.get_by_text("Mail envoyé")).to_have_count(how_many, timeout=30_000)
    assert await rights(product, product.numero(lycee, "1000")) == [("CORRECTEUR", "GRANTED")]


async def test_r35_somebody_of_another_etablissement_is_found_by_name_and_told_from_namesakes(person, product):
    lycee, other = product.etablissement(), product.etablissement()
    name = product.of(other, "1000")[0]
    page = await person(Role.DELEGUE, lycee)
    dialog = await open_dialog(page, lycee.mission("LVB-POR"))
    typed = dialog.get_by_label("NOM Prénom")
    await typed.press_sequentially(name.split()[0][:3].lower())
    await expect(dialog.get_by_role("group", name=re.compile("dans l’académie"))).to_be_visible()
    await typed.fill(name)
    box = dialog.get_by_role("checkbox", name=re.compile(f"{re.escape(name)}.*{other.uai}"))
    await box.check()
    await dialog.get_by_label("Qualité").select_option("Coordinateur adjoint")
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await expect(dialog.get_by_text("D’une autre discipline que celle de l’épreuve")).to_be_visible()
    await convoke(page, dialog, 1)
    await expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("Coordinateur adjoint")


async def test_r36_whom_nobody_finds_the_gestionnaire_is_asked_to_create_and_the_request_is_followed(
    person, product, no_violation
):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("HG"))
    await dialog.get_by_label("NOM Prénom").fill("ZZYZX Personne")
    await expect(dialog.get_by_text("Contactez le gestionnaire IMAGIN")).to_contain_text("Dominique EXEMPLE")
    await dialog.get_by_role("button", name="Faire une demande de création").click()
    await page.get_by_label("Nom", exact=True).fill("ZZYZX")
    await page.get_by_label("Prénom").fill("Camille")
    await page.get_by_role("button", name="Demander la création").click()
    asked = page.get_by_role("row", name=re.compile("ZZYZX Camille"))
    await expect(asked).to_contain_text("En attente du gestionnaire")
    answering = await person(Role.GESTIONNAIRE)
    await answering.goto("/demandes")
    row = answering.get_by_role("row", name=re.compile("ZZYZX Camille"))
    await row.get_by_role("button", name="Refuser").click()
    await expect(answering.get_by_text("Dites à l’établissement pourquoi")).to_be_visible()
    await row.get_by_label("Réponse à l’établissement").fill("Créée ce matin sous le nom ZZYZX-MARTIN.")
    await row.get_by_role("button", name="Personne créée").click()
    await expect(answering.get_by_text("Succès : Réponse enregistrée")).to_be_visible()
    await no_violation(answering)
    await page.reload()
    await expect(asked).to_contain_text("Personne créée")
    await expect(asked).to_contain_text("ZZYZX-MARTIN")


async def test_r35_one_wrong_letter_is_forgiven_where_nobody_bears_the_name(person, product):
    lycee = product.etablissement()
    name = next(one for one in product.of(lycee, "1000") if len(one.split()[0]) > 5)
    word = name.split()[0]
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("HG"))
    await dialog.get_by_label("NOM Prénom").fill(word[:-2] + "Q" + word[-1:])
    await expect(dialog.get_by_text("noms proches")).to_be_visible()


async def test_r47_hlp_asks_for_two_profiles_until_both_are_missioned(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("HLP"))
    await dialog.get_by_label("Discipline").fill("Lettres modernes")
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await expect(dialog.get_by_text("professeur de philosophie")).to_be_visible()
    await convoke(page, dialog, len(product.of(lycee, "0202")))
    await expect(page.get_by_text("Attention : profil manquant")).to_be_visible()
    await page.get_by_role("button", name="Créer convocation").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Discipline").fill("Philosophie")
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await convoke(page, dialog, len(product.of(lycee, "0100")))
    await expect(page.get_by_text("profil manquant")).to_have_count(0)


async def test_r48_to_r53_the_numerisation_is_delegated_in_the_same_window_without_qualite(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("NUMERISATION"))
    await expect(dialog.get_by_label("Qualité")).to_have_count(0)
    await dialog.get_by_label("Discipline").fill("Philosophie")
    await dialog.get_by_role("button", name="Tout décocher").click()
    numero = product.numero(lycee, "0100")
    await dialog.locator(f"input[type=checkbox][value='{numero}']").check()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await convoke(page, dialog, 1)

    async def granted():
        return [role for role, status in await rights(product, numero) if status == "GRANTED"] or None

    assert await eventually(granted, timeout=30, because="the right to scan is on the topic") == ["NUMERISATION"]


async def test_r43_r44_and_r45_a_convocation_is_seen_changed_deleted_and_made_again(person, product):
    lycee = product.etablissement()
    name = product.of(lycee, "1000")[0]
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("HG"))
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await dialog.get_by_role("button", name="Tout décocher").click()
    await dialog.get_by_role("checkbox", name=name).check()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await convoke(page, dialog, 1)
    await page.get_by_role("link", name=f"Modifier la convocation de {name}").click()
    await page.get_by_label("Qualité").select_option("Correcteur suppléant")
    await page.get_by_role("button", name="Enregistrer la modification").click()
    await expect(page.get_by_text("Succès : Convocation modifiée")).to_be_visible()
    await expect(page.get_by_role("table").get_by_role("row")).to_have_count(1 + 2)
    await page.goto(lycee.mission("HG"))
    await page.get_by_role("link", name=f"Supprimer la convocation de {name}").click()
    await page.get_by_role("button", name="Confirmer la suppression").click()
    await expect(page.get_by_text("Indiquez le motif").first).to_be_visible()
    await page.get_by_label("Motif de l’annulation").fill("Mutation")
    await page.get_by_role("button", name="Confirmer la suppression").click()
    row = page.get_by_role("row", name=re.compile(name))
    await expect(row).to_contain_text("Annulée")
    await expect(row).to_contain_text("Mutation")
    await expect(row).to_contain_text("Accès retiré", timeout=30_000)
    await page.get_by_role("button", name="Créer convocation").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("NOM Prénom").fill(name)
    await dialog.get_by_role("checkbox", name=re.compile(f"{re.escape(name)} [^–]* – annulée le ")).check()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await convoke(page, dialog, 1)
    await expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("Transmise à SANTORIN", timeout=30_000)


@pytest.mark.parametrize(("percent", "words"), [(0, "Acceptée"), (100, "Rejetée")])
async def test_r15_and_r18_what_santorin_answers_is_told_on_the_line_with_its_reason(person, product, percent, words):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    dialog = await open_dialog(page, lycee.mission("NUMERISATION"))
    await dialog.get_by_label("Discipline").fill("Philosophie")
    await dialog.get_by_role("button", name="Tout décocher").click()
    numero = product.numero(lycee, "0100")
    await dialog.locator(f"input[type=checkbox][value='{numero}']").check()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await convoke(page, dialog, 1)
    await expect(page.get_by_text("Transmise à SANTORIN")).to_be_visible(timeout=30_000)
    await product.santorin_answers(refuse_percent=percent)
    await eventually(lambda: _shown(page, f"{words} par SANTORIN"), timeout=20, because="the answer is on the page")
    if percent:
        await expect(page.get_by_text("identité inconnue de SANTORIN")).to_be_visible()


async def _shown(page, words):
    await page.reload()
    return await page.get_by_text(words).count()


async def test_r24_r26_and_r46_the_convocations_are_downloaded_with_the_signature_of_the_chef(
    person, product, pdf_text, signature_png
):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    await page.goto("/signature")
    await page.get_by_label("Nom", exact=True).fill("SIGNATAIRE")
    await page.get_by_label("Prénom").fill("Claude")
    await page.get_by_label("Qualité du signataire").fill("Proviseure")
    await page.get_by_label("Image de la signature").set_input_files(
        {"name": "signature.png", "mimeType": "image/png", "buffer": signature_png}
    )
    await page.get_by_role("button", name="Enregistrer la signature").click()
    await expect(page.get_by_text("Succès : Signature enregistrée")).to_be_visible()
    dialog = await open_dialog(page, lycee.mission("HG"))
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await dialog.get_by_label("Texte d'observation").fill("Apporter les barèmes <b>A</b>.")
    how_many = len(product.of(lycee, "1000"))
    await convoke(page, dialog, how_many)
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Télécharger les convocations").click()
    text = await pdf_text(await (await download.value).path())
    assert text.count("Claude SIGNATAIRE") == how_many
    assert text.count("Apporter les barèmes <b>A</b>.") == how_many
    for name in product.of(lycee, "1000"):
        assert name.split()[0] in text
