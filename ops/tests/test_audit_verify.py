"""`imagin audit verify`: the sealed days of every service's audit, read again."""

import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from acces import audit, oubli, sceaux
from acces.acteur import Acteur, Role
from acces.audit import Acte
from chassis.database import create_pool
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SERVICES

NOON = datetime(2020, 1, 13, 12, tzinfo=UTC)
CHEF = Acteur("c", Role.CHEF, "Camille ÉCHANTILLON")


@pytest.fixture
async def bases(database):
    """An act and a seal in convocation and mission-import; nothing in the others."""
    made = {service: await database(service.package) for service in SERVICES}
    for service in (CONVOCATION, MISSION_IMPORT):
        async with create_pool(made[service].url) as pool:
            acte = Acte("intervenants.ecrire", "intervenant|31416", None, {"nom": "INVENTEE"})
            await audit.record(pool, CHEF, NOON, [acte])
            await sceaux.seal(pool, NOON + timedelta(days=1))
    return made


@pytest.fixture
def environment(bases):
    return {f"{service.prefix}DATABASE_URL": made.url for service, made in bases.items()}


async def test_what_is_as_it_was_sealed_is_said_of_each_service(imagin, environment):
    done = await imagin("audit", "verify", "--json", **environment)
    assert done.code == 0, done.err
    assert {name: (one["jours"], one["dernier"], one["ecarts"]) for name, one in done.json.items()} == {
        "mission-import": (1, "2020-01-13", []),
        "convocation": (1, "2020-01-13", []),
        "santorin-bridge": (0, None, []),
        "notifier": (0, None, []),
    }
    told = await imagin("audit", "verify", **environment)
    assert "convocation : tout est comme scellé ; 1 jour(s) jusqu’au 2020-01-13, 1 acte(s)" in told.out


async def test_the_day_that_was_changed_is_named_and_the_exit_code_says_so(imagin, environment, bases):
    admin = await asyncpg.connect(bases[CONVOCATION].admin_url)
    await admin.execute("UPDATE audit SET nom = 'AUTRE'")
    await admin.close()
    done = await imagin("audit", "verify", **environment)
    assert (done.code, "    2020-01-13 : un acte a été modifié" in done.out.splitlines()) == (1, True)
    assert "mission-import : tout est comme scellé" in done.out


async def test_seals_that_a_log_kept_are_compared(imagin, environment, tmp_path):
    log = tmp_path / "journal.log"
    seal = {"event": "audit.sealed", "service": "convocation", "jour": "2020-01-13", "chaine": "00" * 32}
    log.write_text("ready\n" + json.dumps({"event": "service.started"}) + "\n" + json.dumps(seal) + "\n")
    done = await imagin("audit", "verify", "--service", "convocation", "--noted", log, **environment)
    assert (done.code, "2020-01-13 : la chaîne n’est pas celle qui a été notée ailleurs" in done.out) == (1, True)
    true = (await imagin("audit", "verify", "--json", **environment)).json["convocation"]["chaine"]
    log.write_text(json.dumps(seal | {"chaine": true}))
    assert (await imagin("audit", "verify", "--noted", log, **environment)).code == 0
    assert (await imagin("audit", "verify", "--noted", tmp_path / "none", **environment)).code == 2


async def test_an_export_is_in_clear_until_the_person_is_forgotten_and_the_chain_holds_after(
    imagin, environment, bases
):
    def acts(done):
        return [json.loads(line) for line in done.out.splitlines()]

    only = ("--service", "convocation")
    [before] = acts(await imagin("audit", "export", *only, **environment))
    assert (before["objet"], before["apres"], before["oublie"]) == ("intervenant|31416", {"nom": "INVENTEE"}, False)
    async with create_pool(bases[CONVOCATION].url) as pool:
        await oubli.forget(pool, ["intervenant|31416"])
    done = await imagin("audit", "export", *only, **environment)
    assert (acts(done)[0]["oublie"], "31416" in done.out, "INVENTEE" in done.out) == (True, False, False)
    assert (await imagin("audit", "verify", *only, **environment)).code == 0
