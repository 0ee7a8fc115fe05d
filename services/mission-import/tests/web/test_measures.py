"""Closings that wait for somebody or were refused, as metrics."""

from prometheus_client import REGISTRY

from mission_import.use_cases.measure import measure_closings


def closings(academie, etat):
    return REGISTRY.get_sample_value("imagin_clotures", {"academie": academie, "etat": etat})


async def measured(world):
    async with world.pool.acquire() as connection:
        await measure_closings(connection)
    return REGISTRY.get_sample_value("imagin_clotures_a_valider_oldest_age_seconds")


async def test_what_waits_or_was_refused_counts_and_what_is_replaced_or_applied_does_not(world):
    await world.receive(world.closing(world.lille, 1, HG=30))  # applied at once
    assert await measured(world) == 0
    assert (closings("10", "A_VALIDER"), closings("09", "A_VALIDER")) == (None, None)
    await world.validation()
    await world.receive(world.closing(world.lyon, 1, HG=30), world.closing(world.autre, 1, HG=30))
    await world.pool.execute("UPDATE cloture_recue SET recue_le = now() - interval '1 hour' WHERE uai = $1", world.lyon)
    assert 3_600 <= await measured(world) < 3_660
    assert (closings("10", "A_VALIDER"), closings("10", "REFUSEE")) == (2, None)
    assert (await world.decide(1, "REFUSER", "Erreur de saisie")).status_code == 200
    assert await measured(world) < 60
    assert (closings("10", "A_VALIDER"), closings("10", "REFUSEE")) == (1, 1)
    await world.receive(world.closing(world.lyon, 2, HG=31))  # the refused one is history
    await measured(world)
    assert (closings("10", "A_VALIDER"), closings("10", "REFUSEE")) == (2, None)


async def test_a_code_that_is_no_academie_s_makes_no_label_of_its_own(world):
    await world.validation()
    await world.receive(world.closing(world.lyon, 1, HG=30))
    await world.pool.execute("UPDATE cloture_recue SET academie = '99'")
    await measured(world)
    assert (closings("99", "A_VALIDER"), closings("other", "A_VALIDER")) == (None, 1)
