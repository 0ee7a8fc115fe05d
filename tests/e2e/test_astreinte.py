"""An operator's night: a real alert fires, the section that it names is followed as it is written, all is well again.

Prometheus reads the rules that are delivered, with their minutes made seconds. A person only reads and types: whatever
mends a fault is a command of the page, or what its prose asks for outside of it (« Rendez Kafka »).
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from event_schemas.catalogue import INSCRIPTIONS, INSCRIPTIONS_CLOSED
from imagin_dev.demo.accounts import chef
from imagin_dev.santorin.simulator import Santorin
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES, ServiceSpec
from testkit.eventually import eventually
from testkit.programs import find_program
from testkit.prometheus import Prometheus
from testkit.smtp import MailServer

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "exploitation" / "alertes.md"
RULES = ROOT / "deploy" / "prometheus" / "alertes.yml"
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
HASTE = {
    r"for: \d+[mh]": "for: 1s",
    r"imagin_outbox_oldest_age_seconds\) > 60": "imagin_outbox_oldest_age_seconds) > 3",
    r"imagin_accuse_attendu_age_seconds\) > 3600": "imagin_accuse_attendu_age_seconds) > 1",
}
"""What makes a night a minute: nothing else of the rules is changed."""
ACTIVE = """SELECT convocation_id, c.version, m.uai, m.academie FROM convocation c JOIN mission m USING (mission_id)
WHERE c.status = 'ACTIVE' AND m.type = 'CORRECTION' ORDER BY 1 LIMIT 1"""


class Site:
    """The running product with everything around it that may fail."""

    def __init__(self, stack: Stack, mails: MailServer, prometheus: Prometheus) -> None:
        self.stack, self.mails, self.prometheus = stack, mails, prometheus
        self._santorin: asyncio.Task[None] | None = None

    def santorin_answers(self) -> None:
        self._santorin = asyncio.create_task(Santorin(self.stack.kafka_connection).run(lambda _: None))

    async def santorin_is_silent(self) -> None:
        if self._santorin is not None:
            self._santorin.cancel()
            await asyncio.wait([self._santorin])
            self._santorin = None

    async def cancel_one(self) -> None:
        """A chef cancels somebody's convocation: that has to be written to Kafka, read, answered and mailed."""
        connection = await asyncpg.connect(self.stack.databases[CONVOCATION.name])
        row = await connection.fetchrow(ACTIVE)
        await connection.close()
        token = self.stack.token(chef(row["uai"], row["academie"]))
        headers = {"Authorization": f"Bearer {token}", "If-Match": f'"{row["version"]}"'}
        path = f"/api/convocations/{row['convocation_id']}/annulation"
        async with httpx2.AsyncClient(base_url=self.stack.url(CONVOCATION), timeout=20, trust_env=False) as http:
            (await http.post(path, json={"motif": "essai"}, headers=headers)).raise_for_status()

    async def send_rubbish(self) -> None:
        headers = [("ce_type", INSCRIPTIONS_CLOSED.encode())]
        async with AIOKafkaProducer(**self.stack.kafka_connection) as kafka:
            await kafka.send_and_wait(INSCRIPTIONS, b"{no", key=b"0", headers=headers)

    async def fires(self, alert: str) -> str:
        """Its `runbook_url`, once it fires."""

        async def found() -> str:
            firing = await self.prometheus.firing()
            assert alert in firing, sorted(firing)
            return firing[alert]["runbook_url"]

        return await eventually(found, timeout=60, because=f"{alert} fires")

    async def is_silent(self, alert: str) -> None:
        async def silent() -> bool:
            return alert not in await self.prometheus.firing()

        await eventually(silent, timeout=60, because=f"{alert} is silent")

    async def types(self, command: str, service: ServiceSpec) -> tuple[int, str]:
        """Exit code and words of a command, typed into bash at the clone."""
        given = self.stack.operator_environment() | {"JOURNAL": str(self.stack.services[service.name].log)}
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-c", command],
            cwd=ROOT,
            env=os.environ | given | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, f"$ {command}\n{done.stdout}{done.stderr}"


@dataclass(frozen=True)
class Fault:
    """What breaks, the alert that tells it, and what its section brings to light.

    `service`: whose log the operator reads. `seen` is in the words of « Regarder », `mended` in those of « Vérifier ».
    `returns`: what « Réparer » asks for outside of the commands. `only`: the paragraph of it that is this fault's.
    """

    alert: str
    service: ServiceSpec
    breaks: Callable[[Site], Any]
    seen: str
    mended: str
    returns: Callable[[Site], Any] | None = None
    only: str = ""


async def stop_kafka(site):
    site.stack.kafka.kill()
    await site.cancel_one()


async def stop_mails(site):
    site.mails.stop()
    await site.cancel_one()


async def silence_santorin(site):
    await site.santorin_is_silent()
    await site.cancel_one()


FAULTS = {
    "SANTORIN does not answer": Fault(
        "ImaginSantorinMuet",
        SANTORIN_BRIDGE,
        silence_santorin,
        r"sans réponse [1-9]",
        r"sans réponse 0\b",
        returns=lambda site: site.santorin_answers(),
    ),
    "PostgreSQL is stopped": Fault(
        "ImaginPersonneNeRelaie",
        CONVOCATION,
        lambda site: site.stack.postgres.kill(),
        r"relay\.stepped_down",
        r"imagin_relay_leader 1",
        returns=lambda site: site.stack.postgres.restart(),
    ),
    "Kafka is stopped": Fault(
        "ImaginOutboxEnRetard",
        CONVOCATION,
        stop_kafka,
        r"Kafka ne répond pas",
        r"rien n.attend",
        returns=lambda site: site.stack.kafka.restart(),
    ),
    "the mail server takes nothing": Fault(
        "ImaginServeurDeMailAbsent",
        NOTIFIER,
        stop_mails,
        r"ConnectionRefusedError.*sender\.waits",
        r"imagin_smtp_up 1",
        returns=lambda site: site.mails.start(),
    ),
    "a record on Cyclades' topic is no closing": Fault(
        "ImaginLettresMortes",
        MISSION_IMPORT,
        lambda site: site.send_rubbish(),
        r"DECODE",
        r"écarts : 0",
        only="* `DECODE`",
    ),
    "a process has been killed and nobody starts it again": Fault(
        "ImaginServiceAbsent",
        CONVOCATION,
        lambda site: site.stack.services[CONVOCATION.name].kill(),
        r"(?m)^convocation +(?!ok)",
        r"\bok\b",
        returns=lambda site: site.stack.start_services(CONVOCATION),
    ),
}


def section(runbook_url):
    """Its four parts by their word, as the address that an alert bears leads to them."""
    page, _, anchor = runbook_url.partition("#")
    assert page == PAGE.relative_to(ROOT).with_suffix(".html").as_posix()
    headings = re.split(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = dict(zip(map(str.lower, headings[1::2]), headings[2::2], strict=True))[anchor]
    parts = re.split(r"^\*\*(\w+)\.\*\*", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def commands(text, only=""):
    """Its lines to type; with `only`, of the one paragraph that begins so."""
    if only:
        [text] = [one for one in re.split(r"^(?=\* )", text, flags=re.MULTILINE) if one.startswith(only)]
    return [line.strip() for block in BLOCK.findall(text) for line in block.splitlines()]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(mails):
    folder = Path(tempfile.mkdtemp(prefix="imagin-astreinte-"))
    settings = {f"{service.prefix}KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000" for service in SERVICES}
    async with Stack(folder, given=False, settings=settings | {"NOTIFIER_SMTP_URL": mails.url}) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def hasty_rules(tmp_path_factory):
    text = RULES.read_text(encoding="utf-8")
    for slow, fast in HASTE.items():
        text, changed = re.subn(slow, fast, text)
        assert changed, slow
    file = tmp_path_factory.mktemp("regles") / "alertes.yml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(stack, story, mails, hasty_rules, tmp_path_factory):
    """Some lycées have convoked their people; all is well."""
    find_program("curl", "curl")
    jobs = {service.name: stack.ops_url(service).removeprefix("http://") for service in SERVICES}
    async with Prometheus(tmp_path_factory.mktemp("prometheus"), jobs, rules=(hasty_rules,)) as prometheus:
        site = Site(stack, mails, prometheus)
        site.santorin_answers()
        await story.live()
        for fault in FAULTS.values():
            await site.is_silent(fault.alert)
        yield site
        await site.santorin_is_silent()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_is_told_by_its_alert_and_mended_by_the_section_that_the_alert_names(site, fault):
    await _done(fault.breaks(site))
    parts = section(await site.fires(fault.alert))

    said = [await site.types(command, fault.service) for command in commands(parts["Regarder"])]
    assert re.search(fault.seen, "\n".join(words for _, words in said)), said

    if fault.returns:
        await _done(fault.returns(site))
    for command in commands(parts["Réparer"], fault.only):
        await eventually(lambda command=command: _is_green(site, command, fault), timeout=60, because=command)

    async def verified():
        said = [await site.types(command, fault.service) for command in commands(parts["Vérifier"])]
        assert [code for code, _ in said] == [0] * len(said), said
        return re.search(fault.mended, "\n".join(words for _, words in said))

    await eventually(verified, timeout=60, because=f"what « Vérifier » asks of {fault.alert} is so")
    await site.is_silent(fault.alert)


async def _done(work):
    if work is not None:
        await work


async def _is_green(site, command, fault):
    code, said = await site.types(command, fault.service)
    assert code == 0, said
    return True


async def test_nothing_was_lost_on_the_way(site, books):
    """Whatever broke between: everybody has a mail, nobody a right that is not convocation's."""

    async def all_told():
        return await books.notifications() >= await books.convocations() > 0

    await eventually(all_told, timeout=60, because="everybody is told")
    assert await books.dead_letters() == 0
    assert await books.missions_missing() == 0
    code, said = await site.types("./imagin reconcile santorin", SANTORIN_BRIDGE)
    assert code == 0, said
