"""deploy/rsyslog/imagin.conf, run by a real rsyslogd: a service's lines arrive whole, also after the receiver was away.

Names, ports and folders are the test's; what journald passes on to rsyslog, the test does in its words.
"""

import asyncio
import json
import os
import re
import socket
import ssl
from pathlib import Path

import pytest
import pytest_asyncio

from testkit.certificates import write_certificates
from testkit.child import Child
from testkit.eventually import eventually
from testkit.ports import free_port
from testkit.processes import ServiceProcess
from testkit.programs import find_program

CONFIG = Path(__file__).parents[2] / "deploy" / "rsyslog" / "imagin.conf"
RFC5424 = re.compile(r"<(?P<priority>\d+)>1 \S+ \S+ (?P<app>\S+) \S+ \S+ - ?(?P<line>.*)", re.DOTALL)
PREAMBLE = 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="{folder}/log")\n'
REST = '\nif $syslogfacility-text != "syslog" then action(type="omfile" file="{folder}/rest")\n'
MANY = 300


class Receiver:
    """Another machine's syslog over TLS (RFC 5425): its `lines`, with the name of who said each."""

    def __init__(self, keystore):
        self.port, self.lines = free_port(), []
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(keystore)
        self._server, self._writers = None, set()

    async def start(self):
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port, ssl=self._tls)

    async def stop(self):
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _take(self, reader, writer):
        self._writers.add(writer)
        try:
            while True:
                length = int(await reader.readuntil(b" "))
                told = RFC5424.fullmatch((await reader.readexactly(length)).decode())
                self.lines.append((told["app"], told["line"].strip()))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._writers.discard(writer)


class Rsyslog:
    def __init__(self, folder, config):
        self.folder, self._config = folder, config

    async def start(self):
        program = find_program("rsyslogd", "rsyslog rsyslog-openssl")
        command = [program, "-n", "-f", str(self._config), "-i", str(self.folder / "pid")]
        self._child = Child(command, log=self.folder / "rsyslogd.log")
        await eventually((self.folder / "pid").exists, because="rsyslogd runs")

    async def stop(self):
        assert await asyncio.to_thread(self._child.terminate, grace=20) == 0

    def say(self, name, *lines):
        """As journald does with ForwardToSyslog (Debian's default)."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
            journald.connect(str(self.folder / "log"))
            for line in lines:
                journald.send(f"<30>Jan 20 08:00:00 {name}[4711]: {line}".encode())


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the configuration and certificates."""
    driver = [*Path("/usr/lib").glob("*/rsyslog/lmnsd_ossl.so"), *Path("/usr/lib64").glob("rsyslog/lmnsd_ossl.so")]
    find_program("rsyslogd", "rsyslog rsyslog-openssl")
    if not driver and not os.environ.get("CI"):
        pytest.skip("no TLS in this machine's rsyslog: apt-get install rsyslog-openssl")
    folder = tmp_path_factory.mktemp("rsyslog")
    write_certificates(folder / "ca.pem", folder / "server.pem")
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def receivers(installed):
    """Who reads logs, and who looks after security."""
    both = [Receiver(installed / "server.pem") for _ in range(2)]
    for one in both:
        await one.start()
    yield both
    for one in both:
        await one.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def rsyslog(installed, tmp_path, receivers):
    (tmp_path / "journaux" / "convocation").mkdir(parents=True)
    text = CONFIG.read_text(encoding="utf-8")
    changes = {"/var/spool/rsyslog": tmp_path, "/etc/imagin/journaux-ca.pem": installed / "ca.pem"}
    changes |= {"/var/log/imagin": tmp_path / "journaux", 'resumeInterval="5"': 'resumeInterval="1"'}
    for name, receiver in zip(("journaux.example", "siem.example"), receivers, strict=True):
        changes |= {f'target="{name}" port="6514"': f'target="localhost" port="{receiver.port}"', name: "localhost"}
    for written, here in changes.items():
        assert written in text
        text = text.replace(written, str(here))
    config = tmp_path / "rsyslog.conf"
    config.write_text(PREAMBLE.format(folder=tmp_path) + text + REST.format(folder=tmp_path), encoding="utf-8")
    running = Rsyslog(tmp_path, config)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def said(tmp_path):
    """Some lines of a real service, which finds no PostgreSQL."""
    settings = {
        "IMAGIN_TOKEN_KEY": "key-of-the-tests-" * 3,
        "MISSION_IMPORT_DATABASE_URL": f"postgresql://nobody:nothing@127.0.0.1:{free_port()}/none",
        "MISSION_IMPORT_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}",
    }
    service = ServiceProcess.of("mission_import", settings, log=tmp_path / "service.log")

    async def lines(count):
        def enough():
            written = service.log.read_text(encoding="utf-8").splitlines()
            return len(written) >= count and written[:count]

        return await eventually(enough, because="the service waits for PostgreSQL")

    yield lines
    service.kill()


async def test_each_line_of_a_service_arrives_whole_and_in_no_other_file(rsyslog, receivers, said):
    journaux, _ = receivers
    lines = await said(3)
    assert json.loads(lines[0])["service"] == "mission-import"
    lines.append(json.dumps({"event": "d’été « numérisation »", "cause": "x" * 4_000}, ensure_ascii=False))
    rsyslog.say("imagin-mission-import", *lines)
    rsyslog.say("another-program", "not ours")
    await eventually(lambda: len(journaux.lines) == len(lines), because="all lines have arrived")
    assert journaux.lines == [("imagin-mission-import", line) for line in lines]
    rest = rsyslog.folder / "rest"
    await eventually(rest.exists, because="what is not ours goes its way")
    assert "imagin-" not in rest.read_text(encoding="utf-8")


async def test_what_is_said_while_the_receiver_is_away_arrives_later_also_over_a_restart(rsyslog, receivers):
    journaux, _ = receivers
    await journaux.stop()
    lines = [json.dumps({"event": "away", "count": number}) for number in range(MANY)]
    rsyslog.say("imagin-notifier", *lines[: MANY // 2])
    await rsyslog.stop()
    await rsyslog.start()
    rsyslog.say("imagin-notifier", *lines[MANY // 2 :])
    await journaux.start()
    await eventually(lambda: len(journaux.lines) >= MANY, because="it is sent once somebody takes it")
    assert {line for _, line in journaux.lines} == set(lines)


async def test_security_events_go_to_who_looks_after_security_and_to_nobody_else(rsyslog, receivers):
    journaux, siem = receivers
    line = '{"event": "session.refused", "acteur": "inventee", "address": "192.0.2.1"}'
    (rsyslog.folder / "journaux" / "convocation" / "securite.jsonl").write_text(f"{line}\n", encoding="utf-8")
    await eventually(lambda: siem.lines, because="the file is followed")
    assert siem.lines == [("imagin-securite", line)]
    rsyslog.say("imagin-convocation", '{"event": "after"}')
    await eventually(lambda: journaux.lines, because="the other one is told of what comes later")
    assert [line for _, line in journaux.lines] == ['{"event": "after"}']
    assert not (rsyslog.folder / "rest").exists()
