"""A process that can wait yields to those that answer pages."""

import os

import pytest

from chassis.launching import NICENESS, yield_to_pages


@pytest.fixture
def asked(monkeypatch):
    """What the system was asked for."""
    found = []
    monkeypatch.setattr(os, "nice", found.append)
    return found


def test_it_takes_a_tenth_of_what_others_want(asked):
    yield_to_pages()
    assert asked == [NICENESS]


def test_a_sandbox_that_lets_nobody_yield_hinders_no_work(monkeypatch):
    def refuse(_):
        raise PermissionError

    monkeypatch.setattr(os, "nice", refuse)
    yield_to_pages()
