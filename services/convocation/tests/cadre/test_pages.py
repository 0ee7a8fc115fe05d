"""The pages without a browser: who may see what, and how a refusal looks (stories: tests/e2e/screens)."""

import html
import io
import re
from urllib.parse import urlencode

import pytest
from PIL import Image

LYON = "0699001J"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def png(size=(300, 100)):
    file = io.BytesIO()
    Image.new("RGB", size, "white").save(file, "PNG")
    return file.getvalue()


SIGNATURE = {"nom": "SIGNATAIRE", "prenom": "Claude", "qualite": "Proviseure", "version": ""}


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/accessibilite", "Accessibilité"),
        ("/mentions-legales", "Mentions légales"),
        ("/donnees-personnelles", "Données personnelles"),
    ],
)
async def test_the_pages_of_the_footer_are_for_everybody(world, path, title):
    answer = await world.client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert f"<title>{title}" in answer.text


async def test_before_the_opening_the_list_says_so_and_why(world):
    page = await world.browser("chef").get("/missions")
    assert "Aucune mission n’est ouverte à la convocation" in page.text
    assert "l’administrateur IMAGIN l’ouvre" in page.text


async def test_r19_and_r23_the_list_is_filtered_sorted_paged_and_searched(open_world):
    await open_world.chef.convoque(open_world.hlp, "102")
    admin = open_world.browser("administrateur")

    async def rows(query):
        page = await admin.get(f"/missions?{query}")
        assert page.status_code == 200
        return re.findall(r'href="/missions/[0-9a-f-]{36}">([^<]+)</a>', page.text)

    assert len(await rows("")) == 5
    assert await rows("type=NUMERISATION") == ["Numérisation de copies"]
    assert await rows("etat=profil-manquant") == ["Humanités, littérature et philosophie"]
    assert len(await rows("etat=a-convoquer")) == 4
    assert await rows("q=humanites+philosophie") == ["Humanités, littérature et philosophie"]
    assert len(await rows("q=GEOGRAPHIE+0699")) == 2
    assert await rows("q=introuvable") == []
    assert (await rows("tri=convoques"))[0] == "Humanités, littérature et philosophie"
    assert await rows("page=2") == []
    assert len(await rows("session=2020-E3C2")) == 0
    consulted = await admin.get("/missions-convoquees")
    assert "profil manquant".lower() in consulted.text.lower()
    assert consulted.text.count('scope="row"') == 1


@pytest.mark.parametrize("name", ["autre_chef", "gestionnaire_de_lille"])
async def test_another_etablissements_mission_does_not_exist(open_world, name):
    someone = open_world.browser(name)
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    line = f"/convocations/{created['convocation_id']}"
    for path in (f"/missions/{open_world.hg}", f"/missions/{open_world.hg}/affectation", line, f"{line}/modifier"):
        answer = await someone.get(path)
        assert answer.status_code == 404, path
        assert "DOCTYPE" in answer.text
    for path in (f"{line}/convocation.pdf", f"/missions/{open_world.hg}/convocations.pdf", f"/signature/{LYON}"):
        assert (await someone.get(path)).status_code == 404, path


async def test_r57_an_intervenant_sees_his_own_convocations_and_no_others(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100", "101")).json()["convocations"]
    own, other = (f"/convocations/{one['convocation_id']}" for one in created)
    person = open_world.browser("intervenant")
    assert "Histoire-géographie" in (await person.get("/mes-missions")).text
    assert (await person.get(own)).status_code == 200
    assert (await person.get(f"{own}/convocation.pdf")).status_code == 200
    assert (await person.get(f"{own}/modifier")).status_code == 403
    for path in (other, f"{other}/convocation.pdf"):
        assert (await person.get(path)).status_code == 404
    assert (await person.get("/missions")).status_code == 403


async def test_r24_a_delegue_convokes_but_does_not_sign(open_world):
    delegue = open_world.browser("delegue")
    assert (await delegue.get(f"/missions/{open_world.hg}/affectation")).status_code == 200
    page = await delegue.get(f"/signature/{LYON}")
    assert "réservé au chef" in page.text
    assert "<input" not in page.text
    refused = await delegue.post(f"/signature/{LYON}", SIGNATURE)
    assert refused.status_code == 403


async def test_a_form_from_another_site_is_refused(open_world):
    chef = open_world.browser("chef")
    for forged in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": ""}):
        answer = await chef.post(f"/signature/{LYON}", SIGNATURE, **forged)
        assert answer.status_code == 403, forged


async def test_r24_the_image_of_a_signature_is_kept_as_our_own_png_and_a_hostile_one_is_refused_with_a_reason(
    open_world,
):
    chef = open_world.browser("chef")
    hostile = {"image": ("x.png", b"<svg onload=alert(1)>", "image/png")}
    refused = await chef.post(f"/signature/{LYON}", SIGNATURE, hostile)
    assert refused.status_code == 422
    assert "pas une image PNG ou JPEG" in refused.text
    assert 'value="SIGNATAIRE"' in refused.text, "what was typed is not lost"
    done = await chef.post(f"/signature/{LYON}", SIGNATURE, {"image": ("x.png", png(), "image/png")})
    assert (done.status_code, done.headers["location"]) == (303, f"/signature/{LYON}?fait=signature")
    kept = await open_world.pool.fetchval("SELECT image FROM signature WHERE uai = $1", LYON)
    assert kept.startswith(b"\x89PNG")
    preview = await chef.get(f"/signature/{LYON}/apercu.pdf")
    assert preview.content.startswith(b"%PDF")
    again = await chef.post(f"/signature/{LYON}", SIGNATURE | {"nom": "AUTRE", "version": "1"})
    assert again.status_code == 303
    assert await open_world.pool.fetchval("SELECT image FROM signature WHERE uai = $1", LYON) == kept
    stale = await chef.post(f"/signature/{LYON}", SIGNATURE | {"nom": "TROISIEME", "version": "1"})
    assert stale.status_code == 412
    assert 'value="TROISIEME"' in stale.text


async def test_too_large_an_image_is_refused_and_told(open_world):
    files = {"image": ("x.png", png() + b"\x00" * 1_000_001, "image/png")}
    answer = await open_world.browser("chef").post(f"/signature/{LYON}", SIGNATURE, files)
    assert answer.status_code == 422


async def test_r46_the_document_of_a_version_is_the_same_bytes_for_ever(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    chef = open_world.browser("chef")
    path = f"/convocations/{created['convocation_id']}/convocation.pdf"
    first = await chef.get(path)
    await chef.post(f"/signature/{LYON}", SIGNATURE)
    assert (await chef.get(path)).content == first.content
    assert 'filename="convocation-bœuf' not in first.headers["content-disposition"]
    assert first.headers["content-disposition"].isascii()


async def test_r24_the_public_page_says_valid_replaced_or_cancelled_and_nothing_more(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    path = f"/api/convocations/{created['convocation_id']}"
    first = await open_world.token(created["convocation_id"], 1)
    page = await open_world.client.get(f"/verifier/{first}", headers=HTML)
    assert (page.status_code, "Convocation valide" in page.text) == (200, True)
    for secret in ("BŒUF", "Élodie", "Histoire", LYON):
        assert secret not in page.text
    await open_world.chef.put(path, {"dates": ["2020-03-07"]}, **{"If-Match": '"1"'})
    assert "Convocation remplacée" in (await open_world.client.get(f"/verifier/{first}", headers=HTML)).text
    second = await open_world.token(created["convocation_id"], 2)
    assert "Convocation valide" in (await open_world.client.get(f"/verifier/{second}", headers=HTML)).text
    await open_world.chef.post(f"{path}/annulation", {"motif": "x"}, **{"If-Match": '"2"'})
    assert "Convocation annulée" in (await open_world.client.get(f"/verifier/{second}", headers=HTML)).text
    for forged in (first[:-1] + ("A" if first[-1] != "A" else "B"), "x", "é", first[:20], "0" * 43):
        assert (await open_world.client.get(f"/verifier/{forged}", headers=HTML)).status_code == 404


async def test_warnings_that_were_overridden_are_remembered_with_the_reason(open_world):
    chef = open_world.browser("chef")
    path = f"/missions/{open_world.hg}/affectation"
    form = {"action": "convoquer", "cle": "a", "numeros": "100", "dates": "2030-03-05", "motif": "urgent"}
    asked = await chef.post(path, form)
    assert (asked.status_code, "à lire avant de convoquer" in asked.text) == (422, True)
    assert await open_world.told() == []
    read = {"lus": ["signature-absente", "aucun-coordinateur"]}
    done = await chef.post(path, form | read)
    assert done.headers["location"] == f"/missions/{open_world.hg}?fait=convoquees"
    row = await open_world.pool.fetchrow("SELECT motif, par, avertissements FROM passage_outre")
    assert (row["motif"], row["par"]) == ("urgent", "chef")
    assert "aucun-coordinateur" in row["avertissements"]
    again = await chef.post(path, form | read)
    assert again.headers["location"].endswith("fait=deja-enregistree")
    assert len(await open_world.told()) == 1


async def test_changing_to_a_day_that_is_taken_is_warned_of_before_it_is_written(open_world):
    await open_world.chef.convoque(open_world.hlp, "100", dates=["2030-03-06"])
    created = (await open_world.chef.convoque(open_world.hg, "100", dates=["2030-03-05"])).json()["convocations"][0]
    chef, path = open_world.browser("chef"), f"/convocations/{created['convocation_id']}/modifier"
    form = {"action": "enregistrer", "version": "1", "dates": "2030-03-06"}
    asked = await chef.post(path, form)
    assert (asked.status_code, "Déjà convoqué ce jour-là" in asked.text) == (422, True)
    read = html.unescape(re.search(r'name="lus" value="([^"]+)"', asked.text)[1])
    done = await chef.post(path, form | {"lus": read, "motif": "d’accord avec la personne"})
    assert done.headers["location"].endswith("fait=modifiee")
    assert await open_world.pool.fetchval("SELECT motif FROM passage_outre") == "d’accord avec la personne"
    told = await open_world.chef.put(
        f"/api/convocations/{created['convocation_id']}",
        {"dates": ["2030-03-06"], "observation": "x"},
        **{"If-Match": '"2"'},
    )
    assert [one["type"] for one in told.json()["avertissements"]] == ["deja-convoque-ce-jour"]


HOSTILE = [
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "a\r\nBcc: x@y.invalid",
    "{{ 7*7 }}",
    "\u202enom",
    "'; DROP TABLE x;--",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_in_every_field_comes_back_as_text(open_world, text):
    chef = open_world.browser("chef")
    path = f"/missions/{open_world.hg}/affectation"
    fields = {"discipline": text, "nom": text, "observation": text, "motif": text, "qualite": text, "dates": text}
    page = await chef.post(path, {"action": "chercher", "cle": text, "numeros": text, "affiches": text, **fields})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "49" not in page.text.partition("observation")[2][:200]
    signature = await chef.post(f"/signature/{LYON}", {"nom": text, "prenom": text, "qualite": text, "version": text})
    assert signature.status_code == 303
    assert "<script>alert" not in (await chef.get(f"/signature/{LYON}")).text
    assert (await chef.get(f"/signature/{LYON}/apercu.pdf")).content.startswith(b"%PDF")
    query = urlencode(dict.fromkeys(("q", "session", "etat", "tri", "page", "fait"), text))
    listed = await chef.get(f"/missions?{query}")
    assert listed.status_code == 200
    assert "<script>alert" not in listed.text
