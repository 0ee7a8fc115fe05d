"""What holds for the pages of every room: their footer, no form from another site, hostile text (without a browser)."""

from urllib.parse import urlencode

import pytest

LYON = "0699001J"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
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


async def test_a_form_from_another_site_is_refused(open_world):
    chef = open_world.browser("chef")
    for forged in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": ""}):
        answer = await chef.post(f"/signature/{LYON}", SIGNATURE, **forged)
        assert answer.status_code == 403, forged


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
