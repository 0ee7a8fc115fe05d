"""Who signs, as a page: the chef alone, the image as our own PNG, nothing typed lost."""

import io

from PIL import Image

LYON = "0699001J"
SIGNATURE = {"nom": "SIGNATAIRE", "prenom": "Claude", "qualite": "Proviseure", "version": ""}


def png(size=(300, 100)):
    file = io.BytesIO()
    Image.new("RGB", size, "white").save(file, "PNG")
    return file.getvalue()


async def test_r24_a_delegue_convokes_but_does_not_sign(open_world):
    delegue = open_world.browser("delegue")
    assert (await delegue.get(f"/missions/{open_world.hg}/affectation")).status_code == 200
    page = await delegue.get(f"/signature/{LYON}")
    assert "réservé au chef" in page.text
    assert "<input" not in page.text
    refused = await delegue.post(f"/signature/{LYON}", SIGNATURE)
    assert refused.status_code == 403


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


async def test_an_etablissement_that_does_not_exist_has_no_signature_page(world):
    for uai in ("0759999Z", "XXX"):
        assert (await world.browser("administrateur").get(f"/signature/{uai}")).status_code == 404
