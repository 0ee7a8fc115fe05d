"""Several documents are rendered in a process that yields to pages, ends by itself, and is started anew."""

import asyncio
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from convocation.documents import rendering_process
from convocation.documents.imprimeur import Imprimeur
from convocation.documents.rendering import Documents
from convocation.documents.rendering_process import NotRendered, RenderingProcess


def children():
    """Processes that this one has started and that still run."""
    found = psutil.Process().children()
    return [one for one in found if one.status() != psutil.STATUS_ZOMBIE and "rendering_worker" in str(one.cmdline())]


async def ended(process):
    """Returns when it has."""
    await asyncio.to_thread(psutil.wait_procs, [process], timeout=20)
    assert not children()


def left_in(folder):
    return list(folder.iterdir())


@contextmanager
def apart():
    process = RenderingProcess()
    try:
        yield process
    finally:
        process.end()


@pytest.fixture
def several(document):
    return [replace(document, nom=f"EXEMPLE-{number}") for number in range(12)]


async def test_it_renders_what_this_process_would_in_their_order(several):
    with apart() as process:
        assert await process.render_each(several) == [Documents().render([one]) for one in several]


async def test_several_at_once_take_turns(several):
    with apart() as process:
        both = await asyncio.gather(process.render_each(several[:2]), process.render_each(several[2:4]))
        assert both == [[Documents().render([one]) for one in some] for some in (several[:2], several[2:4])]
        assert len(children()) == 1


async def test_it_yields_to_pages(several):
    with apart() as process:
        await process.render_each(several[:2])
        [child] = children()
        assert child.nice() == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)


async def test_it_knows_no_secret_of_ours(several, monkeypatch):
    monkeypatch.setenv("CONVOCATION_LINK_KEYS", "secret")
    with apart() as process:
        await process.render_each(several[:2])
        [child] = children()
        assert not [name for name in child.environ() if name != "TMPDIR" and not name.startswith("LC_")]


async def test_an_error_is_told_by_its_name_and_the_next_ones_are_rendered(several):
    naive = replace(several[0], etablie_le=several[0].etablie_le.replace(tzinfo=None))
    with apart() as process:
        with told("refused", error="ValueError"), pytest.raises(NotRendered, match=r"^ValueError$"):
            await process.render_each([several[1], naive])
        before = children()
        assert len(await process.render_each(several[:2])) == 2
        assert children() == before


@contextmanager
def told(cause, **more):
    """One failure of that kind, counted and in the log; the log has nothing else."""

    def counted():
        return REGISTRY.get_sample_value("imagin_rendering_failures_total", {"cause": cause})

    before = counted()
    with capture_logs() as lines:
        yield
    assert lines == [{"event": "rendering.failed", "log_level": "warning", "cause": cause, **more}]
    assert counted() == before + 1


@pytest.mark.parametrize(
    ("program", "cause", "more"),
    [("/nowhere/python", "not_started", {}), ("/bin/false", "ended", {"status": 1})],
)
async def test_one_that_cannot_start_is_told_to_who_watches(several, monkeypatch, program, cause, more):
    """Everything else works, only slower: nobody would notice."""
    monkeypatch.setattr(sys, "executable", program)
    with apart() as process, told(cause, **more), pytest.raises(NotRendered):
        await process.render_each(several)


async def test_one_that_is_killed_is_started_anew(several):
    with apart() as process:
        await process.render_each(several[:2])
        [child] = children()
        child.send_signal(signal.SIGSTOP)
        waiting = asyncio.create_task(process.render_each(several))
        child.kill()
        with told("ended", status=-signal.SIGKILL), pytest.raises(NotRendered):
            await waiting
        assert len(await process.render_each(several[:2])) == 2
        [after] = children()
        assert after.pid != child.pid


async def test_one_that_hangs_is_killed(several, monkeypatch):
    with apart() as process:
        await process.render_each(several[:2])
        [child] = children()
        child.send_signal(signal.SIGSTOP)
        monkeypatch.setattr(rendering_process, "_HUNG_SECONDS", 0.05)
        with told("hung"), pytest.raises(NotRendered):
            await process.render_each(several[:2])
        for child in children():
            await ended(child)


async def test_who_gives_up_leaves_no_answer_to_the_next(several):
    with apart() as process:
        await process.render_each(several[:2])
        [child] = children()
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.render_each(several[:3]), 0.05)
        assert await process.render_each(several[3:5]) == [Documents().render([one]) for one in several[3:5]]


async def test_it_ends_when_nobody_needs_it(several, monkeypatch):
    monkeypatch.setattr(rendering_process, "_IDLE_SECONDS", 0.01)
    with apart() as process:
        await process.render_each(several[:2])
        for child in children():
            await ended(child)


async def test_it_ends_with_its_parent_and_leaves_nothing(several):
    with apart() as process:
        await process.render_each(several[:2])
        [child] = children()
        folder = Path(child.environ()["TMPDIR"])
        assert left_in(folder)
        process._process.stdin.close()  # as the kernel does when the parent is killed
        await ended(child)
        assert left_in(folder) == []


async def test_one_document_is_rendered_here_and_several_apart(document, monkeypatch):
    one = Imprimeur(Documents(), Documents(), public_url="https://imagin.exemple.invalid", cles=None)
    monkeypatch.setattr(one, "document", lambda row: row)
    try:
        assert len(await one._render_each([document])) == 1
        assert not children()
        assert len(await one._render_each([document, document])) == 2
        [child] = children()
    finally:
        one.end()
    await ended(child)
