"""The events of missions, written without the model, are what the model would write."""

from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chassis.cloudevents import Cause
from event_schemas import catalogue, identities, state
from event_schemas.missions import Mission as MissionState
from mission_import.domain.inscriptions import Etablissement
from mission_import.domain.mission import Cle, Mission, MissionType, Status
from mission_import.publishing import publish

TEXT = TypeAdapter(state.Text)
COUNTS = st.integers(0, state.MAX_INT)


def accepted(text):
    """As a closing's text is: neither empty nor with U+0000."""
    return TEXT.validate_python(text) == text


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40).filter(
    accepted
)
missions = st.builds(
    Mission,
    session=st.sampled_from(["2020-E3C1", "2021-E3C3"]),
    etablissement=st.builds(Etablissement, st.just("0699001J"), texts, texts, st.sampled_from(["01", "10"])),
    type=st.sampled_from(MissionType),
    cle=st.builds(
        Cle,
        st.sampled_from(["GENERALE", "TECHNOLOGIQUE", "COMMUNE"]),
        st.from_regex(r"[A-Z][A-Z0-9-]{0,31}", fullmatch=True),
    ),
    libelle=texts,
    candidats=COUNTS,
    date_debut=st.dates(date(2000, 1, 1)),
    status=st.sampled_from(Status),
    version=st.integers(1, state.MAX_INT),
)


@given(missions)
def test_an_event_is_what_the_model_makes_of_the_mission(mission):
    place = mission.etablissement
    mission_id = identities.mission_id(mission.session, place.uai, mission.cle.voie, mission.cle.code)
    made = MissionState.create(
        mission_id=mission_id,
        version=mission.version,
        session=mission.session,
        type=mission.type.value,
        voie=mission.cle.voie,
        code=mission.cle.code,
        libelle=mission.libelle,
        candidats=mission.candidats,
        date_debut=mission.date_debut,
        status=mission.status.value,
        etablissement=MissionState.model_fields["etablissement"].annotation(**place._asdict()),
    )
    sent = publish(mission, Cause())
    assert orjson.loads(sent.payload) == orjson.loads(made.to_bytes())
    assert MissionState.model_validate_json(sent.payload) == made, "the hash too"
    assert (sent.topic, sent.key, sent.aggregate_id, sent.version) == (
        catalogue.MISSION,
        made.key,
        mission_id,
        mission.version,
    )


def test_more_candidates_than_a_number_has_room_for_are_refused():
    """Each épreuve of a closing is judged; their sum is not."""
    mission = Mission(
        "2020-E3C1",
        Etablissement("0699001J", "LYCEE", "VILLE", "10"),
        MissionType.NUMERISATION,
        Cle("COMMUNE", "NUMERISATION"),
        "Numérisation de copies",
        state.MAX_INT + 1,
        date(2020, 1, 13),
        Status.ACTIVE,
        1,
    )
    with pytest.raises(OverflowError):
        publish(mission, Cause())
