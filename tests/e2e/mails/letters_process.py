"""Run by test_kill_letters.py: for each line it reads, KILL_AT or nothing, a forked process sends letters.

Convocation, its database, the notifier's steps and the mail server are the real ones; each process is eleven minutes
later than the one before. Answers each line with the process's end: its exit code, or minus the signal.
"""

import asyncio
import importlib
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx2

from acces.acteur import Acteur, Role
from chassis import kill_points
from chassis.database import create_pool
from chassis.service import Runtime
from convocation.main import build
from convocation.settings import Settings
from notifier.gateways.convocation import ConvocationGateway
from notifier.gateways.mail import Smtp
from notifier.use_cases.deliver import Identity
from notifier.use_cases.tell_etablissements import tell_etablissements
from testkit import jetons

KEYS = {name: f"{name}-of-the-tests-" * 2 for name in ("link_keys", "verification_keys", "calendar_keys")}
IDENTITY = Identity("IMAG'IN <no@imagin.invalid>", "imagin.invalid")


async def send(database, smtp, now):
    pool = create_pool(database)
    await pool
    settings = Settings(
        database_url=database,
        kafka_bootstrap="unused:1",
        token_key="key-of-the-tests-" * 3,
        issuers=jetons.sources(),
        **KEYS,
    )
    app = build(Runtime(settings, pool, SimpleNamespace(wake=lambda: None))).app
    app.state.application = replace(app.state.application, clock=lambda: now)
    token = jetons.mint(Acteur("notifier", Role.NOTIFIER), hours=10_000)  # whatever time it is here
    gateway = ConvocationGateway("http://convocation.test", lambda: token)
    gateway._client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://convocation.test")
    await tell_etablissements(gateway, Smtp(smtp), IDENTITY)
    await pool.close()


def main():
    database, smtp = sys.argv[1:]
    now = datetime.now(UTC) + timedelta(days=1, minutes=1)
    for line in sys.stdin:
        now += timedelta(minutes=11)
        child = os.fork()
        if not child:
            os.dup2(2, 1)  # what is logged is no answer
            os.environ["KILL_AT"] = line.strip()
            importlib.reload(kill_points)
            asyncio.run(send(database, smtp, now))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
