"""Import of a file of closings on its page: faults by line, what would change, what was read and nothing else."""

import re

import pytest

from acces.session import cookie_name

SESSION, LYON = "2020-E3C1", "0699001J"
ENTETE = "session;uai;revision;academie;nom;commune;voie;code;libelle;type;candidats_inscrits"


async def drop(world, octets, who="lyon"):
    """As a browser sends the form of the page."""
    headers = {
        "Accept": "text/html",
        "Cookie": f"{cookie_name(secure=False)}={world.tokens[who]}",
        "Sec-Fetch-Site": "same-origin",
    }
    files = {"fichier": ("clotures.csv", octets, "text/csv")} if octets is not None else {}
    world.client.cookies.clear()
    return await world.client.post("/imports/fichier", files=files, headers=headers)


async def lu(world, address, who="lyon"):
    return re.search(r'name="lu" value="(\w+)"', (await world.page(who, address)).text)[1]


async def test_the_page_tells_faults_by_line_then_what_would_change_and_imports_what_was_read(world):
    row = f"{SESSION};{LYON};1;10;LYCEE;VILLE;GENERALE;HG;Histoire;E3C;"
    refused = await drop(world, f"{ENTETE}\n{row}30\n{row}trente\n".encode())
    assert refused.status_code == 422
    assert '<th scope="row" class="im-nombre">3</th>' in refused.text
    assert "Un nombre entier est attendu." in refused.text
    assert "trente" not in refused.text
    given = await drop(world, f"{ENTETE}\n{row}30\n".encode())
    address = given.headers["location"]
    assert given.status_code == 303
    page = await world.page("lyon", address)
    assert "Ce que le fichier changerait" in page.text
    assert "2 créées" in page.text
    assert await world.told() == []
    form = {"lu": await lu(world, address)}
    done = await world.page("lyon", address, form)
    assert (done.status_code, done.headers["location"]) == (303, f"{address}?fait=importe")
    assert await world.told() == ["mission-created"] * 2
    assert "Fichier importé" in (await world.page("lyon", address)).text
    twice = await world.page("lyon", address, form)
    assert (twice.status_code, "déjà été importé" in twice.text) == (409, True)
    assert address in (await world.page("lyon", "/imports/fichier")).text
    assert "Fichier importé par Essai" in (await world.page("lyon", f"/imports/{SESSION}/{LYON}")).text


async def test_the_page_shows_again_what_changed_since_it_was_read(world):
    address = (await drop(world, world.closing(LYON, 2, HG=28).to_bytes())).headers["location"]
    read = await lu(world, address)
    await world.receive(world.closing(LYON, 1, HG=30))
    stale = await world.page("lyon", address, {"lu": read})
    assert (stale.status_code, "relisez" in stale.text, "2 modifiées" in stale.text) == (409, True, True)
    assert (await world.page("lyon", address, {"lu": await lu(world, address)})).status_code == 303


async def test_the_page_of_a_file_that_changes_nothing_says_so(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    address = (await drop(world, world.closing(LYON, 1, HG=30).to_bytes())).headers["location"]
    assert "rien ne changerait" in (await world.page("lyon", address)).text
    done = await world.page("lyon", address, {"lu": await lu(world, address)})
    assert "rien n’a changé" in (await world.page("lyon", done.headers["location"])).text


@pytest.mark.parametrize(
    ("octets", "status"), [(None, 422), (b"", 422), (b"x" * 7_500_001, 413), (b"x" * 9_000_000, 413)]
)
async def test_the_page_wants_a_file_and_not_too_large_a_one(world, octets, status):
    answer = await drop(world, octets)
    assert answer.status_code == status
    assert ("7,5 Mo (7" if status == 413 else "Choisissez le fichier") in answer.text


async def test_of_another_academie_the_page_of_a_file_does_not_exist(world):
    address = (await drop(world, world.closing(LYON, 1, HG=28).to_bytes())).headers["location"]
    read = await lu(world, address)
    for who, status in (("lille", 404), ("chef", 403)):
        assert (await world.page(who, address)).status_code == status
        assert (await world.page(who, address, {"lu": read})).status_code == status
    assert (await drop(world, b"{}", "chef")).status_code == 403
    assert (await world.page("chef", "/imports/fichier")).status_code == 403
    gone = await world.page("lyon", "/imports/fichier/00000000-0000-0000-0000-000000000000")
    assert (gone.status_code, "n’attend plus" in gone.text) == (404, True)
    assert await world.told() == []
