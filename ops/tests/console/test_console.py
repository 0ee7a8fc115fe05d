"""The console as its readers meet it: who is let in, what the page shows, and the command in the terminal."""

import io

import httpx2
import pytest
from rich.console import Console

from chassis.given import Misconfigured
from chassis.settings import load
from imagin_ops.console.app import create_app
from imagin_ops.console.flow import flow
from imagin_ops.console.samples import History, Series, Snapshot
from imagin_ops.console.settings import ConsoleSettings
from imagin_ops.console.terminal import drawn
from imagin_ops.console.watching import Watch
from imagin_ops.services import SERVICES
from testkit.ports import free_ports

PASSWORD = "a password of the operators"
PAGE = """# Alertes

## ImaginServiceAbsent

*Critique.* Voir [le guide](../../deploy/README.md), `imagin status` <script>alert(1)</script>

```sh
./imagin status
```
"""


class Away:
    """A source: convocation answers, the others do not."""

    async def look(self):
        ups = [(Series("up", one.name, "h:1"), float(one.name == "convocation")) for one in SERVICES]
        return Snapshot.of(1_700_000_000.0, ups)

    async def past(self):
        return ()

    async def alerts(self):
        return ()

    async def close(self):
        pass


@pytest.fixture
def settings(tmp_path):
    file = tmp_path / "alertes.md"
    file.write_text(PAGE, encoding="utf-8")
    return ConsoleSettings(password=PASSWORD, runbook_file=file)


@pytest.fixture
async def console(settings):
    """`console(user, password)`: a client of the page after one look."""
    watch = Watch(Away())
    await watch.look()
    transport = httpx2.ASGITransport(app=create_app(watch, settings))

    def client(*who):
        return httpx2.AsyncClient(transport=transport, base_url="http://console", auth=who or None)

    return client


@pytest.mark.parametrize("who", [(), ("exploitation", "another one"), ("chef", PASSWORD), ("", "")])
@pytest.mark.parametrize("path", ["/", "/alertes/ImaginServiceAbsent", "/statique/imagin.css", "/nowhere"])
async def test_nobody_reads_it_without_the_password(console, who, path):
    async with console(*who) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["www-authenticate"][:5]) == (401, "Basic")
    assert "convocation" not in answer.text


@pytest.mark.parametrize("header", ["Basic", "Basic é", "Basic %%%", "Bearer x", "Basic /w=="])
async def test_a_header_that_says_nothing_is_no_password(console, header):
    async with console() as client:
        answer = await client.get("/", headers={"Authorization": header.encode()})
    assert answer.status_code == 401


async def test_an_address_has_some_guesses_and_then_waits_but_who_knows_the_password_has_them_back(console):
    async with console("exploitation", "guess") as guessing, console("exploitation", PASSWORD) as knowing:
        for _ in range(19):
            assert (await guessing.get("/")).status_code == 401
        assert (await knowing.get("/")).status_code == 200
        answers = [(await guessing.get("/")).status_code for _ in range(21)]
        assert answers == [401] * 20 + [429]
        refused = await knowing.get("/")  # or the right one would be told from the others
        assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
        assert (await guessing.get("/health/live")).status_code == 200


async def test_health_asks_for_no_password(console):
    async with console() as client:
        assert (await client.get("/health/live")).text == "ok"


async def test_the_page_says_what_is_wrong_first_and_where_it_is_written_what_to_do(console):
    async with console("exploitation", PASSWORD) as client:
        page = (await client.get("/")).text
        assert page.index("mission-import : aucun processus ne répond") < page.index("<h2>Import</h2>")
        assert '<a href="/alertes/ImaginServiceAbsent">' in page
        assert page.count("im-console__souci--grave") == 3
        assert "<title>3 choses à regarder" in page
        section = await client.get("/alertes/ImaginServiceAbsent")
        assert (section.status_code, "<pre><code" in section.text) == (200, True)
        assert "deploy/README.md" not in section.text  # a neighbour of the file is no page here
        assert "<script>alert" not in section.text
        assert (await client.get("/alertes/Nowhere")).status_code == 404
        assert section.headers["cache-control"] == "no-store"


def test_others_than_this_machine_need_a_password_that_cannot_be_guessed(monkeypatch, tmp_path):
    monkeypatch.setenv("CONSOLE_HTTP_HOST", "0.0.0.0")
    with pytest.raises(Misconfigured, match="CONSOLE_PASSWORD: needed"):
        load(ConsoleSettings)
    monkeypatch.setenv("CONSOLE_PASSWORD", "short")
    with pytest.raises(Misconfigured, match="CONSOLE_PASSWORD: 16 characters at least"):
        load(ConsoleSettings)
    monkeypatch.delenv("CONSOLE_PASSWORD")
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("CONSOLE_PASSWORD_FILE", str(secret))
    settings = load(ConsoleSettings)
    assert settings.admits("exploitation", PASSWORD)
    assert not settings.admits("exploitation", "")
    monkeypatch.setenv("CONSOLE_RUNBOOK_FILE", str(tmp_path / "nowhere.md"))
    with pytest.raises(Misconfigured, match="CONSOLE_RUNBOOK_FILE: there is no such file"):
        load(ConsoleSettings)


def test_another_password_in_the_file_is_that_of_the_next_process_and_the_old_one_opens_nothing(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    monkeypatch.setenv("CONSOLE_PASSWORD_FILE", str(secret))
    secret.write_text(PASSWORD, encoding="utf-8")
    running, following = load(ConsoleSettings), f"{PASSWORD} of this year"
    secret.write_text(following, encoding="utf-8")
    restarted = load(ConsoleSettings)
    assert (running.admits("exploitation", PASSWORD), running.admits("exploitation", following)) == (True, False)
    assert (restarted.admits("exploitation", PASSWORD), restarted.admits("exploitation", following)) == (False, True)


def nobody():
    return {
        f"{service.prefix}OPS_URL": f"http://127.0.0.1:{port}"
        for service, port in zip(SERVICES, free_ports(4), strict=True)
    }


@pytest.mark.parametrize(("width", "beside"), [(60, 1), (80, 2), (100, 2), (160, 4)])
def test_a_narrow_terminal_cuts_no_title_and_no_label(width, beside):
    screen = Console(width=width, file=io.StringIO(), markup=False)
    screen.print(drawn(flow(History()), width))
    printed = screen.file.getvalue().splitlines()
    [first] = [line for line in printed if line.startswith("Import")]
    titles = [title for title in ("Import", "Convocation", "SANTORIN", "Mails") if title in first]
    assert len(titles) == beside
    assert sum("établissements ouverts" in line for line in printed) == 1


async def test_watch_shows_it_once_where_nobody_sits_before_it(imagin):
    done = await imagin("watch", **nobody())
    assert done.code == 1
    assert "4 choses à regarder" in done.out
    assert "notifier : aucun processus ne répond" in done.out
    assert "ImaginServiceAbsent" in done.out


@pytest.mark.parametrize("command", ["watch", "console"])
async def test_who_names_nobody_to_ask_is_told_what_is_missing(imagin, command):
    done = await imagin(command, IMAGIN_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert done.code == 2
    assert "MISSION_IMPORT_OPS_URL" in done.err


async def test_a_prometheus_that_is_named_is_asked(imagin):
    [port] = free_ports(1)
    done = await imagin("watch", IMAGIN_PROMETHEUS_URL=f"http://127.0.0.1:{port}", **nobody())
    assert (done.code, "Prometheus ne répond pas" in done.out) == (1, True)
