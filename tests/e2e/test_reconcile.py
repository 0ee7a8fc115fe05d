"""R15, D22: `imagin reconcile santorin`, `imagin replay` and `imagin status` on the running product."""

import asyncio
import json
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from rich.progress import Progress

from event_schemas.habilitations import Habilitation
from imagin_dev.cyclades import producer, sample
from imagin_dev.cyclades.inscriptions_file import latest_revisions
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People
from imagin_dev.demo.books import until
from imagin_dev.demo.rights import RightsReader
from imagin_dev.santorin.simulator import Behaviour, Santorin
from imagin_ops import running
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE
from testkit.eventually import eventually

CLOSINGS = sample.closings()[:2]
IMAGIN = str(Path(sys.executable).with_name("imagin"))


class Operator:
    """Types commands at the installation, and looks into its databases."""

    def __init__(self, stack, cache):
        self.stack, self.cache = stack, cache

    async def types(self, *arguments):
        """Exit code, stdout, stderr."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.cache), "XDG_CACHE_HOME": str(self.cache)}
        done = await asyncio.to_thread(
            subprocess.run, [IMAGIN, *arguments], capture_output=True, text=True, check=False, env=environment
        )
        return done.returncode, done.stdout, done.stderr

    async def sql(self, service, query, *arguments):
        connection = await asyncpg.connect(self.stack.databases[service.name])
        try:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    async def rights(self):
        return await self.sql(SANTORIN_BRIDGE, "SELECT convocation_id, version, etat FROM habilitation ORDER BY 1")

    async def reconcile(self, *more):
        code, out, err = await self.types("reconcile", "santorin", "--json", "--settle", "2", *more)
        return code, json.loads(out) if out else err

    async def quiet(self):
        waiting = "SELECT count(*) FROM outbox"
        dirty = "SELECT count(*) FROM habilitation WHERE envoi IN (SELECT id FROM envoi WHERE publie_le IS NULL)"
        counts = [await self.sql(service, waiting) for service in (CONVOCATION, SANTORIN_BRIDGE)]
        return [*counts, await self.sql(SANTORIN_BRIDGE, dirty)] == [[(0,)]] * 3

    def mails(self):
        return sorted(path.name for path in self.stack.mail_dir.glob("*.eml"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def operator(stack, books, tmp_path_factory):
    await producer.send(stack.kafka_connection, CLOSINGS, lambda _: None)
    revisions = latest_revisions(CLOSINGS)
    await until(lambda: books.revisions_applied(list(revisions)), len(revisions), lambda _: None)
    await until(books.missions_missing, 0, lambda _: None)
    people = People.of(CLOSINGS)
    await scenario.prepare(stack, people, [one.state.session for one in CLOSINGS])
    with Progress(disable=True) as bars:
        await scenario.play(stack, people, bars)
    convocations = await books.convocations()
    await until(books.notifications, convocations, lambda _: None)
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        announced = running.announce(stack.installation())
    operator = Operator(stack, cache)
    await eventually(operator.quiet, because="all is published")
    yield operator
    announced.unlink()


async def test_where_all_agree_it_says_so_and_exits_with_0(operator):
    code, told = await operator.reconcile()
    assert (code, told["ecarts"], told["repares"]) == (0, [], {})
    assert told["droits"] == told["ouverts"] == len(await operator.rights()) > 20


async def test_differences_are_listed_by_cause_and_a_dry_run_writes_nothing(operator):
    keys = [key for key, *_ in await operator.rights()][:3]
    await operator.sql(SANTORIN_BRIDGE, "DELETE FROM habilitation WHERE convocation_id = $1", keys[0])
    behind = "UPDATE habilitation SET version = version + 1, published_version = version + 1 WHERE convocation_id = $1"
    await operator.sql(SANTORIN_BRIDGE, behind, keys[1])
    before, mails = await operator.rights(), operator.mails()

    async def taken_off():
        return await operator.sql(SANTORIN_BRIDGE, "SELECT count(*) FROM habilitation_effacee") == [(0,)]

    await eventually(taken_off, because="a right that is deleted is taken off the topic")
    code, told = await operator.reconcile()
    assert code == 1
    causes = {one["convocation_id"]: set(one["causes"]) for one in told["ecarts"]}
    assert causes == {str(keys[0]): {"ABSENTE"}, str(keys[1]): {"NON_PUBLIEE"}}
    assert await operator.rights() == before

    code, told = await operator.reconcile("--repair")
    assert (code, told["ecarts"]) == (0, [])
    assert told["repares"] == {"ABSENTE": 1, "NON_PUBLIEE": 1}
    assert operator.mails() == mails, "a repair tells nobody twice"
    async with RightsReader(operator.stack.kafka_connection) as rights:
        await eventually(lambda: rights.version_granted(str(keys[0]).encode()) == 2, because="a new version is read")
        assert rights.went_back == 0


@pytest.mark.parametrize("arguments", [["--cause", "INCONNU"], ["--settle", "-1"]])
async def test_what_makes_no_sense_is_refused(operator, arguments):
    assert (await operator.types("reconcile", "santorin", *arguments))[0] == 2


async def test_a_replay_of_everything_doubles_no_mail_no_right_and_no_answer(operator, books):
    santorin = Santorin(operator.stack.kafka_connection, Behaviour(refuse_percent=10))
    await santorin.run(lambda _: None, until_idle_seconds=1)
    suivi = "SELECT convocation_id, etat, motif FROM acces ORDER BY 1"

    async def answered():
        etats = [etat for _, etat, _ in await operator.sql(CONVOCATION, suivi)]
        refused = len(santorin.rights) - santorin.may_enter
        return refused > 0 and (etats.count("REJETEE"), etats.count("ACCEPTEE")) == (refused, santorin.may_enter)

    await eventually(answered, because="the établissements read the answers")
    before = await operator.rights(), operator.mails(), await operator.sql(CONVOCATION, suivi)
    for what in ("convocations", "habilitations"):
        code, out, err = await operator.types("replay", what, "--all", "--json")
        assert (code, json.loads(out)) == (0, {"chosen": len(before[0]), "told": len(before[0])}), err
    await eventually(operator.quiet, because="all is told again")
    assert (await operator.reconcile())[0] == 0
    again = Santorin(operator.stack.kafka_connection, Behaviour(refuse_percent=10))
    await again.run(lambda _: None, until_idle_seconds=1)
    assert (again.accepted, again.refused, again.went_back) == (0, 0, 0)
    assert (await operator.rights(), operator.mails(), await operator.sql(CONVOCATION, suivi)) == before
    assert await books.dead_letters() == 0


async def test_a_replay_to_a_file_sends_nothing_and_is_for_its_owners_eyes(operator, tmp_path):
    uai, out = CLOSINGS[0].uai, tmp_path / "droits.jsonl"
    code, said, _ = await operator.types("replay", "habilitations", "--etablissement", uai, "--out", str(out))
    assert code == 0, said
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    events = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    rights = [Habilitation.model_validate_json(json.dumps(event["data"])) for event in events]
    assert {right.mission.uai for right in rights} == {uai}
    bodies = {right.convocation_id: right for right in rights}
    own = [row for row in await operator.rights() if row[0] in bodies]
    assert len(own) == len(rights) > 5
    assert {event["type"] for event in events} == {"fr.imagin.habilitation.v1"}
    assert (await operator.types("replay", "habilitations", "--all", "--out", str(out)))[0] == 2, "kept as it is"
    assert (await operator.types("replay", "convocations"))[0] == 2, "what is to be told again must be said"
    code, said, _ = await operator.types("replay", "convocations", "--academie", "99", "--dry-run")
    assert (code, said) == (0, "0 à redire\n")


async def test_status_says_since_when_santorin_has_not_answered(operator):
    code, out, _ = await operator.types("status")
    assert code == 0
    assert "SANTORIN         ok" in out
    await operator.sql(SANTORIN_BRIDGE, "DELETE FROM accuse")
    await operator.sql(SANTORIN_BRIDGE, "UPDATE envoi SET publie_le = now() - interval '3 days'")
    code, out, _ = await operator.types("status")
    assert code == 1
    assert "SANTORIN         muet" in out
