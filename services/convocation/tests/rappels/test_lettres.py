"""A reminder is a letter at once, alone, whatever the établissement has chosen, and only while it is true."""

LYON = "0699001J"


def done(letter, sort="ENVOYEE", motif=None):
    return {"id": letter["id"], "sort": sort, "motif": motif}


async def test_it_goes_at_once_with_its_words_and_what_is_told_daily_waits_for_its_hour(rappels):
    world = rappels.world
    await rappels.address()
    await world.open(ouverte=False)
    await world.open()
    await rappels.sent(choix=[LYON])
    [letter] = await rappels.letters()
    [point] = letter["points"]
    assert point["titre"] == "Rappel du rectorat"
    assert point["phrase"] == "Session 2020-E3C1\u00a0: personne n’est convoqué."
    assert "3 missions sont sans convocation" in point["texte"]
    assert point["lien"].endswith(f"/preparation/{LYON}?session=2020-E3C1")
    assert await rappels.letters(done(letter)) == []
    rappels.later(days=1)
    [daily] = await rappels.letters()
    assert [one["titre"] for one in daily["points"]] == ["Service de convocation"]


async def test_it_goes_to_who_wants_no_mail_and_the_rest_does_not(rappels):
    await rappels.address()
    await rappels.world.browser("chef").post(f"/avis/{LYON}", {"rythme": "JAMAIS"})
    await rappels.world.open(ouverte=False)
    await rappels.world.open()
    await rappels.sent(choix=[LYON])
    [letter] = await rappels.letters()
    assert [one["titre"] for one in letter["points"]] == ["Rappel du rectorat"]
    page = await rappels.world.browser("chef").text(f"/avis/{LYON}")
    assert "Lire le rappel du rectorat" in page
    assert "n’a encore convoqué personne" in page


async def test_what_is_done_meanwhile_is_not_reminded_of(rappels):
    await rappels.address()
    await rappels.sent(choix=[LYON])
    await rappels.world.chef.convoque(rappels.world.hg, "100")
    assert await rappels.letters() == []
    assert "plus d’actualité" in await rappels.world.browser("chef").text(f"/avis/{LYON}")


async def test_who_reminds_sees_a_letter_that_failed(rappels):
    await rappels.address()
    await rappels.sent(choix=[LYON])
    [letter] = await rappels.letters()
    await rappels.letters(done(letter, "ECHOUEE", "Adresse inconnue"))
    await rappels.opened()
    assert "Courrier en échec" in rappels.text
    rows = await rappels.world.pool.fetch("SELECT sort FROM avis_lettre")
    assert [row["sort"] for row in rows] == ["ECHOUEE"]
