"""R18: an établissement is told when SANTORIN is silent or refuses; work goes on meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from chassis.cloudevents import Cause, Event
from convocation.suivi.reader import RecordAccesOnAccesChanged
from event_schemas.acces import Acces

SILENT, REFUSED = "SANTORIN ne répond pas", "refusée par SANTORIN"


async def says(world, etat, version=1, about=1, motif=None):
    """The bridge's news about the first convocation."""
    convocation_id = await world.pool.fetchval("SELECT convocation_id FROM convocation ORDER BY numero LIMIT 1")
    state = Acces.create(
        convocation_id=convocation_id,
        version=version,
        habilitation_version=1,
        convocation_version=about,
        etat=etat,
        motif=motif,
    )
    event = Event(state, "t", "i", Cause(), state.aggregate, version, state.hash, SimpleNamespace())
    reader = RecordAccesOnAccesChanged(lambda: datetime.now(UTC))
    async with world.pool.acquire() as connection, connection.transaction():
        held = await reader.known(connection, [state.aggregate])
        await reader.apply(connection, [event], frozenset(held))


async def text(world, path, acteur="chef"):
    return await world.browser(acteur).text(path)


@pytest.fixture
def later(open_world):
    """The clock of the service, an hour and a minute on."""

    def move(**time):
        now = datetime.now(UTC) + timedelta(**time)
        state = open_world.client._transport.app.state
        state.application = replace(state.application, clock=lambda: now)

    return move


@pytest.mark.parametrize("known", [None, "TRANSMISE"])
async def test_silence_is_told_after_an_hour_on_the_list_and_on_the_mission(open_world, later, known):
    await open_world.chef.convoque(open_world.hg, "100")
    if known:
        await says(open_world, known)
    for path in ("/missions", f"/missions/{open_world.hg}"):
        assert SILENT not in await text(open_world, path)
    later(minutes=61)
    for path in ("/missions", f"/missions/{open_world.hg}"):
        assert f"{SILENT}" in await text(open_world, path)
        assert "1 convocation attend sa réponse" in await text(open_world, path)
    assert SILENT not in await text(open_world, f"/missions/{open_world.hlp}")


@pytest.mark.parametrize("answer", ["ACCEPTEE", "REJETEE"])
async def test_an_answer_ends_the_silence(open_world, later, answer):
    await open_world.chef.convoque(open_world.hg, "100")
    await says(open_world, answer, motif="identité inconnue" if answer == "REJETEE" else None)
    later(minutes=61)
    page = await text(open_world, f"/missions/{open_world.hg}")
    assert SILENT not in page
    assert (REFUSED in page) == (answer == "REJETEE")
    leads_there = f'<li><a class="fr-link" href="/missions/{open_world.hg}">Histoire-géographie – Générale</a></li>'
    assert (leads_there in await text(open_world, "/missions")) == (answer == "REJETEE")


async def test_an_answer_about_an_earlier_version_ends_nothing(open_world, later):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    path = f"/api/convocations/{created['convocation_id']}"
    body = {"qualite": None, "dates": ["2030-03-06"], "observation": ""}
    assert (await open_world.chef.put(path, body, **{"If-Match": '"1"'})).is_success
    await says(open_world, "ACCEPTEE", about=1)
    later(minutes=61)
    assert SILENT in await text(open_world, f"/missions/{open_world.hg}")


async def test_work_goes_on_while_santorin_is_silent(open_world, later):
    await open_world.chef.convoque(open_world.hg, "100")
    later(minutes=61)
    assert (await open_world.chef.convoque(open_world.hg, "101")).status_code == 201


async def test_another_etablissements_silence_is_not_told_here(open_world, later):
    await open_world.chef.convoque(open_world.hg, "100")
    later(minutes=61)
    assert SILENT not in await text(open_world, "/missions", "autre_chef")


async def test_a_setting_keeps_it_untold_where_santorin_never_answers(open_world, later):
    await open_world.chef.convoque(open_world.hg, "100")
    later(days=3)
    open_world.settings.santorin_silence_minutes = 0
    assert SILENT not in await text(open_world, f"/missions/{open_world.hg}")


async def test_r18_the_rectorat_finds_whom_santorin_refused_in_its_own_academies_and_nowhere_else(open_world):
    await open_world.chef.convoque(open_world.hg, "100", "101")
    await open_world.chef.convoque(open_world.hlp, "102")
    refused, path = "1 personne refusée par SANTORIN", "/missions-convoquees?etat=refusee"
    assert refused not in await text(open_world, path, "gestionnaire")
    await says(open_world, "REJETEE", motif="identité inconnue")
    for acteur in ("gestionnaire", "administrateur", "chef"):
        page = await text(open_world, path, acteur)
        assert refused in page
        assert "1 mission<" in page
    assert refused in await text(open_world, "/missions-convoquees", "gestionnaire")
    assert refused not in await text(open_world, path, "gestionnaire_de_lille")
