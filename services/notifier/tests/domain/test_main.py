"""The start of the process."""

import os

from chassis.launching import NICENESS
from notifier import main


def test_it_yields_to_pages_before_it_works(monkeypatch):
    steps = []
    monkeypatch.setattr(os, "nice", steps.append)
    monkeypatch.setattr(main, "run", lambda *_: steps.append("runs"))
    main.main()
    assert steps == [NICENESS, "runs"]
