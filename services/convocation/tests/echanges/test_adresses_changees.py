"""An address that was changed is told to its former owner: the notifier takes what waits, and says what it told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from acces.acteur import Acteur, Role
from convocation.echanges.commands import forget_adresses

OLD, NEW = "100@ac-exemple.invalid", "nouvelle@ac-exemple.invalid"


async def changed(world, courriel):
    """As the gestionnaire's import does it."""
    await world.register([world.fiche("100", "BŒUF", "Élodie") | {"courriel": courriel}])


async def taken(world, *dites):
    answer = await world.notifier._client.post(
        "/api/adresses-changees", json={"dites": list(dites)}, headers=world.notifier._headers
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["adresses"]


async def test_the_old_address_waits_once_a_change_with_who_changed_it(world):
    await changed(world, OLD.upper())
    assert await taken(world) == [], "the same address in other letters"
    await changed(world, NEW)
    [told] = await taken(world)
    assert (told["courriel"].lower(), told["nom"], told["par"]) == (OLD, "BŒUF", world.gestionnaire.acteur.nom)
    assert NEW not in str(told)
    assert await taken(world, told["id"]) == []
    later(world, timedelta(minutes=11))
    assert await taken(world) == []


async def test_of_two_changes_in_a_row_each_names_who_made_it(world):
    await changed(world, NEW)
    other = Acteur("gest.2", Role.GESTIONNAIRE, "Gaëlle GUIDE", academies=frozenset({"10"}))
    await world.register([world.fiche("100", "BŒUF", "Élodie")], acteur=type(world.gestionnaire)(world.client, other))
    told = await taken(world)
    assert [(one["courriel"], one["par"]) for one in told] == [
        (OLD, world.gestionnaire.acteur.nom),
        (NEW, "Gaëlle GUIDE"),
    ]


async def test_who_took_an_address_and_died_leaves_it_to_the_next_one_after_ten_minutes(world):
    await changed(world, NEW)
    [told] = await taken(world)
    later(world, timedelta(minutes=9))
    assert await taken(world) == []
    later(world, timedelta(minutes=11))
    assert await taken(world) == [told]


async def test_an_address_that_could_not_be_told_for_three_days_is_given_up(world):
    await changed(world, NEW)
    now = datetime.now(UTC)
    await forget_adresses(world.pool, now + timedelta(days=3) - timedelta(hours=1))
    assert await world.pool.fetchval("SELECT count(*) FROM adresse_changee") == 1
    await forget_adresses(world.pool, now + timedelta(days=3, hours=1))
    assert await world.pool.fetchval("SELECT count(*) FROM adresse_changee") == 0


def later(world, ahead):
    state = world.app.state.application
    world.app.state.application = replace(state, clock=lambda: datetime.now(UTC) + ahead)
