"""Identities never change: these literals are in databases and topics."""

from uuid import UUID

from chassis import cloudevents
from event_schemas import identities

MISSION = UUID("8d9062af-158e-5137-86f4-302a30ebafe6")
CONVOCATION = UUID("08b4ace3-6b00-5d03-9237-ad70cd4741b7")


def test_the_identity_of_a_mission_is_pinned():
    assert identities.mission_id("2020-E3C1", "0959001T", "GENERALE", "HG") == MISSION


def test_the_identity_of_a_convocation_is_pinned():
    assert identities.convocation_id(MISSION, "INV-9001") == CONVOCATION


def test_the_identity_of_an_event_is_pinned():
    assert identities.event_id(MISSION, 1) == UUID("241e1157-74b2-5f26-9609-f670339b8861")
    assert identities.event_id("2020-E3C1|0959001T", 1) == UUID("daa56179-0f24-593d-b675-db2b42f2fa36")


def test_each_version_has_its_own_event():
    assert len({identities.event_id(MISSION, version) for version in range(1, 50)}) == 49


def test_the_relay_computes_the_same_ce_id_from_the_bytes_of_the_aggregate():
    for version in (1, 2, 10_000):
        assert UUID(cloudevents.event_id(CONVOCATION.bytes, version)) == identities.event_id(CONVOCATION, version)
