"""The document of a version for ever, and the public page that says whether it still holds."""

from datetime import UTC, datetime
from uuid import UUID

from convocation.documents import sql

LYON = "0699001J"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
SIGNATURE = {"nom": "SIGNATAIRE", "prenom": "Claude", "qualite": "Proviseure", "version": ""}


async def test_r46_the_document_of_a_version_is_the_same_bytes_for_ever(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    chef = open_world.browser("chef")
    path = f"/convocations/{created['convocation_id']}/convocation.pdf"
    first = await chef.get(path)
    await chef.post(f"/signature/{LYON}", SIGNATURE)
    assert (await chef.get(path)).content == first.content
    assert 'filename="convocation-bœuf' not in first.headers["content-disposition"]
    assert first.headers["content-disposition"].isascii()


async def test_of_two_that_rendered_at_once_both_are_given_what_was_kept_first(open_world):
    one, other = (await open_world.chef.convoque(open_world.hg, "100", "101")).json()["convocations"]
    keys, now = [(UUID(made["convocation_id"]), 1) for made in (one, other)], datetime.now(UTC)
    async with open_world.pool.acquire() as connection:
        rows = {row.convocation_id: row for row in await sql.contents(connection, keys)}
        first, second = (rows[key] for key, _ in keys)
        assert await sql.keep(connection, [(first, b"mine")], now) == {keys[0]: b"mine"}
        kept = await sql.keep(connection, [(first, b"too late"), (second, b"mine too")], now)
        assert kept == dict(zip(keys, (b"mine", b"mine too"), strict=True))


async def test_r24_the_public_page_says_valid_replaced_or_cancelled_and_nothing_more(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    path = f"/api/convocations/{created['convocation_id']}"
    first = await open_world.token(created["convocation_id"], 1)
    page = await open_world.client.get(f"/verifier/{first}", headers=HTML)
    assert (page.status_code, "Convocation valide" in page.text) == (200, True)
    for secret in ("BŒUF", "Élodie", "Histoire", LYON):
        assert secret not in page.text
    await open_world.chef.put(path, {"dates": ["2030-03-07"]}, **{"If-Match": '"1"'})
    assert "Convocation remplacée" in (await open_world.client.get(f"/verifier/{first}", headers=HTML)).text
    second = await open_world.token(created["convocation_id"], 2)
    assert "Convocation valide" in (await open_world.client.get(f"/verifier/{second}", headers=HTML)).text
    await open_world.chef.post(f"{path}/annulation", {"motif": "x"}, **{"If-Match": '"2"'})
    assert "Convocation annulée" in (await open_world.client.get(f"/verifier/{second}", headers=HTML)).text
    for forged in (first[:-1] + ("A" if first[-1] != "A" else "B"), "x", "é", first[:20], "0" * 43):
        assert (await open_world.client.get(f"/verifier/{forged}", headers=HTML)).status_code == 404
