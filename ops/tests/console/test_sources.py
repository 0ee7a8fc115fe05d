"""Where measures come from: processes that answer, hang or answer nonsense, and Prometheus."""

import asyncio
import contextlib
import gzip
import json
import socket
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from imagin_ops.console.samples import Series, Snapshot
from imagin_ops.console.sources import Alert, Processes, Prometheus, Silent
from imagin_ops.console.watching import Watch

METRICS = b"""# HELP imagin_events_total Records
# TYPE imagin_events_total counter
imagin_events_total{outcome="applied",topic="t"} 3.0
imagin_batch_seconds_bucket{le="0.1",topic="t"} 9.0
imagin_kafka_up 1.0
"""
EVENTS = Series("imagin_events_total", "convocation", "a:1", (("outcome", "applied"), ("topic", "t")))


@pytest.fixture
def server():
    """`server(answers)`: gives each path its text, or calls what stands there with the query; returns the URL."""
    servers = []

    def start(answers, host="127.0.0.1"):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                place = urlsplit(self.path)
                found = answers.get(place.path)
                body = found(parse_qs(place.query)) if callable(found) else found
                self.send_response(404 if body is None else 200)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        one = ThreadingHTTPServer((host, 0), Handler)
        servers.append(one)
        Thread(target=one.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{one.server_port}"

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


async def test_each_process_is_asked_and_only_what_the_console_reads_is_kept(server):
    url = server({"/metrics": METRICS})
    source = Processes({"convocation": [url], "notifier": [server({})]})
    seen = await source.look()
    await source.close()
    place = url.removeprefix("http://")
    assert dict(seen.find("imagin_events_total")) == {EVENTS._replace(instance=place): 3.0}
    assert {(one.job, value) for one, value in seen.find("up")} == {("convocation", 1.0), ("notifier", 0.0)}
    assert set(seen.metrics) == {"imagin_events_total", "imagin_kafka_up", "up"}


@pytest.mark.parametrize("answer", [b"<html>somebody else</html>", b"imagin_kafka_up{", b"imagin_kafka_up one\n"])
async def test_somebody_elses_answer_is_none(server, answer):
    source = Processes({"convocation": [server({"/metrics": answer})]})
    seen = await source.look()
    await source.close()
    assert [value for _, value in seen.find("up")] == [0.0]


ODD = b"""imagin_kafka_up NaN
imagin_consumer_lag{group="g"} +Inf
imagin_mails_waiting{host="h"} 1e300
imagin_outbox_pending{source="o"} -Inf
imagin_habilitations_as_of_age_seconds +Inf
imagin_dlq_messages 2
"""


async def test_a_value_that_no_figure_has_is_left_out(server):
    source = Processes({"convocation": [server({"/metrics": ODD})]})
    seen = await source.look()
    await source.close()
    assert set(seen.metrics) == {"imagin_habilitations_as_of_age_seconds", "imagin_dlq_messages", "up"}


async def test_a_label_cannot_command_a_terminal_nor_fill_a_page(server):
    text = 'imagin_mails_waiting{host="\x1b[2J%s"} 1\n' % ("a" * 5_000)
    source = Processes({"notifier": [server({"/metrics": text.encode()})]})
    [(series, _)] = (await source.look()).find("imagin_mails_waiting")
    await source.close()
    assert series.label("host") == "\N{REPLACEMENT CHARACTER}[2J" + "a" * 96


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_of_an_endless_answer_no_more_is_read_than_a_process_has_to_say(unused_tcp_port, encoding):
    """Neither as it is nor packed: a megabyte of zeros is a kilobyte."""
    sent = 0
    part = b"#" * 65_536 if encoding == "identity" else gzip.compress(b"#" * 20_000_000)

    async def endless(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n\r\n" % encoding.encode())
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(part)
                await writer.drain()
                sent += len(part)
        writer.close()

    tracemalloc.start()
    async with await asyncio.start_server(endless, "127.0.0.1", unused_tcp_port):
        source = Processes({"convocation": [f"http://127.0.0.1:{unused_tcp_port}"]})
        seen = await source.look()
        await source.close()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [value for _, value in seen.find("up")] == [0.0]
    assert most < 20_000_000
    assert sent < 20_000_000


async def test_a_process_that_hangs_is_waited_for_no_longer_than_a_look(server):
    hold = Event()
    source = Processes({"convocation": [server({"/metrics": lambda _: hold.wait(20) and b""})]})
    before = time.monotonic()
    seen = await source.look()
    hold.set()
    await source.close()
    assert time.monotonic() - before < 4
    assert [value for _, value in seen.find("up")] == [0.0]


def answered(result):
    return json.dumps({"status": "success", "data": result}).encode()


def vector(value):
    metric = {"__name__": "imagin_events_total", "job": "convocation", "instance": "a:1"}
    return {"metric": metric | {"outcome": "applied", "topic": "t"}, **value}


ALERT = {
    "labels": {"alertname": "ImaginSauvegardeAncienne", "severity": "critical"},
    "annotations": {"summary": "La dernière sauvegarde a deux jours"},
    "state": "firing",
}


async def test_prometheus_gives_what_is_now_the_last_hour_and_what_fires(server):
    asked = {}

    def ranged(query):
        asked.update(query)
        return answered({"result": [vector({"values": [[1_000, "1"], [1_030, "2"]]})]})

    url = server(
        {
            "/api/v1/query": lambda query: answered({"result": [vector({"value": [1_060, "3"]})]}),
            "/api/v1/query_range": ranged,
            "/api/v1/alerts": answered({"alerts": [ALERT, ALERT | {"state": "pending"}]}),
        }
    )
    source = Prometheus(url)
    now, past, alerts = await source.look(), await source.past(), await source.alerts()
    await source.close()
    assert dict(now.find("imagin_events_total")) == {EVENTS: 3.0}
    assert [(one.at, one.total("imagin_events_total")) for one in past] == [(1_000, 1.0), (1_030, 2.0)]
    assert alerts == [Alert("ImaginSauvegardeAncienne", True, "La dernière sauvegarde a deux jours")]
    assert float(asked["end"][0]) - float(asked["start"][0]) == 3_600
    assert 'job=~"mission-import|convocation|santorin-bridge|notifier"' in asked["query"][0]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({}, "Prometheus répond 404"),
        *(
            ({"/api/v1/query_range": answer}, "ce qui répond n’est pas Prometheus")
            for answer in (
                b"<html>",
                b'{"status": "success", "da',
                b"[]",
                b"null",
                answered(None),
                answered({}),
                answered({"result": [{"metric": {}, "values": [[1, "1"]]}]}),
                answered({"result": [{"metric": {"__name__": "up", "job": "notifier"}, "values": [[1, "one"]]}]}),
                answered({"result": [{"metric": {"__name__": "up", "job": "notifier"}}]}),
            )
        ),
        (None, "Prometheus ne répond pas"),
    ],
)
async def test_a_prometheus_that_cannot_be_read_is_told_and_asked_again(server, answers, sentence):
    url = "http://127.0.0.1:9" if answers is None else server(answers)
    watch = Watch(Prometheus(url))
    seen = await watch.look()
    assert (seen.sentence, seen.critical) == (sentence, True)
    if answers is not None:
        answers |= {
            "/api/v1/query": answered({"result": []}),
            "/api/v1/query_range": answered({"result": []}),
            "/api/v1/alerts": answered({"alerts": []}),
        }
        assert (await watch.look()).silent is None
    await watch.close()


async def test_of_prometheus_too_a_value_that_no_figure_has_is_left_out(server):
    source = Prometheus(server({"/api/v1/query": answered({"result": [vector({"value": [1_060, "NaN"]})]})}))
    assert (await source.look()).metrics == {}
    await source.close()


async def test_alerts_of_others_are_not_ours(server):
    """A Prometheus has one that always fires, and those of its other guests."""
    others = [ALERT | {"labels": {"alertname": name}} for name in ("Watchdog", "KubePodCrashLooping")]
    source = Prometheus(server({"/api/v1/alerts": answered({"alerts": [*others, ALERT]})}))
    assert [one.name for one in await source.alerts()] == ["ImaginSauvegardeAncienne"]
    await source.close()


async def test_a_look_that_cannot_be_counted_is_told_and_not_the_last_one():
    """It cannot come of measures as they are read; whatever it is, the console goes on looking."""

    class Odd(Processes):
        async def look(self):
            return Snapshot.of(1_000.0, [(Series("imagin_mails_waiting", "notifier", "a"), next(values))])

    values = iter([float("nan"), 1.0])
    watch = Watch(Odd({}))
    seen = await watch.look()
    assert (seen.critical, seen.sentence) == (True, "ce que disent les processus ne se compte pas")
    assert (await watch.look()).silent is None
    await watch.close()


async def test_an_address_with_a_path_is_kept(server):
    url = server({"/prometheus/api/v1/alerts": answered({"alerts": []})})
    source = Prometheus(f"{url}/prometheus")
    assert await source.alerts() == []
    with pytest.raises(Silent):
        await source.look()
    await source.close()


async def test_a_name_with_several_addresses_is_as_many_processes(server, monkeypatch):
    """As a headless Service of Kubernetes answers; a name of one address stays what it is called."""
    url = server({"/metrics": METRICS}, host="")
    port = int(url.rpartition(":")[2])

    async def found(host, port, **_):
        addresses = ["127.0.0.2", "127.0.0.1"] if host == "notifier-ops" else ["127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    source = Processes({"notifier": [f"http://notifier-ops:{port}"], "convocation": [f"http://127.0.0.1:{port}"]})
    seen = await source.look()
    await source.close()
    assert {(one.job, one.instance, value) for one, value in seen.find("up")} == {
        ("notifier", f"127.0.0.1:{port}", 1.0),
        ("notifier", f"127.0.0.2:{port}", 1.0),
        ("convocation", f"127.0.0.1:{port}", 1.0),
    }
