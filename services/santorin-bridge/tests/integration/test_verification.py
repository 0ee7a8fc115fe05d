"""« M. X peut-il se connecter ? » (R16, D21): by person and mission, on a day, up to date, or 503."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from acces.acteur import Role

MISSION = UUID(int=1)


async def authorised(bridge, numero="1", **asked):
    answer = await bridge.get(f"/acces/{numero}", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["autorise"]


async def test_r16_a_convoked_person_may_enter_from_the_first_day_of_his_mission(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    assert not await authorised(bridge, le="2020-03-04")
    assert await authorised(bridge, le="2020-03-05")
    assert await authorised(bridge)


async def test_r15_nobody_else_may(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    assert not await authorised(bridge, "2")
    await bridge.apply(bridge.convocation("1", 2, active=False))
    assert not await authorised(bridge)


async def test_by_mission_another_ones_right_does_not_count(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("1", 1, mission=2, active=False))
    assert await authorised(bridge, mission=str(UUID(int=1)))
    assert not await authorised(bridge, mission=str(UUID(int=2)))
    assert not await authorised(bridge, mission=str(UUID(int=3)))


async def test_the_answer_has_each_rights_version_and_as_of_when(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("1", 2))
    answer = (await bridge.get("/acces/1")).json()
    [right] = answer["habilitations"]
    assert (right["version"], right["convocation_version"], right["role"]) == (1, 2, "CORRECTEUR")
    assert datetime.fromisoformat(answer["as_of"]) == bridge.freshness.as_of


async def test_the_day_is_the_academies_own(bridge):
    bridge.now = bridge.freshness.as_of = datetime(2020, 3, 4, 21, tzinfo=UTC)  # 22:00 in Paris, 01:00 in La Réunion
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1, academie="28"))
    assert not await authorised(bridge, "1")
    assert await authorised(bridge, "2")


async def test_who_may_enter_for_a_mission_is_one_question(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1), bridge.convocation("3", 1, mission=2))
    answer = (await bridge.get(f"/missions/{MISSION}/habilitations")).json()
    assert {one["intervenant"]["numero"] for one in answer["habilitations"]} == {"1", "2"}


@pytest.mark.parametrize("path", ["/acces/1", "/habilitations/1", f"/missions/{MISSION}/habilitations"])
async def test_d21_what_is_not_up_to_date_is_503_and_never_a_guess(bridge, path):
    await bridge.apply(bridge.convocation("1", 1))
    assert (await bridge.get(path)).status_code == 200
    bridge.now += timedelta(seconds=31)
    late = await bridge.get(path)
    assert (late.status_code, late.json()["code"]) == (503, "pas-a-jour")
    bridge.freshness.as_of = None
    assert (await bridge.get(path)).status_code == 503


async def test_d21_a_person_about_whom_an_event_could_not_be_applied_is_503_and_others_are_answered(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1))
    await bridge.pool.execute(
        """INSERT INTO dead_letter (consumer_group, topic, partition, "offset", record_time, header_names,
                                    header_values, aggregate, stage, reason)
        VALUES ('santorin-bridge.convocation', 't', 0, 0, now(), '{}', '{}', $1, 'CONFLICT', 'x')""",
        str(uuid5(MISSION, "1")),
    )
    doubtful = await bridge.get("/acces/1")
    assert (doubtful.status_code, doubtful.json()["code"]) == (503, "incertain")
    assert await authorised(bridge, "2")
    await bridge.pool.execute("UPDATE dead_letter SET state = 'SUPERSEDED'")
    assert await authorised(bridge, "1")


async def test_only_santorin_and_the_administrateur_may_ask(bridge):
    for role in (Role.CHEF, Role.DELEGUE, Role.GESTIONNAIRE, Role.INTERVENANT):
        for path in ("/acces/1", f"/missions/{MISSION}/habilitations"):
            assert (await bridge.get(path, role)).status_code == 403
    assert (await bridge.get("/acces/1", Role.ADMINISTRATEUR)).status_code == 200


@pytest.mark.parametrize("asked", [{"le": "hier"}, {"mission": "x"}])
async def test_a_question_that_makes_no_sense_is_refused(bridge, asked):
    assert (await bridge.get("/acces/1", **asked)).status_code == 422
