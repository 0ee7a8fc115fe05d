"""Who is late, what is ticked, what the effect says, and that a reminder is sent once, written down and seen."""

import asyncio
import json
from datetime import timedelta

import pytest

from acces.commande import Commande
from convocation.avis.domain import Motif
from convocation.rappels.commands import Rappel, send_reminders
from convocation.rappels.refus import RappelRecent
from testkit.eventually import eventually

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
SESSION = "2020-E3C1"


async def test_all_that_are_late_are_ticked_and_the_effect_names_who_has_no_address(rappels):
    await rappels.address(LYON)
    await rappels.opened()
    assert rappels.ticked == [LYON, AUTRE_LYON]
    assert "2 établissements cochés sur 2" in rappels.text.replace("</span>", "")
    await rappels.written()
    assert "2 établissements, 1 courrier, aussitôt." in rappels.text
    assert f"1 établissement n’a pas d’adresse et lit le rappel dans IMAG’IN seulement : LYCEE {AUTRE_LYON}" in (
        rappels.text.replace("\u00a0", " ")
    )
    assert f"LYCEE {LYON}, VILLE n’a encore convoqué personne" in rappels.text.split("<blockquote")[1]


async def test_a_reminder_is_written_for_each_with_its_own_figures_audited_and_shown(rappels):
    await rappels.address(LYON)
    await rappels.world.pool.execute("UPDATE ouverture SET fin = '2099-12-10T17:00:00Z'")
    location = await rappels.sent()
    assert location == "/rappels?session=2020-E3C1&motif=RIEN&fait=rappels&rappeles=2&a_jour=0"
    texts = {row[0]: row[3] for row in await rappels.rows()}
    assert "3 missions sont sans convocation" in texts[LYON]
    assert "1 mission est sans convocation" in texts[AUTRE_LYON]
    assert "Le service de convocation ferme le jeudi 10 décembre 2099 à 18 h 00." in texts[LYON]
    rows = await rappels.world.pool.fetch("SELECT * FROM audit WHERE action = 'rappel.envoyer' ORDER BY id")
    assert [(row["par"], row["academie"], row["uai"]) for row in rows] == [
        ("gest", "10", LYON),
        ("gest", "10", AUTRE_LYON),
    ]
    assert json.loads(rows[0]["apres"]) == {"session": SESSION, "rappel": "RIEN"}
    journal = await rappels.world.browser("administrateur").text("/journal")
    assert "Rappel à un établissement" in journal
    assert "N’a convoqué personne" in journal
    page = await rappels.browser.text("/couverture?par=etablissement")
    assert page.count("Dernier rappel le") == 2
    assert ", par gest" in page
    assert "/rappels?session=2020-E3C1" in page
    home = await rappels.world.browser("chef").text("/")
    assert "Le rectorat vous l’a rappelé le" in home
    assert "2 établissements rappelés" in await rappels.browser.text(location)


@pytest.mark.parametrize("again", ["double click", "reload", "back"])
async def test_the_same_form_sent_twice_sends_once(rappels, again):
    await rappels.opened()
    await rappels.written()
    if again == "double click":
        answers = await asyncio.gather(*(rappels.press("envoyer") for _ in range(2)))
        assert sorted("deja" in one.headers["location"] for one in answers) == [False, True]
    else:
        await rappels.press("envoyer")
        if again == "back":
            await rappels.opened()
            assert rappels.ticked == []
            return
        assert (await rappels.press("envoyer")).headers["location"].endswith("fait=rappels-deja")
    assert await rappels.reminded() == [(LYON, "RIEN", 1), (AUTRE_LYON, "RIEN", 1)]


async def test_who_goes_back_and_reads_the_effect_anew_reminds_nobody_again(rappels):
    await rappels.opened()
    listed = dict(rappels.hidden), list(rappels.ticked)
    await rappels.written()
    await rappels.press("envoyer")
    rappels.hidden, rappels.ticked = listed
    answer = await rappels.press("apercu")
    assert answer.status_code == 422
    assert "décochés entre-temps" in rappels.text
    assert "Cochez au moins un établissement." in rappels.text
    assert len(await rappels.reminded()) == 2


async def test_within_48_hours_one_is_marked_and_unticked_and_reminded_again_only_if_ticked(rappels):
    await rappels.sent(choix=[LYON])
    rappels.later(hours=47)
    await rappels.opened()
    assert rappels.ticked == [AUTRE_LYON]
    assert "Rappelé il y a peu" in rappels.text
    assert "moins de 48 h" in rappels.text.replace("\u00a0", " ")
    await rappels.press("tous")
    assert rappels.ticked == [AUTRE_LYON]
    await rappels.written(choix=[LYON])
    assert (await rappels.press("envoyer")).status_code == 303
    assert await rappels.reminded() == [(LYON, "RIEN", 1), (LYON, "RIEN", 2)]
    rappels.later(hours=49)
    await rappels.opened()
    assert rappels.ticked == [LYON, AUTRE_LYON]


async def test_whom_another_has_reminded_meanwhile_is_not_reminded_and_nothing_leaves(rappels, rappels_of):
    await rappels.opened()
    await rappels.written()
    await rappels_of("administrateur").sent("motif=RIEN", choix=[LYON])
    answer = await rappels.press("envoyer")
    assert answer.status_code == 409
    assert "1 établissement vient d’être rappelé" in rappels.text
    assert "1 établissement, 0 courrier" in rappels.text
    assert await rappels.reminded() == [(LYON, "RIEN", 1)]
    assert (await rappels.press("envoyer")).status_code == 303
    assert await rappels.reminded() == [(LYON, "RIEN", 1), (AUTRE_LYON, "RIEN", 1)]


async def test_two_who_send_at_the_same_moment_remind_each_once(rappels, rappels_of):
    other = rappels_of("administrateur")
    for one in (rappels, other):
        await one.opened("motif=RIEN&academie=10")
        await one.written()
    answers = await asyncio.gather(rappels.press("envoyer"), other.press("envoyer"))
    assert sorted(one.status_code for one in answers) in ([303, 409], [303, 422])
    assert await rappels.reminded() == [(LYON, "RIEN", 1), (AUTRE_LYON, "RIEN", 1)]


async def test_who_sends_while_anothers_reminder_is_being_written_is_refused_and_writes_nothing(rappels):
    world, delai = rappels.world, timedelta(hours=48)
    wanted = Rappel(SESSION, Motif.RIEN, [LYON, AUTRE_LYON], "{lycee}")
    async with world.pool.acquire() as first, world.pool.acquire() as second:
        one, other = (Commande(db, world.gestionnaire.acteur, rappels.now) for db in (first, second))

        async def late():
            async with second.transaction():
                await send_reminders(other, wanted, delai)

        async with first.transaction():
            await send_reminders(one, Rappel(SESSION, Motif.RIEN, [LYON], "{lycee}"), delai)
            waiting = asyncio.create_task(late())
            await eventually(lambda: _waits(world.pool), because="the second waits for the first")
        with pytest.raises(RappelRecent) as refused:
            await waiting
    assert refused.value.uais == [LYON]
    assert await rappels.reminded() == [(LYON, "RIEN", 1)]


async def _waits(pool):
    return await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def test_each_reason_finds_who_it_is_true_of(rappels):
    world = rappels.world
    await world.chef.convoque(world.hg, "100")
    found = {}
    for motif in ("RIEN", "RESTE", "SIGNATURE", "LECTURE"):
        await rappels.opened(f"motif={motif}")
        found[motif] = rappels.boxes
        assert "personne : 1</a>" in rappels.text.replace("\u00a0", " "), "the other reasons are counted"
    assert found == {"RIEN": [AUTRE_LYON], "RESTE": [LYON], "SIGNATURE": [LYON, AUTRE_LYON], "LECTURE": [LYON]}
    await rappels.sent("motif=LECTURE")
    [row] = await rappels.rows()
    assert "1 personne n’a pas lu sa convocation" in row[3]
    assert "Le rectorat vous l’a rappelé" in await world.browser("chef").text("/")


async def test_who_cannot_convoke_is_marked_and_unticked(rappels):
    await rappels.world.open("ETABLISSEMENT", LYON, ouverte=False)
    await rappels.opened()
    assert rappels.ticked == [AUTRE_LYON]
    assert "Service fermé" in rappels.text
    await rappels.opened("motif=SIGNATURE")
    assert rappels.ticked == [LYON, AUTRE_LYON], "the signature needs no service"


async def test_the_text_is_bounded_and_a_word_that_nothing_replaces_is_refused(rappels):
    await rappels.opened()
    await rappels.written()
    for texte, said in (
        ("", "Écrivez le texte du rappel."),
        ("x" * 1_501, "Écrivez 1 500 caractères au plus"),
        ("Bonjour {lycée}", "{lycée} n’est remplacé par rien"),
    ):
        answer = await rappels.press("envoyer", texte=texte)
        assert answer.status_code == 422
        assert said in rappels.text.replace("\u202f", " ").replace("\u00a0", " ")
        assert rappels.hidden["texte"] == texte, "what was typed is not lost"
    assert await rappels.rows() == []
    await rappels.press("apercu", texte="<b>{lycee}</b>\n\n{echeance}\n\nFin")
    assert f"<b>LYCEE {LYON}, VILLE</b>" in rappels.text.split("<blockquote")[1], "escaped: unescaped by the test"


async def test_nobody_ticked_and_nobody_late_any_more_are_told(rappels):
    await rappels.opened()
    assert (await rappels.press("apercu", choix=[])).status_code == 422
    await rappels.opened()
    await rappels.written()
    await rappels.world.pool.execute("UPDATE mission SET status = 'WITHDRAWN'")
    answer = await rappels.press("envoyer")
    assert answer.status_code == 409
    assert "Plus aucun de ces établissements n’est concerné" in answer.text


async def test_who_chose_no_reason_reads_the_first_one_that_somebody_is_late_for(rappels):
    world = rappels.world
    assert (await rappels.browser.get("/rappels")).status_code == 200
    await world.pool.execute("DELETE FROM mission WHERE uai = $1", AUTRE_LYON)
    assert (await world.chef.convoque(world.hg, "100")).status_code == 201
    answer = await rappels.browser.get(f"/rappels?session={SESSION}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/rappels?session={SESSION}&motif=RESTE")
    assert (await rappels.browser.get("/rappels?motif=RIEN")).status_code == 200
