"""« Mes missions »: all of a person's convocations, the right in words, SANTORIN's link, « J'ai pris connaissance »."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from acces.acteur import Role
from convocation.settings import Settings

AUTRE_LYON = "0699002K"
SANTORIN = "https://santorin.invalid/entree/{acces}"


def day(offset):
    return (datetime.now(UTC) + timedelta(days=offset)).date().isoformat()


async def convoked(world, mission=None, chef=None, dates=(), **entry):
    """With days that may have passed since."""
    created = await (chef or world.chef).convoque(mission or world.hg, "100", dates=[day(9)], **entry)
    line = created.json()["convocations"][0]["convocation_id"]
    if dates:
        days = [date.fromisoformat(one) for one in dates]
        await world.pool.execute("UPDATE convocation SET dates = $2 WHERE convocation_id = $1", UUID(line), days)
    return line


async def moved(world, line, offset, version=1):
    answer = await world.chef.put(f"/api/convocations/{line}", {"dates": [day(offset)]}, **{"If-Match": f'"{version}"'})
    assert answer.status_code == 200


async def test_r57_all_etablissements_on_one_page_what_comes_first_then_past_then_cancelled(open_world):
    elsewhere = await open_world.pool.fetchval(
        "SELECT mission_id FROM mission WHERE uai = $1 AND code = 'HG'", AUTRE_LYON
    )
    await convoked(open_world, open_world.hg, dates=[day(9)], observation="Salle 12")
    await convoked(open_world, elsewhere, open_world.autre_chef, dates=[day(-3), day(4)])
    await convoked(open_world, open_world.numerisation, dates=[day(-4)])
    cancelled = await convoked(open_world, open_world.hlp, dates=[day(5)])
    await open_world.chef.post(f"/api/convocations/{cancelled}/annulation", {"motif": "x"}, **{"If-Match": '"1"'})
    text = await open_world.browser("intervenant").text("/mes-missions")
    assert "2 missions à venir" in text
    found = [text.index(f"{place}, VILLE") for place in ("LYCEE 0699002K", "LYCEE 0699001J")]
    marks = [*found, text.index("Missions passées"), text.index("Convocations annulées")]
    assert marks == sorted(marks), "by the next day, then past, then cancelled"
    assert "Salle 12" in text
    assert text[: marks[2]].count("Générale") == 2, "an épreuve of two voies is two missions"
    titles = re.findall(r"<h2 id=.*?>([^<>]+)</a></h2>", text)
    assert len(titles) == len(set(titles)) == 2, "two missions of one épreuve bear two titles"
    assert text.count("/convocation.pdf") == 4
    assert "Numérisation" in text[marks[2] : marks[3]]
    assert "Humanités" in text[marks[3] :]


async def test_the_old_address_leads_to_the_new_one_and_the_menu_says_mes_missions(open_world):
    person = open_world.browser("intervenant")
    moved_to = await person.get("/mes-convocations")
    assert (moved_to.status_code, moved_to.headers["location"]) == (308, "/mes-missions")
    assert (await person.get("/")).headers["location"] == "/mes-missions"
    assert re.search(r'href="/mes-missions" aria-current="page">Mes missions<', await person.text("/mes-missions"))


@pytest.mark.parametrize(
    ("qualite", "acces", "words"),
    [
        (None, "correction", "pour corriger les copies"),
        ("CORRECTEUR_SUPPLEANT", "correction", "pour corriger les copies"),
        ("COORDINATEUR", "suivi", "pour suivre la correction"),
        ("COORDINATEUR_ADJOINT", "suivi", "pour suivre la correction"),
    ],
)
async def test_r16_and_r18_once_accepted_the_link_to_santorin_is_that_of_the_qualite(open_world, qualite, acces, words):
    open_world.settings.santorin_url = SANTORIN
    line, person = await convoked(open_world, qualite=qualite), open_world.browser("intervenant")
    assert "santorin.invalid" not in await person.text("/mes-missions")
    await open_world.answered(line)
    text = await person.text("/mes-missions")
    link = f'href="https://santorin.invalid/entree/{acces}" rel="noreferrer">Accéder à SANTORIN {words}<'
    assert link in text


async def test_r17_and_r50_who_scans_enters_the_numerisation(open_world):
    open_world.settings.santorin_url = SANTORIN
    line = await convoked(open_world, open_world.numerisation)
    await open_world.answered(line)
    text = await open_world.browser("intervenant").text("/mes-missions")
    assert 'href="https://santorin.invalid/entree/numerisation" rel="noreferrer"' in text
    assert "pour numériser les copies" in text


@pytest.mark.parametrize(
    ("etat", "words"),
    [
        (None, "en cours de transmission"),
        ("TRANSMISE", "s’ouvre dès que SANTORIN l’a accepté"),
        ("REJETEE", "SANTORIN a refusé votre accès"),
    ],
)
async def test_r18_until_then_what_is_waited_for_is_said_and_there_is_no_link(open_world, etat, words):
    open_world.settings.santorin_url = SANTORIN
    line = await convoked(open_world)
    if etat:
        await open_world.answered(line, etat, motif="identité inconnue" if etat == "REJETEE" else None)
    text = await open_world.browser("intervenant").text("/mes-missions")
    assert words in text
    assert "santorin.invalid" not in text
    assert ("identité inconnue" in text) is (etat == "REJETEE")


async def test_r18_a_right_that_was_accepted_for_an_earlier_version_opens_nothing(open_world):
    open_world.settings.santorin_url = SANTORIN
    line = await convoked(open_world)
    await open_world.answered(line)
    await moved(open_world, line, 8)
    assert "santorin.invalid" not in await open_world.browser("intervenant").text("/mes-missions")


async def test_without_an_address_the_page_names_the_way(open_world):
    await open_world.answered(await convoked(open_world))
    text = await open_world.browser("intervenant").text("/mes-missions")
    assert "Entrez dans SANTORIN via l’Entrée correcteur, pour corriger les copies" in text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "santorin.invalid", "ftp://santorin.invalid/", "https:///x", "https://a b/"]
)
def test_an_address_of_santorin_that_is_none_of_the_web_is_refused_at_the_start(url, keys):
    given = {"database_url": "postgresql://x", "kafka_bootstrap": "x:1", "token_key": "key-of-the-tests-" * 3, **keys}
    with pytest.raises(ValidationError, match="santorin_url"):
        Settings(**given, santorin_url=url)


async def test_one_click_acknowledges_once_and_the_etablissement_reads_it(open_world):
    line, person = await convoked(open_world), open_world.browser("intervenant")
    await open_world.open(ouverte=False)  # the person's act needs no open service
    assert "J’ai pris connaissance" in await person.text("/mes-missions")
    for _ in range(2):
        done = await person.post(f"/convocations/{line}/prise-de-connaissance", {"version": "1"})
        assert (done.status_code, done.headers["location"]) == (303, "/mes-missions?fait=lue")
    [read_at] = [row["le"] for row in await open_world.pool.fetch("SELECT le FROM prise_de_connaissance")]
    assert (await open_world.chef.get(f"/api/convocations/{line}")).json()["lue_le"] == read_at.isoformat()
    assert "J’ai pris connaissance" not in await person.text("/mes-missions")
    assert "a pris connaissance le" in await open_world.browser("chef").text(f"/missions/{open_world.hg}")


async def test_a_later_version_wants_to_be_read_again(open_world):
    line, person = await convoked(open_world), open_world.browser("intervenant")
    await person.post(f"/convocations/{line}/prise-de-connaissance", {"version": "1"})
    await moved(open_world, line, 8)
    text = await person.text("/mes-missions")
    assert "Modifiée depuis" in text
    assert "J’ai pris connaissance" in text
    assert (await open_world.intervenant.get(f"/api/convocations/{line}")).json()["lue_le"] is None
    assert "Pas depuis la modification" in await open_world.browser("chef").text(f"/convocations/{line}")


async def test_what_was_changed_or_cancelled_meanwhile_is_not_acknowledged(open_world):
    line, person = await convoked(open_world), open_world.browser("intervenant")
    path = f"/convocations/{line}/prise-de-connaissance"
    await moved(open_world, line, 8)
    stale = await person.post(path, {"version": "1"})
    assert (stale.status_code, "rien n’a été enregistré" in stale.text) == (412, True)
    await open_world.chef.post(f"/api/convocations/{line}/annulation", {"motif": "x"}, **{"If-Match": '"2"'})
    cancelled = await person.post(path, {"version": "3"})
    assert (cancelled.status_code, "plus rien à faire" in cancelled.text) == (409, True)
    assert "J’ai pris connaissance" not in await person.text(f"/convocations/{line}")
    assert await open_world.pool.fetchval("SELECT count(*) FROM prise_de_connaissance") == 0


async def test_by_the_api_it_needs_the_version_read_and_says_since_when(open_world):
    line = await convoked(open_world)
    api, path = open_world.intervenant, f"/api/convocations/{line}/prise-de-connaissance"
    assert (await api.post(path, {})).status_code == 428
    assert (await api.post(path, {}, **{"If-Match": '"2"'})).status_code == 412
    first = await api.post(path, {}, **{"If-Match": '"1"'})
    again = await api.post(path, {}, **{"If-Match": '"1"'})
    assert (first.status_code, first.json()) == (200, again.json())
    assert first.json()["lue_le"] == (await api.get(f"/api/convocations/{line}")).json()["lue_le"]
    await open_world.chef.post(f"/api/convocations/{line}/annulation", {"motif": "x"}, **{"If-Match": '"1"'})
    refused = await api.post(path, {}, **{"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "convocation-annulee")


async def test_nobody_acknowledges_for_another(open_world):
    line = await convoked(open_world)
    other = open_world.acteur("101", Role.INTERVENANT)
    assert (
        await other.post(f"/api/convocations/{line}/prise-de-connaissance", {}, **{"If-Match": '"1"'})
    ).status_code == 404
    for who, status in {other: 404, "chef": 403, "gestionnaire": 403}.items():
        refused = await open_world.browser(who).post(f"/convocations/{line}/prise-de-connaissance", {"version": "1"})
        assert refused.status_code == status, who
    assert await open_world.pool.fetchval("SELECT count(*) FROM prise_de_connaissance") == 0
