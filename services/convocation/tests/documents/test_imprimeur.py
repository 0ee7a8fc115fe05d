"""One person’s document does not wait for a lycée’s; two are rendered at once; big files wait, but not without end."""

import asyncio
from contextlib import asynccontextmanager
from threading import Event

import pytest

from chassis.problem import Problem
from convocation.documents import imprimeur
from convocation.documents.imprimeur import Imprimeur
from convocation.documents.rendering import Documents


class Instant:
    def render(self, documents):
        return b"one"


class Held:
    """Renders when it is let."""

    def __init__(self):
        self.begun, self.free = Event(), Event()

    def render(self, documents):
        self.begun.set()
        assert self.free.wait(20)
        return b"many"


@asynccontextmanager
async def busy(held):
    """A press that is rendering a big file."""
    one = Imprimeur(Instant(), held, public_url="https://imagin.exemple.invalid", cles=None)
    big = asyncio.create_task(one.together([]))
    try:
        await asyncio.to_thread(held.begun.wait, 20)
        yield one
    finally:
        held.free.set()
        assert await big == b"many"


async def test_the_document_of_one_person_does_not_wait_for_a_big_file(document):
    async with busy(Held()) as one:
        assert await asyncio.wait_for(one.sample(document), 10) == b"one"


async def test_a_big_file_that_waits_too_long_is_refused_and_told_when_to_come_back(monkeypatch):
    monkeypatch.setattr(imprimeur, "PATIENCE_SECONDS", 0.01)
    async with busy(Held()) as one:
        with pytest.raises(Problem) as refused:
            await one.together([])
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "60"})
    assert await one.together([]) == b"many"


class LastFirst(Documents):
    """Renders "a" after "b"."""

    def __init__(self):
        self.compilers, self.second = 2, Event()

    def render(self, documents):
        [name] = documents
        if name == "a":
            assert self.second.wait(20)
        else:
            self.second.set()
        return name.encode()


async def test_two_are_rendered_at_once_and_kept_in_their_order():
    assert await LastFirst().render_each(3, "abc".__getitem__) == [b"a", b"b", b"c"]
