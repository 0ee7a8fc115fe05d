"""What comes between the list and the sending: an act is about what was shown, or about nothing."""

LYON = "0699001J"


async def test_an_act_is_about_the_session_that_was_shown_though_another_one_came(rappels):
    await rappels.opened("motif=RIEN")
    await rappels.written(choix=[LYON])
    await rappels.world.tell_of_session("2021-E3C1")
    assert (await rappels.press("envoyer")).status_code == 303
    rows = await rappels.world.pool.fetch("SELECT session, texte FROM rappel")
    assert [(row["session"], "2020-E3C1" in row["texte"]) for row in rows] == [("2020-E3C1", True)]


async def test_an_act_about_a_session_that_there_is_not_does_nothing(rappels):
    form = {"action": "envoyer", "choix": LYON, "texte": "Texte"}
    for query in ("session=2019-E3C9", "motif=RIEN"):
        answer = await rappels.browser.post(f"/rappels?{query}", form)
        assert (answer.status_code, await rappels.rows()) == (409, [])


async def test_who_ticks_a_closed_service_has_not_seen_a_reminder_that_came_since(rappels, rappels_of):
    await rappels.world.open("ETABLISSEMENT", LYON, ouverte=False)
    other = rappels_of("administrateur")
    for one in (rappels, other):
        await one.opened()
        await one.written(choix=[LYON])
    assert (await rappels.press("envoyer")).status_code == 303
    assert (await other.press("envoyer")).status_code == 409
    assert await rappels.reminded() == [(LYON, "RIEN", 1)]


async def test_who_ticks_in_spite_of_one_reminder_has_not_seen_the_next(rappels, rappels_of):
    await rappels.sent(choix=[LYON])
    rappels.later(hours=40)
    other = rappels_of("administrateur")
    for one in (rappels, other):
        await one.opened()
        await one.written(choix=[LYON])
    assert (await rappels.press("envoyer")).status_code == 303
    assert (await other.press("envoyer")).status_code == 409
    assert await rappels.reminded() == [(LYON, "RIEN", 1), (LYON, "RIEN", 2)]


async def test_a_text_that_becomes_empty_once_filled_in_is_refused(rappels):
    await rappels.opened()
    await rappels.written(choix=[LYON])
    answer = await rappels.press("envoyer", texte="{echeance}")
    assert (answer.status_code, await rappels.rows()) == (422, [])


async def test_an_address_that_is_given_days_later_gets_no_old_figures(rappels):
    await rappels.sent(choix=[LYON])
    rappels.later(days=3)
    await rappels.address()
    assert await rappels.letters() == []


async def test_people_on_a_mission_without_candidat_are_nobody_convoked(rappels):
    await rappels.world.chef.convoque(rappels.world.hg, "100")
    await rappels.world.withdraw(LYON, "HG")
    query = "SELECT convoques, non_lues, motifs[1] FROM retard_etablissement WHERE uai = $1"
    assert tuple(await rappels.world.pool.fetchrow(query, LYON)) == (0, 0, "RIEN")


async def test_who_is_late_no_longer_is_told_beside_who_was_reminded(rappels):
    await rappels.opened()
    await rappels.written()
    world = rappels.world
    for mission in (world.hg, world.hlp, world.numerisation):
        await world.chef.convoque(mission, "100")
    location = (await rappels.press("envoyer")).headers["location"]
    await rappels.opened(location.partition("?")[2])
    assert "1 établissement rappelé" in rappels.text
    assert "1 établissement n’était plus concerné" in rappels.text
