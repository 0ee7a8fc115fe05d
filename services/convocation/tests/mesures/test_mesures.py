"""What each académie has open and has convoked, as metrics."""

import random
from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from convocation.mesures.commands import measure
from convocation.ouvertures.domain import NATIONALE, Cible, Decision, PorteeOuverture, est_ouvert

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
PLACES = {LYON: "10", AUTRE_LYON: "10", LILLE: "09"}
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)
HIER, DEMAIN = NOW - timedelta(days=1), NOW + timedelta(days=1)
PERIODES = [
    (None, None),
    (HIER, None),
    (NOW, None),
    (DEMAIN, None),
    (None, NOW),
    (None, DEMAIN),
    (HIER, NOW),
    (NOW, DEMAIN),
]


async def measured(world, now=NOW):
    async with world.pool.acquire() as connection:
        await measure(connection, now)


def gauge(name, **labels):
    return REGISTRY.get_sample_value(f"imagin_{name}", labels)


def etablissements(academie):
    """Open ones and closed ones."""
    return tuple(gauge("etablissements", academie=academie, etat=etat) for etat in ("ouvert", "ferme"))


async def test_convocations_are_counted_by_academie_and_status(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100", "101")).json()["convocations"]
    one = created[0]["convocation_id"]
    path, body = f"/api/convocations/{one}/annulation", {"motif": "Malade"}
    assert (await open_world.chef.post(path, body, **{"If-Match": '"1"'})).status_code == 200
    await measured(open_world)
    counts = {status: gauge("convocations", academie="10", status=status) for status in ("ACTIVE", "CANCELLED")}
    assert counts == {"ACTIVE": 1, "CANCELLED": 1}
    assert gauge("convocations", academie="09", status="ACTIVE") == 0


async def test_an_etablissement_is_open_as_the_domain_says_whatever_was_decided(world):
    lot = random.Random(17)
    cibles = [NATIONALE, *(Cible(PorteeOuverture.ACADEMIE, code) for code in ("10", "09"))]
    cibles += [Cible(PorteeOuverture.ETABLISSEMENT, uai) for uai in PLACES]
    insert = """
    INSERT INTO ouverture (session, portee, code, ouverte, debut, fin, par, le)
    VALUES ('2020-E3C1', $1, $2, $3, $4, $5, 'x', now())
    """
    seen = set()
    for _ in range(40):
        await world.pool.execute("DELETE FROM ouverture")
        decided = {}
        for cible in lot.sample(cibles, lot.randint(0, 4)):
            debut, fin = lot.choice(PERIODES)
            ouverte = lot.random() < 0.7
            decided[cible] = Decision(ouverte, debut, fin) if ouverte else Decision(False)
            await world.pool.execute(insert, cible.portee.value, cible.code, *decided[cible])
        await measured(world)
        for academie in ("10", "09"):
            own = [uai for uai, place in PLACES.items() if place == academie]
            opened = sum(est_ouvert(decided, academie, uai, NOW) for uai in own)
            assert etablissements(academie) == (opened, len(own) - opened), decided
            seen.add((academie, opened))
    assert seen == {("10", 0), ("10", 1), ("10", 2), ("09", 0), ("09", 1)}


async def test_a_row_that_only_locks_opens_nothing_and_an_academie_without_missions_is_forgotten(world):
    await measured(world)
    assert etablissements("10") == (0, 2)
    row = (
        "INSERT INTO ouverture (session, portee, code, ouverte, par, le) VALUES ('2020-E3C1', $1, $2, true, '', now())"
    )
    await world.pool.execute(row, *NATIONALE)
    await measured(world)
    assert etablissements("10") == (0, 2)
    await world.withdraw(LILLE, "HG")
    await measured(world)
    assert etablissements("09") == (None, None)
